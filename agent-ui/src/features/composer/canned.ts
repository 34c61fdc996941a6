/** What of a canned answer the search needs. */
export interface Findable {
  title: string;
  shortcut: string | null;
  body: string;
  tags: readonly string[];
  uses: number;
}

const plain = (text: string) => text.toLowerCase().replaceAll("ё", "е");

/** How well an answer fits what was typed after "/"; 0 = not at all. Its own shortcut first, then words of its title, then the rest. */
function score(answer: Findable, word: string): number {
  const shortcut = plain(answer.shortcut ?? "");
  if (shortcut === word) return 5;
  if (shortcut.startsWith(word)) return 4;
  const starts = (text: string) =>
    plain(text)
      .split(/[^\p{L}\p{N}]+/u)
      .some((part) => part.startsWith(word));
  if (starts(answer.title)) return 3;
  if (answer.tags.some(starts)) return 2;
  return starts(answer.body) ? 1 : 0;
}

/** Answers for the word after "/", the best and the most used first; nothing typed yet = the most used. */
export function findCanned<A extends Findable>(answers: readonly A[], typed: string, limit = 7): A[] {
  const word = plain(typed);
  return answers
    .map((answer) => ({ answer, score: word === "" ? 1 : score(answer, word) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score || b.answer.uses - a.answer.uses || a.answer.title.localeCompare(b.answer.title))
    .slice(0, limit)
    .map((each) => each.answer);
}

/** Variables that stayed unfilled in a text: it must not go out like that. Each with its place. */
export function openVariables(text: string): { name: string; from: number; to: number }[] {
  return [...text.matchAll(/\{\{\s*([^{}]{0,60}?)\s*\}\}/gu)].map((match) => ({ name: match[1] ?? "", from: match.index, to: match.index + match[0].length }));
}
