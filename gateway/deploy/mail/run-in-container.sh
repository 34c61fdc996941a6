#!/usr/bin/env bash
# The mail server of docker-compose.yml: Dovecot and Exim with the configuration files beside this script, one mailbox a
# line of MAIL_USERS ("address:password"). For trying and for tests; a company's real mail server is better left where it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
apt-get -qq update && apt-get -qq install -y --no-install-recommends dovecot-imapd exim4-daemon-light >/dev/null
dir=/var/mail/kommutator
uid=$(id -u Debian-exim) gid=$(id -g Debian-exim)
mkdir -p "$dir"/{mail,spool,log}
: > "$dir/users"; : > "$dir/smtp-users"
domains=
while IFS=: read -r address password; do
  [ -n "$address" ] || continue
  mkdir -p "$dir/mail/$address/Maildir"/{cur,new,tmp}
  echo "$address:{PLAIN}$password:$uid:$gid::$dir/mail/$address::" >> "$dir/users"
  echo "$address: $password" >> "$dir/smtp-users"
  domains="$domains : ${address#*@}"
done <<< "${MAIL_USERS:-sales@house.example:change-me}"
chown -R "$uid:$gid" "$dir"/{mail,spool,log}
fill() { sed -e "s#@DIR@#$dir#g; s#@LISTEN@#0.0.0.0#g; s#@EXIM@#/usr/sbin/exim4#g; s#@DOMAINS@#${domains# : }#g; s#@IMAP_PORT@#2143#g; s#@IMAPS_PORT@#0#g; s#@TLS@#$2#g" "$here/$1" > "$dir/$1"; }
fill dovecot.conf 'ssl = no'
fill exim.conf 'tls_advertise_hosts ='
chmod 644 "$dir/exim.conf"
dovecot -F -c "$dir/dovecot.conf" &
exec exim4 -C "$dir/exim.conf" -bdf -q10s -oX 0.0.0.0.2525
