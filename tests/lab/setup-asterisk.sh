#!/usr/bin/env bash
# Installs Asterisk 22 LTS (Debian sid) into a private prefix (AST_PREFIX), without touching the host's packages:
# plain apt-get with a root of its own and dpkg -x; run later through the prefix's own ld.so. Idempotent, two at once wait
# for each other. The mirror is the one that this machine's apt already uses.
set -euo pipefail
PREFIX=${AST_PREFIX:-${TMPDIR:-/tmp}/kommutator-lab/ast}          # result: $PREFIX/root
SUITE=${AST_SUITE:-sid}
MIRROR=${AST_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" | grep -v security | head -1)}   # the mirror that this machine already uses
PKGS="asterisk asterisk-moh-opsound-gsm asterisk-core-sounds-en-gsm"
ROOT=$PREFIX/root; APT=$PREFIX/apt; LIB=$ROOT/usr/lib/x86_64-linux-gnu
run() { "$ROOT/usr/lib64/ld-linux-x86-64.so.2" --library-path "$LIB" "$ROOT/usr/sbin/asterisk" "$@"; }
mkdir -p "$PREFIX"; exec 9>"$PREFIX/.lock"; flock 9
if [ -e "$PREFIX/.done" ] && run -V; then exit 0; fi
rm -rf "$ROOT" "$PREFIX/.done"
mkdir -p "$APT"/etc/apt/{apt.conf.d,preferences.d,sources.list.d} "$APT"/var/lib/apt/lists/partial \
         "$APT"/var/cache/apt/archives/partial "$APT"/var/lib/dpkg "$ROOT"
: > "$APT/var/lib/dpkg/status"                 # empty status: apt resolves the whole closure
echo "deb [check-valid-until=no signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR $SUITE main" \
  > "$APT/etc/apt/sources.list"                # mirror's sid Release may be past its Valid-Until
cat > "$APT/apt.conf" <<E
Dir "$APT";
Dir::State::status "$APT/var/lib/dpkg/status";
Dir::Etc "$APT/etc/apt";
APT::Install-Recommends "false";
APT::Architecture "amd64";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
E
export APT_CONFIG=$APT/apt.conf
apt-get -qq update
apt-get -qq -y --download-only install $PKGS >/dev/null
skip='^(perl|libperl|gnupg|gpg|dirmngr|pinentry|passwd|adduser|asterisk-config|tzdata|pci\.ids|libsnmp-base|sensible|debconf|login|dpkg|tar_)'
for d in "$APT"/var/cache/apt/archives/*.deb; do
  [[ $(basename "$d") =~ $skip ]] && continue
  dpkg -x "$d" "$ROOT"
done
ln -sfn ld-linux-x86-64.so.2 "$ROOT/usr/lib64/asterisk"
[ -e "$ROOT/usr/share/asterisk/sounds/en" ] || ln -s en_US_f_Allison "$ROOT/usr/share/asterisk/sounds/en"  # postinst (not run) would make it
rm -rf "$ROOT"/usr/share/{doc,man,locale,bug,lintian}
[ "${KEEP_DEBS:-0}" = 1 ] || rm -rf "$APT"
run -V
touch "$PREFIX/.done"
