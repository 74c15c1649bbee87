#!/usr/bin/env bash
# Makes the certificates for mutual TLS between a controller and its agents: a small authority of
# your own, one certificate for the controller and one for each agent. For tests and for a handful of
# hosts; where there is an authority already (a company's, cert-manager, SPIFFE), use that one.
#
#   certs.sh [--days N] DIR CONTROLLER_NAME AGENT_HOST...
#   certs.sh certs controller.example.org load1 load2.example.org 10.0.0.7
#
# CONTROLLER_NAME is what agents list (--allow-controller): a DNS name, or a URI such as
# spiffe://example.org/monsoon. An AGENT_HOST is what the controller calls the agent: a DNS name, one
# that stands for many (a headless service), or an IP address; HOST=NAME,NAME... adds other names of
# the same agent. Run again with another AGENT_HOST, it makes that certificate with the same
# authority; what is there already is never overwritten.
set -euo pipefail

DAYS=365

die() { printf 'certs.sh: %s\n' "$*" >&2; exit 1; }

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

# The subject alternative name of one name.
san_of() {
  local name="$1"
  if [[ $name =~ ^[a-z][a-z0-9+.-]*://[A-Za-z0-9._~/:-]+$ ]]; then
    printf 'URI:%s\n' "$name"
  elif [[ $name =~ ^[0-9]+(\.[0-9]+){3}$ || $name =~ ^[0-9A-Fa-f]*:[0-9A-Fa-f:.]+$ ]]; then
    printf 'IP:%s\n' "$name"
  elif [[ $name =~ ^(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$ ]]; then
    printf 'DNS:%s\n' "$name"
  else
    die "'$name' is no DNS name, URI or IP address"
  fi
}

# make_authority: DIR/ca.pem and DIR/ca.key.
make_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \
    -days "$((DAYS * 5))" -subj "/CN=Monsoon test authority" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
    -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout "$DIR/ca.key" -out "$DIR/ca.pem" 2>/dev/null || die "openssl could not make the authority"
}

# make_certificate FILE USAGE NAME...: DIR/FILE.pem and DIR/FILE.key, for these names.
make_certificate() {
  local file="$1" usage="$2" name san=""
  shift 2
  for name in "$@"; do
    san+="${san:+,}$(san_of "$name")"
  done
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -subj "/CN=monsoon" \
    -keyout "$DIR/$file.key" -out "$SCRATCH/request.pem" 2>/dev/null ||
    die "openssl could not make a key for $1"
  cat >"$SCRATCH/extensions" <<TEXT
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=$usage
subjectAltName=$san
authorityKeyIdentifier=keyid
TEXT
  openssl x509 -req -in "$SCRATCH/request.pem" -CA "$DIR/ca.pem" -CAkey "$DIR/ca.key" -sha256 \
    -set_serial "0x$(openssl rand -hex 16)" -days "$DAYS" -extfile "$SCRATCH/extensions" \
    -out "$DIR/$file.pem" 2>/dev/null || die "openssl could not sign the certificate of $1"
  printf '  %-32s %s\n' "$DIR/$file.pem" "${san//,/, }"
}

# The file of an agent: the letters of its host that are safe in every file system.
file_of() { printf 'agent-%s\n' "$(tr -c 'A-Za-z0-9.\n-' _ <<<"$1")"; }

while [[ ${1:-} == -* ]]; do
  case "$1" in
    --days)
      [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "--days takes a number of days"
      DAYS="$2"
      shift 2
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) die "no option is called '$1'" ;;
  esac
done
[[ $# -ge 3 ]] || { usage >&2; exit 1; }
command -v openssl >/dev/null || die "openssl is missing: install the package openssl"

DIR="$1"
CONTROLLER="$2"
shift 2

# Checked before anything is made.
san_of "$CONTROLLER" >/dev/null
for agent in "$@"; do
  [[ $agent != *[[:space:]]* ]] || die "'$agent' is no DNS name, URI or IP address"
  for name in ${agent//[=,]/ }; do
    san_of "$name" >/dev/null
  done
  file="$(file_of "${agent%%=*}")"
  for end in pem key; do
    [[ ! -e $DIR/$file.$end ]] ||
      die "$DIR/$file.$end is there already, and is not overwritten; move it away to make a new one"
  done
done
for half in ca controller; do
  [[ -e $DIR/$half.pem && -e $DIR/$half.key || ! -e $DIR/$half.pem && ! -e $DIR/$half.key ]] ||
    die "only one of $DIR/$half.pem and $DIR/$half.key is there; restore the other, or move it away"
done
[[ ! -e $DIR/controller.pem || -e $DIR/ca.pem ]] ||
  die "$DIR/controller.pem is there, but not the authority that signed it, $DIR/ca.pem and ca.key"

umask 077
mkdir -p -- "$DIR"
SCRATCH="$(mktemp -d)"
trap 'rm -rf -- "$SCRATCH"' EXIT

[[ -e $DIR/ca.pem ]] || make_authority
if [[ -e $DIR/controller.pem ]]; then
  openssl x509 -in "$DIR/controller.pem" -noout -ext subjectAltName 2>/dev/null |
    sed 's/, /\n/g;s/IP Address:/IP:/g;s/^ *//' | sed 's/^ *//' | grep -qxF "$(san_of "$CONTROLLER")" ||
    die "$DIR/controller.pem is there already, and not for $CONTROLLER; it is not overwritten"
else
  make_certificate controller clientAuth "$CONTROLLER"
fi
for agent in "$@"; do
  # A client too: an agent asks itself, over its own port, whether it is well (--health-check).
  # shellcheck disable=SC2086
  make_certificate "$(file_of "${agent%%=*}")" serverAuth,clientAuth ${agent//[=,]/ }
done
chmod 644 "$DIR"/*.pem

first="$DIR/$(file_of "${1%%=*}")"
cat <<TEXT
Each agent gets its own pair and ca.pem; ca.key stays here, and is what must never get out:
  agent --listen 0.0.0.0:7070 --tls-cert $first.pem --tls-key $first.key \\
    --tls-ca $DIR/ca.pem --allow-controller $CONTROLLER
The controller:
  controller run scenario.yaml --agent-ca $DIR/ca.pem --agent-cert $DIR/controller.pem \\
    --agent-key $DIR/controller.key --agents HOST:7070,...
TEXT
