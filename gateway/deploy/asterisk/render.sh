#!/bin/sh
# render.sh OUT_DIR: fills the @NAME@ marks of the templates beside it from KMT_* and writes them to OUT_DIR. See README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: render.sh OUT_DIR}
: "${KMT_ARI_PASSWORD:?KMT_ARI_PASSWORD must be set}"
bind=${KMT_BIND:-0.0.0.0}
media=${KMT_MEDIA_ADDRESS:-}
if [ -z "$media" ]; then
  if [ "$bind" = 0.0.0.0 ]; then media=$(hostname -I | awk '{print $1}'); else media=$bind; fi
fi
https=${KMT_HTTPS_PORT:-8089}
tls=yes; [ "$https" = 0 ] && tls=no
mkdir -p "$out"
# The marks are replaced by awk with the values taken from the environment as they are: no value can be read as a pattern.
export R_BIND="$bind" R_MEDIA="$media" R_SIP_PORT="${KMT_SIP_PORT:-5060}" R_HTTP_PORT="${KMT_HTTP_PORT:-8088}" \
  R_HTTPS_PORT="$https" R_TLS="$tls" R_TLS_CERT="${KMT_TLS_CERT:-/etc/asterisk/keys/asterisk.pem}" \
  R_TLS_KEY="${KMT_TLS_KEY:-/etc/asterisk/keys/asterisk.pem}" R_RTP_START="${KMT_RTP_START:-10000}" R_RTP_END="${KMT_RTP_END:-19999}" \
  R_ARI_USER="${KMT_ARI_USER:-kommutator}" R_ARI_PASSWORD="$KMT_ARI_PASSWORD" R_APP="${KMT_APP:-kommutator}" \
  R_TRUNK_HOST="${KMT_TRUNK_HOST:-127.0.0.1}" R_TRUNK_PORT="${KMT_TRUNK_PORT:-5060}" \
  R_FALLBACK_RING="${KMT_FALLBACK_RING:-}" R_FALLBACK_RING_S="${KMT_FALLBACK_RING_S:-20}" R_FALLBACK_WORD="${KMT_FALLBACK_WORD:-vm-intro}" \
  R_ICE_HOST="${KMT_ICE_HOST:-}"
for f in "$here"/*.conf; do
  awk '{
    line = $0; done = ""
    while (match(line, /@[A-Z_]+@/)) {
      name = substr(line, RSTART + 1, RLENGTH - 2)
      done = done substr(line, 1, RSTART - 1) ENVIRON["R_" name]
      line = substr(line, RSTART + RLENGTH)
    }
    print done line
  }' "$f" > "$out/$(basename "$f")"
done
