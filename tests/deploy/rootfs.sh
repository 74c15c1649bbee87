#!/usr/bin/env bash
# Makes a small Debian 12 in a folder, with systemd, with Slurm, and with everything that our packages
# depend on but without them: what the tests of units and packages boot, and what the images of their test are made
# from. Takes a minute or two; a tree that is complete is left as it is.
#
#   rootfs.sh DIR PACKAGES_DIR
set -euo pipefail

DIR="${1:?the folder to make}" PACKAGES="${2:?the folder of the .deb files}"
SUITE=bookworm
INCLUDE=systemd,systemd-sysv,dbus,iproute2,procps,openssl,ca-certificates
SLURM=(slurm-wlm munge)

depends() {
  local file
  for file in "$PACKAGES"/*.deb; do dpkg-deb --field "$file" Depends; done | tr ',' '\n' |
    sed 's/(.*//;s/|.*//;s/ //g' | grep -v '^monsoon-' | sort -u
}

wanted="$SUITE $INCLUDE ${SLURM[*]} $(depends | paste -sd ' ')"
if [[ -f $DIR.made && "$(<"$DIR.made")" == "$wanted" ]]; then
  exit 0
fi
mirror="$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)"
rm -rf -- "$DIR" "$DIR.made"
mkdir -p -- "$DIR"
debootstrap --variant=minbase --include="$INCLUDE" "$SUITE" "$DIR" ${mirror:+"$mirror"} >"$DIR.log"
mapfile -t packages < <(depends)
# Nothing of it is started by its installation.
printf '#!/bin/sh\nexit 101\n' >"$DIR/usr/sbin/policy-rc.d"
chmod 755 "$DIR/usr/sbin/policy-rc.d"
chroot "$DIR" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  "${packages[@]}" "${SLURM[@]}" >>"$DIR.log" 2>&1
rm -- "$DIR/usr/sbin/policy-rc.d"
chroot "$DIR" apt-get clean
printf '%s' "$wanted" >"$DIR.made"
