#!/bin/sh
# prompts.sh SOUNDS_DIR [LANGUAGE...]: speaks the words of prompts/<language>.txt (all of them, or of these languages) into
# SOUNDS_DIR/kommutator/<language>/*.wav (8 kHz), by espeak-ng and sox. What the administrator has recorded under these names (in any format) is never touched. Again with nothing
# changed it does nothing. A running Asterisk lists new files after `module reload`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: prompts.sh SOUNDS_DIR [LANGUAGE...]}/kommutator; shift
for program in espeak-ng sox; do
  command -v "$program" >/dev/null || { echo "prompts.sh: $program is missing: callers will hear Asterisk's own words" >&2; exit 1; }
done
mkdir -p "$out"
exec 9>"$out/.lock"; flock 9   # two at once wait for each other
sum() { cksum "$@" | cut -d' ' -f1; }
[ $# -gt 0 ] || set -- $(cd "$here/prompts" && ls *.txt | sed 's/\.txt$//')
for language; do
  texts=$here/prompts/$language.txt
  dir=$out/$language
  all=$(sum "$texts")
  [ "$(cat "$dir/.spoken" 2>/dev/null)" = "$all" ] && continue
  mkdir -p "$dir"
  touch "$dir/.made"   # a line for each file of ours: name, checksum of its text, checksum of its sound
  while IFS= read -r line; do
    name=${line%%: *} text=${line#*: }
    file=$dir/$name.wav
    made=$(grep "^$name " "$dir/.made" || true)
    words=$(printf %s "$text" | sum)
    if ls "$dir/$name".* >/dev/null 2>&1; then
      [ -e "$file" ] && [ "$made" = "$name $words $(sum "$file")" ] && continue               # spoken already
      [ -e "$file" ] && [ "${made##* }" = "$(sum "$file")" ] || continue                      # not ours: the administrator's own
    fi
    espeak-ng -v "$language" -s 145 --stdout "$text" | sox -q -t wav - -r 8000 -c 1 -b 16 "$dir/.new.wav" gain -n -3
    mv "$dir/.new.wav" "$file"
    { grep -v "^$name " "$dir/.made" || true; echo "$name $words $(sum "$file")"; } > "$dir/.made.new"
    mv "$dir/.made.new" "$dir/.made"
  done < "$texts"
  echo "$all" > "$dir/.spoken"
done
