import type { Tx } from "@kommutator/contract/db";
import { literal } from "./fragment.ts";
import { nameKey } from "./key.ts";
import { likeness } from "./likeness.ts";

/** A typed word and the words of the dictionary that it may mean, the likeliest first. */
export interface Meant {
  typed: string;
  words: string[];
  scores: number[];
}

/** Legal forms say nothing about who is meant; they are looked for only when nothing else was typed. */
const LEGAL = new Set(
  "тоо ооо оао зао пао ао ип чп фоп тов пат прат жшс жк кх кт llp llc ltd inc jsc gmbh"
    .split(" ")
    .flatMap((form) => [nameKey(form), nameKey(form.toUpperCase())]),
);
/** Is the word a legal form, which most companies have? */
export const saysNothing = (word: string): boolean => LEGAL.has(word);
const MOST_TYPED = 5;
const MOST_WORDS = 120;
/** Below this share of common trigrams the dictionary is not even looked at; likeness decides about the rest. */
export const DICTIONARY_SIMILARITY = 0.35;

/** The words of a query as they sound, without legal forms unless there is nothing else. */
export function typedWords(query: string): string[] {
  const all = [...new Set(nameKey(query).split(" "))].filter((w) => w !== "");
  const telling = all.filter((w) => !LEGAL.has(w));
  return (telling.length > 0 ? telling : all).slice(0, MOST_TYPED);
}

/** What each typed word may mean among the words of all names. Needs pg_trgm.word_similarity_threshold set for the transaction. */
export async function meant(tx: Tx, typed: string[]): Promise<Meant[]> {
  const found: Meant[] = [];
  for (const word of typed) {
    const exact = word.length <= 3 || /^\d+$/.test(word);
    const rows = exact
      ? await tx<{ word: string; trigrams: number }[]>`
          SELECT word, 1 AS trigrams FROM search_word WHERE word LIKE ${`${literal(word)}%`} ORDER BY length(word), word LIMIT ${MOST_WORDS}`
      : await tx<{ word: string; trigrams: number }[]>`
          SELECT word, word_similarity(${word}, word)::float8 AS trigrams FROM search_word WHERE word %> ${word} ORDER BY 2 DESC, length(word) LIMIT ${MOST_WORDS * 2}`;
    const scores = new Map<string, number>();
    for (const row of rows) {
      const score = likeness(word, row.word, row.trigrams);
      if (score > 0) scores.set(row.word, score);
    }
    const best = [...scores].sort((a, b) => b[1] - a[1]).slice(0, MOST_WORDS);
    found.push({ typed: word, words: best.map(([w]) => w), scores: best.map(([, s]) => s) });
  }
  return found;
}
