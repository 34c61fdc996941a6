#!/usr/bin/env bash
# Builds opensmppbox, the SMPP server of Kannel: it stands in the sources that Debian's kannel is made of, but in none of
# its packages. Nothing is installed: kannel-dev and missing headers are unpacked beside it (SMPPBOX_PREFIX). Idempotent,
# two at once wait for each other. Its libraries are those that Debian's own boxes (package kannel) are linked with.
set -euo pipefail
PREFIX=${SMPPBOX_PREFIX:-${TMPDIR:-/tmp}/kommutator-lab/smppbox}   # result: $PREFIX/opensmppbox
MIRROR=${AST_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" | grep -v security | head -1)}
SUITE=$(. /etc/os-release; echo "$VERSION_CODENAME")
mkdir -p "$PREFIX"; exec 9>"$PREFIX/.lock"; flock 9
[ -e "$PREFIX/.done" ] && exit 0
WORK=$PREFIX/work; rm -rf "$WORK"; mkdir -p "$WORK/lists/partial" "$WORK/dev"; cd "$WORK"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR $SUITE main" > sources.list
OWN=(-o "Dir::Etc::sourcelist=$WORK/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$WORK/lists")
APT=(-qq -o APT::Sandbox::User=root -o Acquire::Retries=3 -o Acquire::Languages=none)
apt-get "${APT[@]}" "${OWN[@]}" update
apt-get "${APT[@]}" "${OWN[@]}" source --download-only --tar-only kannel
headers=()
[ -e /usr/include/openssl/ssl.h ] || headers+=(libssl-dev)
[ -e /usr/include/libxml2/libxml/encoding.h ] || headers+=(libxml2-dev)
[ -e /usr/include/unicode/ucnv.h ] || headers+=(libicu-dev)
apt-get "${APT[@]}" download kannel-dev "${headers[@]}"
for deb in ./*.deb; do dpkg-deb -x "$deb" dev; done
tar xf kannel_*.orig.tar.*
BOX=$(echo gateway-*/addons/opensmppbox)
printf '#define GW_NAME "Kannel"\n#define GW_VERSION "1.4.5"\n' > "$BOX/sb-config.h"
MULTI=$(gcc -print-multiarch)
LIBS=$(ldd /usr/sbin/bearerbox | awk '/=> \// && $1 !~ /^libc\.so/ { print $3 }')
# shellcheck disable=SC2086
gcc -O2 -w -D_GNU_SOURCE -D_REENTRANT -o "$PREFIX/opensmppbox" "$BOX/gw/opensmppbox.c" \
  -Idev/usr/include/kannel -Idev/usr/include "-Idev/usr/include/$MULTI" -Idev/usr/include/libxml2 -I/usr/include/libxml2 \
  "-Ldev/usr/lib/$MULTI/kannel" -Wl,--start-group -lgw -lgwlib -lwap -Wl,--end-group $LIBS -lpthread -lm
rm -rf "$WORK"
touch "$PREFIX/.done"
