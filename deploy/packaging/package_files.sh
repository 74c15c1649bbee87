#!/usr/bin/env bash
# The files of the packages that are made of the built programs and of what they were built from:
# manual pages (help2man), the changelog, and copyright files that carry the notices of code that is
# part of a program (header-only libraries, Rust crates). `./dev package` calls it.
#
#   package_files.sh BUILD_DIR      writes BUILD_DIR/package-files
set -euo pipefail
export LC_ALL=C

HERE="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
BUILD="${1:?the build folder}"
OUT="$BUILD/package-files"

# Linked into the programs rather than loaded with them.
AGENT_PARTS=(libabsl-dev libcli11-dev libxxhash-dev)
CONTROLLER_PARTS=("${AGENT_PARTS[@]}" nlohmann-json3-dev)

manual() {
  local program="$1" name="$2" what="$3"
  # The page is called what the program is called once it is installed.
  ln -s "$BUILD/bin/$program" "$OUT/$name"
  help2man --no-info --section=1 --name="$what" --output="$OUT/$name.1" \
    --version-string="$name $("$BUILD/bin/$program" --version | sed 's/.* //')" "$OUT/$name"
  rm -- "$OUT/$name"
  # Where the usage line names no program.
  sed -i "s/^\\.B \\[OPTIONS\\]\$/.B $name\\n[OPTIONS]/" "$OUT/$name.1"
  gzip -9nf "$OUT/$name.1"
}

# Debian's own copyright file of each package, under a heading.
notices() {
  local package
  for package in "$@"; do
    printf '\n%s\n%s\n\n' "$package" "${package//?/=}"
    cat "/usr/share/doc/$package/copyright"
  done
}

copyright() {
  local name="$1"
  shift
  mkdir -p "$OUT/$name"
  { cat "$HERE/copyright"; notices "$@"; } >"$OUT/$name/copyright"
}

rm -rf -- "$OUT"
mkdir -p "$OUT"
manual agent monsoon-agent "send a Monsoon controller's requests to an LLM engine and time the answers"
manual controller monsoon-controller "load-test LLM engines from one or many hosts"
gzip -9nc "$HERE/changelog" >"$OUT/changelog.Debian.gz"
copyright monsoon-agent "${AGENT_PARTS[@]}"
copyright monsoon-controller "${CONTROLLER_PARTS[@]}"
crates="$BUILD/rust"
if [[ -d $crates ]]; then
  python3 "$HERE/crate_notices.py" "$HERE/../../controller/io/tokenizer/rust" \
    >>"$OUT/monsoon-controller/copyright"
fi
