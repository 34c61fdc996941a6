import { fold } from "./fold.ts";

const MARKS = new Map<string, string>();
const PLAIN = "áàâäãåāéèêëēíìîïīıóòôöõōúùûüūýÿñńłğşšžčçў";
[...PLAIN].forEach((c, i) => {
  MARKS.set(c, [..."aaaaaaaeeeeeiiiiiioooooouuuuuyynnlgшшжччу"][i] as string);
});
for (const silent of "'’ʼ`ьъ") MARKS.set(silent, "");

/** Latin ways of writing Slavic and Kazakh sounds, longest first. */
const SOUNDS: [RegExp, string][] = [
  [/shch/g, "щ"],
  [/sch/g, "щ"],
  [/tch/g, "ч"],
  [/sh/g, "ш"],
  [/ch/g, "ч"],
  [/zh/g, "ж"],
  [/kh/g, "х"],
  [/ts/g, "ц"],
  [/tz/g, "ц"],
  [/ph/g, "ф"],
  [/ck/g, "к"],
  [/x/g, "кс"],
  [/q/g, "к"],
  [/w/g, "в"],
  [/yu/g, "ю"],
  [/iu/g, "ю"],
  [/ya/g, "я"],
  [/ia/g, "я"],
  [/yo/g, "е"],
  [/ye/g, "е"],
  [/([aeiouаеиоуыэюя])j/g, "$1и"],
  [/j/g, "ж"],
  [/c([eiyеи])/g, "ц$1"],
  [/c/g, "к"],
  [/ю/g, "iu"],
  [/я/g, "ia"],
];
const CYRILLIC = new Map([..."yабвгдежзийклмнопрстуфхцчшщыэ"].map((c, i) => [c, "iabvgdejziiklmnoprstufhcqwwie"[i] as string]));

/**
 * How a name sounds, in Latin letters: the same for Cyrillic, Kazakh and Ukrainian letters and for the usual ways of transliteration
 * (CB-03, CB-04). Exactly the database's name_key, by which the dictionary of names is kept.
 */
export function nameKey(text: string): string {
  const plain = [...fold(text)].map((c) => MARKS.get(c) ?? c).join("");
  const sounds = SOUNDS.reduce((key, [from, to]) => key.replace(from, to), plain);
  return [...sounds]
    .map((c) => CYRILLIC.get(c) ?? c)
    .join("")
    .replace(/([a-z])\1+/g, "$1")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
