/**
 * Folds a name so that Kazakh, Ukrainian, Russian and Latin spellings meet. `fold` is exactly the database's fold_name (a test keeps
 * them equal); the variants of what was typed bring the scripts together.
 */
const FROM = "ұүқғөәіңһёїєґ";
const TO = "уукгоаинхеиег";
const FOLD = new Map([...FROM].map((c, i) => [c, TO[i] as string]));

export function fold(text: string): string {
  return [...text.toLowerCase()].map((c) => FOLD.get(c) ?? c).join("");
}

const LATIN: Record<string, string> = {
  а: "a",
  б: "b",
  в: "v",
  г: "g",
  д: "d",
  е: "e",
  ж: "zh",
  з: "z",
  и: "i",
  й: "i",
  к: "k",
  л: "l",
  м: "m",
  н: "n",
  о: "o",
  п: "p",
  р: "r",
  с: "s",
  т: "t",
  у: "u",
  ф: "f",
  х: "kh",
  ц: "ts",
  ч: "ch",
  ш: "sh",
  щ: "sch",
  ъ: "",
  ы: "y",
  ь: "",
  э: "e",
  ю: "yu",
  я: "ya",
};
const CYRILLIC: [RegExp, string][] = [
  [/shch|sch/g, "щ"],
  [/sh/g, "ш"],
  [/ch/g, "ч"],
  [/zh/g, "ж"],
  [/kh/g, "х"],
  [/ts/g, "ц"],
  [/yu|iu/g, "ю"],
  [/ya|ia/g, "я"],
  [/yo|ye/g, "е"],
  [/(?<=[aeou])[iy]/g, "й"],
  [/a/g, "а"],
  [/b/g, "б"],
  [/[ckq]/g, "к"],
  [/d/g, "д"],
  [/e/g, "е"],
  [/f/g, "ф"],
  [/g/g, "г"],
  [/h/g, "х"],
  [/i/g, "и"],
  [/j/g, "ж"],
  [/l/g, "л"],
  [/m/g, "м"],
  [/n/g, "н"],
  [/o/g, "о"],
  [/p/g, "п"],
  [/r/g, "р"],
  [/s/g, "с"],
  [/t/g, "т"],
  [/u/g, "у"],
  [/[vw]/g, "в"],
  [/x/g, "кс"],
  [/y/g, "ы"],
  [/z/g, "з"],
];

export function toLatin(folded: string): string {
  return [...folded].map((c) => LATIN[c] ?? c).join("");
}

export function toCyrillic(folded: string): string {
  return CYRILLIC.reduce((text, [from, to]) => text.replace(from, to), folded);
}

/** The folded spellings under which a typed name may be stored: as typed, in the other script. */
export function variants(query: string): string[] {
  const folded = fold(query.trim());
  return [...new Set([folded, toCyrillic(folded), toLatin(folded)])].filter((v) => v !== "");
}
