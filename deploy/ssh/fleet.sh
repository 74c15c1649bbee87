#!/usr/bin/env bash
# A handful of load hosts by plain ssh: no root there, no package, no service manager. Each host gets
# one folder (default .monsoon in the home folder) with the program, its log and its state.
#
#   fleet.sh install HOST...     copy the agent there, and see that it starts
#   fleet.sh start   HOST...     start an agent on each, and wait until it serves
#   fleet.sh status  HOST...     one line for each host; fails when one does not serve
#   fleet.sh tunnel  HOST...     open ssh tunnels to the agents and print what --agents wants
#   fleet.sh stop    HOST...     let runs end in order for up to a minute, stop the agents, close the tunnels
#   fleet.sh remove  HOST...     stop, and delete what install and start made, also records in the spool
#
# HOST is whatever ssh takes, user@host and names of ~/.ssh/config among them. Options, before the
# command:
#   --agent FILE    the program to copy (default: build/bin/agent of this checkout, or the package's)
#   --dir DIR       folder on the hosts, under the home folder unless absolute
#   --port N        port of the agents (7070), health at N+1; with tunnels HOST i is at local port N+10+i
#   --tls DIR       listen on all addresses with the certificates that certs.sh wrote to DIR (agent-HOST.pem,
#                   agent-HOST.key, ca.pem), instead of on loopback behind a tunnel
#   --controller NAME   with --tls: the controller that agents obey (its name in certs.sh's call)
#   -- ARG...       after the hosts: more flags for the agents, such as -- --cores 2-5
set -euo pipefail

HERE="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
SSH=(ssh -o BatchMode=yes -o ConnectTimeout=10)
AGENT=""
DIR=.monsoon
PORT=7070
TLS=""
CONTROLLER=""
START_TIMEOUT_S=20
STOP_TIMEOUT_S=60

say() { printf '%s\n' "$*"; }
die() { printf 'fleet.sh: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

# remote HOST SCRIPT [ARG...]: runs the script there, by sh, with the arguments as $1, $2...
remote() {
  local host="$1" script="$2" word quoted=""
  shift 2
  # In single quotes, which every login shell knows; bash's own %q does not suit all.
  for word in "$script" fleet "$DIR" "$@"; do
    quoted+=" '${word//\'/\'\\\'\'}'"
  done
  "${SSH[@]}" -- "$host" "sh -c$quoted"
}

# Local files of one host's folder: the sockets of its tunnel.
tunnel_socket() {
  local folder="${XDG_RUNTIME_DIR:-${TMPDIR:-/tmp}}/monsoon-fleet-$UID"
  [[ -d $folder ]] || mkdir -m 700 -- "$folder"
  [[ -O $folder && ! -L $folder ]] || die "$folder belongs to somebody else"
  printf '%s/%s-%s\n' "$folder" "$(printf '%s' "$1" | cksum | cut -d ' ' -f 1)" "$PORT"
}

find_agent() {
  local path
  for path in "$AGENT" "$HERE/../../build/bin/agent" /usr/lib/monsoon/agent; do
    [[ -z $path || ! -x $path ]] || { printf '%s\n' "$path"; return; }
    [[ -z $path || $path != "$AGENT" ]] || break
  done
  die "no agent to copy: build it with ./dev build, or name it with --agent FILE"
}

install_host() {
  local host="$1" program="$2"
  # Under another name first: a program that is running cannot be written to.
  # shellcheck disable=SC2016
  remote "$host" 'umask 077; mkdir -p "$1" && cat >"$1/agent.new" && chmod 700 "$1/agent.new" &&
    if ! said="$("$1/agent.new" --version 2>&1)"; then
      rm -f "$1/agent.new"; printf "%s\n" "$said" >&2
      echo "the program does not start here; on Debian 12: apt-get install libgrpc++1.51" \
        "libprotobuf32 libcurl4 libsimdjson14" >&2
      exit 1
    fi && mv "$1/agent.new" "$1/agent" && printf "%s\n" "$said"' <"$program" |
    sed "s/^/$(printf '%s' "$host" | sed 's/[\/&]/\\&/g'): installed /"
  if [[ -n $TLS ]]; then
    install_certificates "$host"
  fi
}

# The name that certs.sh gave the files: the host without its user, with only safe letters.
certificate_of() { tr -c 'A-Za-z0-9.\n-' _ <<<"${1##*@}"; }

install_certificates() {
  local host="$1" name file
  name="agent-$(certificate_of "$host")"
  for file in "$name.pem" "$name.key" ca.pem; do
    [[ -r $TLS/$file ]] || die "$TLS/$file is missing; certs.sh makes it"
  done
  # shellcheck disable=SC2016
  remote "$host" 'umask 077; rm -rf "$1/tls"; mkdir -p "$1/tls" && cd "$1/tls" && tar -xf - &&
    mv "$2.pem" agent.pem && mv "$2.key" agent.key' "$name" \
    < <(tar -C "$TLS" -cf - "$name.pem" "$name.key" ca.pem)
}

# On the host: whether the process of the pid file is our program still. Sets pid.
# shellcheck disable=SC2016
RUNNING='running() { pid="$(cat agent.pid 2>/dev/null)" && [ -n "$pid" ] &&
  [ "$({ tr "\0" "\n" <"/proc/$pid/cmdline"; } 2>/dev/null | head -n 1)" = "$PWD/agent" ]; }
cd "$1" || exit 1; shift
'

start_host() {
  local host="$1" flags
  shift
  flags=(--listen "127.0.0.1:$PORT" --health-listen "127.0.0.1:$((PORT + 1))" --name "${host##*@}")
  if [[ -n $TLS ]]; then
    flags[1]="0.0.0.0:$PORT"
    flags+=(--tls-cert tls/agent.pem --tls-key tls/agent.key --tls-ca tls/ca.pem
      --allow-controller "$CONTROLLER")
  fi
  # shellcheck disable=SC2016
  remote "$host" "$RUNNING"'if running; then echo "runs already, as process $pid"; exit 0; fi
    health="$1" seconds="$2"; shift 2
    [ -x ./agent ] || { echo "has no agent; fleet.sh install comes first" >&2; exit 1; }
    STATE_DIRECTORY="$PWD" setsid "$PWD/agent" "$@" >agent.log 2>&1 </dev/null &
    pid=$!; echo "$pid" >agent.pid; i=0
    # Until it becomes the agent, the process is a shell; once it has ended, it has no command line.
    until ./agent --health-check "$health" >/dev/null 2>&1; do
      i=$((i + 1))
      if [ -z "$({ tr "\0" " " <"/proc/$pid/cmdline"; } 2>/dev/null)" ] || [ $i -gt $((seconds * 5)) ]; then
        echo "the agent does not serve; its log ends with" >&2; tail -n 5 agent.log >&2; exit 1
      fi
      sleep 0.2
    done
    echo "serves, as process $(cat agent.pid)"' \
    "127.0.0.1:$((PORT + 1))" "$START_TIMEOUT_S" "${flags[@]}" "$@"
}

status_host() {
  # shellcheck disable=SC2016
  remote "$1" "$RUNNING"'running || { echo "does not run"; exit 1; }
    ./agent --health-check "$1" >/dev/null 2>&1 || { echo "runs as process $pid, serves not"; exit 1; }
    echo "serves, as process $pid"' "127.0.0.1:$((PORT + 1))"
}

stop_host() {
  close_tunnel "$1"
  # shellcheck disable=SC2016
  remote "$1" '[ -d "$1" ] || { echo "nothing is installed"; exit 0; }
    '"$RUNNING"'running || { rm -f agent.pid; echo "does not run"; exit 0; }
    kill -TERM "$pid"; i=0
    while running; do
      i=$((i + 1))
      if [ $i -gt $(($1 * 5)) ]; then
        kill -KILL "$pid"; rm -f agent.pid; echo "killed: it did not end within $1 s" >&2; exit 1
      fi
      sleep 0.2
    done
    rm -f agent.pid; echo "stopped"' "$STOP_TIMEOUT_S"
}

remove_host() {
  stop_host "$1" || true
  # shellcheck disable=SC2016
  remote "$1" '[ -d "$1" ] || exit 0
    (cd "$1" && rm -rf -- agent agent.new agent.log agent.pid spool tls) || exit 1
    rmdir -- "$1" || { echo "what else is in the folder stays"; exit 1; }
    echo "removed"'
}

open_tunnel() {
  local host="$1" local_port="$2" socket
  socket="$(tunnel_socket "$host")"
  if ! "${SSH[@]}" -S "$socket" -O check -- "$host" 2>/dev/null; then
    "${SSH[@]}" -f -N -M -S "$socket" -o ExitOnForwardFailure=yes -o ServerAliveInterval=5 \
      -L "127.0.0.1:$local_port:127.0.0.1:$PORT" -- "$host" >/dev/null
  fi
}

close_tunnel() {
  local socket
  socket="$(tunnel_socket "$1")"
  [[ ! -S $socket ]] || "${SSH[@]}" -S "$socket" -O exit -- "$1" 2>/dev/null || true
}

# each FUNCTION: for every host, with its name before each line; goes on after a failure.
each() {
  local host status=0
  for host in "${HOSTS[@]}"; do
    if ! "$@" "$host" 2>&1 | sed "s/^/$(printf '%s' "$host" | sed 's/[\/&]/\\&/g'): /"; then
      status=1
    fi
  done
  return "$status"
}

tunnels() {
  local i addresses=()
  for i in "${!HOSTS[@]}"; do
    open_tunnel "${HOSTS[i]}" "$((PORT + 10 + i))" || die "no tunnel to ${HOSTS[i]}; ssh's message is above"
    addresses+=("127.0.0.1:$((PORT + 10 + i))")
  done
  (IFS=,; printf '%s\n' "${addresses[*]}")
}

while [[ ${1:-} == -* ]]; do
  case "$1" in
    --agent | --dir | --port | --tls | --controller)
      [[ $# -ge 2 ]] || die "$1 takes a value"
      case "$1" in
        --agent) AGENT="$2" ;;
        --dir) DIR="$2" ;;
        --port) PORT="$2" ;;
        --tls) TLS="$2" ;;
        --controller) CONTROLLER="$2" ;;
      esac
      shift 2
      ;;
    -h | --help) usage; exit 0 ;;
    *) die "no option is called '$1'; fleet.sh --help lists them" ;;
  esac
done
[[ $PORT =~ ^[0-9]+$ && $PORT -ge 1 && $PORT -le 65000 ]] || die "--port takes a port, not '$PORT'"
[[ -n $DIR && $DIR != / && $DIR != . && $DIR != *..* ]] || die "--dir takes a folder of the agent's own"
[[ -z $TLS || -n $CONTROLLER ]] || die "--tls takes --controller NAME as well: the one that agents obey"
COMMAND="${1:-}"
[[ $# -eq 0 ]] || shift
HOSTS=()
while [[ $# -gt 0 && $1 != -- ]]; do
  [[ $1 != -* ]] || die "'$1' is no host; options come before the command"
  HOSTS+=("$1")
  shift
done
[[ $# -eq 0 ]] || shift
[[ $COMMAND == start || $# -eq 0 ]] || die "only start takes flags for the agents after --"
case "$COMMAND" in
  install | start | status | tunnel | stop | remove)
    [[ ${#HOSTS[@]} -gt 0 ]] || die "$COMMAND which hosts?"
    ;;
  *) usage >&2; exit 1 ;;
esac

start_with_flags() { start_host "${*: -1}" "${@:1:$#-1}"; }

case "$COMMAND" in
  install)
    program="$(find_agent)"
    for host in "${HOSTS[@]}"; do install_host "$host" "$program"; done
    ;;
  start) each start_with_flags "$@" ;;
  status) each status_host ;;
  tunnel) tunnels ;;
  stop) each stop_host ;;
  remove) each remove_host ;;
esac
