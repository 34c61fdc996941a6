#!/usr/bin/env bash
# The Asterisk of docker-compose.yml: Debian's package with the configuration files beside this script (see README.md for
# the KMT_ variables). Its own store (registrations, phones' accounts) lives in /var/lib/kommutator-asterisk.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
apt-get -qq update && apt-get -qq install -y --no-install-recommends asterisk asterisk-moh-opsound-gsm asterisk-core-sounds-en-gsm openssl espeak-ng sox >/dev/null
store=/var/lib/kommutator-asterisk
mkdir -p "$store"/{db,keys,spool} /etc/asterisk/keys
if [ ! -s "$store/keys/asterisk.pem" ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=asterisk -keyout "$store/keys/key.pem" -out "$store/keys/cert.pem" 2>/dev/null
  cat "$store/keys/key.pem" "$store/keys/cert.pem" > "$store/keys/asterisk.pem"
fi
export KMT_ARI_PASSWORD=${KMT_ARI_PASSWORD:?set KMT_ARI_PASSWORD} KMT_TLS_CERT="$store/keys/asterisk.pem" KMT_TLS_KEY="$store/keys/asterisk.pem"
bash "$here/render.sh" /etc/asterisk
sh "$here/prompts.sh" /usr/share/asterisk/sounds
printf '[directories]\nastdbdir => %s/db\nastspooldir => %s/spool\n[options]\nnocolor = yes\n' "$store" "$store" > /etc/asterisk/asterisk.conf
exec asterisk -f
