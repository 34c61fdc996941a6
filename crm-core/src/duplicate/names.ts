import { fold } from "../search/fold.ts";
import { nameKey } from "../search/key.ts";

/** Legal forms say nothing about who somebody is. Folded, as they stand in folded names. */
const FORMS = new Set(
  "тоо ооо оао зао пао ао ип чп фоп тов тдв прат пат пп жшс ак жк шк кх гкп ргп гу нко llp llc ltd limited inc corp corporation co company gmbh ag sa sarl plc oy ab bv sro jsc ojsc pjsc too ooo oao zao ao ip".split(
    " ",
  ),
);
/** Names in two scripts meet only by transliteration, which guesses: a full match is worth this much (the worked example of B14). */
const OTHER_SCRIPT = 0.9;

/** Words that name somebody: folded, without legal form, case and punctuation. The form stays when nothing else is there. */
function words(name: string): string[] {
  const all = fold(name)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((w) => w !== "");
  const bare = all.filter((w) => !FORMS.has(w));
  return bare.length === 0 ? all : bare;
}

/** Trigrams as pg_trgm makes them: two blanks before a word, one after; the order of words does not matter. */
function trigrams(list: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const word of list) {
    const padded = `  ${word} `;
    for (let i = 0; i + 3 <= padded.length; i++) found.add(padded.slice(i, i + 3));
  }
  return found;
}

function likeness(a: Set<string>, b: Set<string>): number {
  if (a.size === 0 || b.size === 0) return 0;
  const common = [...a].filter((t) => b.has(t)).length;
  return common / (a.size + b.size - common);
}

const CYRILLIC = /\p{Script=Cyrillic}/u;
const LATIN = /\p{Script=Latin}/u;
const script = (list: readonly string[]) => `${list.some((w) => CYRILLIC.test(w))}${list.some((w) => LATIN.test(w))}`;

/** How alike two names are, 0 to 1: share of common trigrams after removing legal form, case, punctuation and word order (B14). */
export function nameSimilarity(a: string, b: string): number {
  const [x, y] = [words(a), words(b)];
  if (script(x) === script(y)) return likeness(trigrams(x), trigrams(y));
  const sound = (list: string[]) => trigrams(list.map(nameKey).filter((w) => w !== ""));
  return OTHER_SCRIPT * likeness(sound(x), sound(y));
}
