import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { nameKey } from "./key.ts";
import type { OwnCards } from "./own.ts";
import { best, type CardKind, type Found, readable } from "./readable.ts";
import { DICTIONARY_SIMILARITY, type Meant, meant, saysNothing, typedWords } from "./words.ts";

/** So many cards are compared with the whole of what was typed, at most. */
const COMPARED = 60;
/** Of a legal form alone so many cards are asked for the rights to them, at most: it tells nobody from another. */
const LEGAL_FORMS = 5000;
/** A card that has only some of the typed words must have so much of the typed letters. */
const ENOUGH = 0.45;

/**
 * People and companies whose names have the typed words, with typos and in either script (CB-03, CB-04); a contact also by words of the
 * own and of the company's name together. Those with all words come first, then those with the most telling one. The words are looked up in
 * the dictionary of all names by trigrams, their cards by a plain index: looking through the names themselves costs 20 times as much.
 * Whoever has few cards (`own`) is searched for among these, whatever others have.
 */
export async function byName(tx: Tx, principal: Principal, query: string, limit: number, kinds: CardKind[], own: OwnCards | null): Promise<Found[]> {
  const words = own?.all.length === 0 ? null : await wordsMeant(tx, query);
  if (words === null) return [];
  const { known, letters } = words;
  const share = letters(known);
  const one = (word: Meant) => (own === null ? withWord(tx, principal, word, limit, kinds) : ownWithWord(tx, principal, word, limit, kinds, own));
  const all = (known.length === 1 ? await one(known[0] as Meant) : await withAll(tx, principal, known, kinds, own)).map((f) => ({
    ...f,
    score: f.score * share,
  }));
  if (known.length > 1 && all.length < limit && kinds.includes("contact")) all.push(...(await atCompany(tx, principal, known, share, own)));
  if (known.length > 1 && all.length < limit) {
    const longest = [...known].sort((a, b) => b.typed.length - a.typed.length)[0] as Meant;
    const part = letters([longest]);
    if (part >= ENOUGH) all.push(...(await one(fewer(longest))).map((f) => ({ ...f, score: f.score * part })));
  }
  return compared(tx, best(all).slice(0, COMPARED), nameKey(query));
}

/**
 * The typed words that names of the house may have, and which share of the typed letters some of them are; null when too little of what was
 * typed is in any name.
 */
export async function wordsMeant(tx: Tx, query: string): Promise<{ known: Meant[]; letters: (some: Meant[]) => number } | null> {
  const typed = typedWords(query);
  if (typed.length === 0) return null;
  // Plans are made for the very words: a surname has 10,000 cards where a number has one.
  await tx`SELECT set_config('pg_trgm.word_similarity_threshold', ${String(DICTIONARY_SIMILARITY)}, true), set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)`;
  const known = (await meant(tx, typed)).filter((w) => w.words.length > 0);
  const letters = (some: Meant[]) => some.reduce((n, w) => n + w.typed.length, 0) / typed.join("").length;
  return known.length === 0 || letters(known) < ENOUGH ? null : { known, letters };
}

/** The likeliest meanings only: cards that lack another typed word anyway are worth no long search. */
const fewer = (word: Meant): Meant => ({ ...word, words: word.words.slice(0, 20), scores: word.scores.slice(0, 20) });

interface Row {
  kind: CardKind;
  id: Id;
  score: number;
}
const found = (rows: Row[]): Found[] => rows.map((r) => ({ ...r, via: null }));

/** Cards with one word: for each word that may be meant, the first readable ones that its index gives. The words come as they are given, the
 * likeliest first; an ORDER BY would look for the cards of all of them before the LIMIT. */
async function withWord(tx: Tx, principal: Principal, word: Meant, limit: number, kinds: CardKind[]): Promise<Found[]> {
  return found(
    await tx<Row[]>`
      SELECT card.kind, card.card_id AS id, d.score FROM unnest(${word.words}::text[], ${word.scores}::float8[]) WITH ORDINALITY AS d(word, score, n)
      CROSS JOIN LATERAL (
        SELECT w.kind, w.card_id FROM (SELECT kind, card_id FROM name_word WHERE word = d.word AND kind = ANY(${kinds}::text[]) ${saysNothing(word.typed) ? tx`LIMIT CASE WHEN d.n = 1 THEN ${LEGAL_FORMS}::int ELSE ${LEGAL_FORMS / 100}::int END` : tx``}) w
        WHERE ${readable(tx, principal, "w.kind", "w.card_id")} LIMIT ${limit * 2}) card
      LIMIT ${Math.max(COMPARED, limit * 2)}`,
  );
}

/** The same among one's own cards. Here and below OFFSET 0 keeps the rights, which cost most, for what has the words. */
async function ownWithWord(tx: Tx, principal: Principal, word: Meant, limit: number, kinds: CardKind[], own: OwnCards): Promise<Found[]> {
  return found(
    await tx<Row[]>`
      SELECT kind, card_id AS id, score FROM (
        SELECT w.kind, w.card_id, d.score, d.n FROM unnest(${own.all}::uuid[]) AS mine(id) JOIN name_word w ON w.card_id = mine.id
        JOIN unnest(${word.words}::text[], ${word.scores}::float8[]) WITH ORDINALITY AS d(word, score, n) ON d.word = w.word
        WHERE w.kind = ANY(${kinds}::text[]) ORDER BY d.n OFFSET 0) s
      WHERE ${readable(tx, principal, "s.kind", "s.card_id")} ORDER BY n LIMIT ${Math.max(COMPARED, limit * 2)}`,
  );
}

const among = (tx: Tx, own: OwnCards | null, card: string) =>
  own === null ? tx`` : tx`AND ${tx.unsafe(card)} IN (SELECT id FROM unnest(${own.all}::uuid[]) AS mine(id))`;

/** Cards that have every word; the score is the mean likeness of the words. */
async function withAll(tx: Tx, principal: Principal, words: Meant[], kinds: CardKind[], own: OwnCards | null): Promise<Found[]> {
  const scoreOf = (w: Meant, alias: string) => tx`(${w.scores}::float8[])[array_position(${w.words}::text[], ${tx.unsafe(alias)}.word)]`;
  const total = words.map((w, i) => scoreOf(w, `w${i}`)).reduce((sum, each) => tx`${sum} + ${each}`);
  const [first, ...rest] = words as [Meant, ...Meant[]];
  const joins = rest.map((_, i) => tx`JOIN name_word ${tx.unsafe(`w${i + 1}`)} USING (kind, card_id)`).reduce((a, b) => tx`${a} ${b}`, tx``);
  const conditions = rest.map((w, i) => tx`AND ${tx.unsafe(`w${i + 1}`)}.word = ANY(${w.words}::text[])`).reduce((a, b) => tx`${a} ${b}`, tx``);
  return found(
    await tx<Row[]>`
      SELECT kind, card_id AS id, score FROM (
        SELECT kind, card_id, (${total}) / ${words.length}::float8 AS score FROM name_word w0 ${joins}
        WHERE w0.word = ANY(${first.words}::text[]) ${conditions} AND kind = ANY(${kinds}::text[]) ${among(tx, own, "w0.card_id")} ORDER BY score DESC OFFSET 0) s
      WHERE ${readable(tx, principal, "s.kind", "s.card_id")} LIMIT ${COMPARED * 2}`,
  );
}

/** Contacts of whom one word is the own name's and another the company's: "Иванов Ромашка". */
async function atCompany(tx: Tx, principal: Principal, words: Meant[], share: number, cards: OwnCards | null): Promise<Found[]> {
  const pairs = words.flatMap((a) => words.filter((b) => b !== a).map((b) => [a, b] as const)).slice(0, 6);
  const rows: Row[] = [];
  for (const [own, company] of pairs) {
    rows.push(
      ...(await tx<Row[]>`
        WITH h AS MATERIALIZED (SELECT card_id FROM name_word WHERE kind = 'contact' AND word = ANY(${own.words.slice(0, 20)}::text[])),
        c AS MATERIALIZED (SELECT card_id FROM name_word WHERE kind = 'customer' AND word = ANY(${company.words.slice(0, 40)}::text[]))
        SELECT 'contact' AS kind, s.card_id AS id, ${(0.9 * share * (own.typed.length + company.typed.length)) / words.reduce((n, w) => n + w.typed.length, 0)}::float8 AS score
        FROM (SELECT h.card_id FROM c JOIN customer_contact cc ON cc.customer_id = c.card_id JOIN h ON h.card_id = cc.contact_id WHERE true ${among(tx, cards, "h.card_id")} OFFSET 0) s
        WHERE ${readable(tx, principal, "'contact'", "s.card_id")} LIMIT ${COMPARED}`),
    );
  }
  return found(rows);
}

/** The best of what was found, put in order by the whole name: the exact one before those that have more words. */
async function compared(tx: Tx, some: Found[], key: string): Promise<Found[]> {
  if (some.length === 0) return [];
  const rows = await tx<{ id: Id; likeness: number }[]>`
    SELECT id, similarity(name_key(name), ${key})::float8 AS likeness FROM (
      SELECT id, name FROM customer WHERE id = ANY(${some.map((f) => f.id)}::uuid[])
      UNION ALL SELECT id, concat_ws(' ', last_name, first_name, middle_name) FROM contact WHERE id = ANY(${some.map((f) => f.id)}::uuid[])
      UNION ALL SELECT id, concat_ws(' ', contact_name, company_name) FROM lead WHERE id = ANY(${some.map((f) => f.id)}::uuid[])) n`;
  const whole = new Map(rows.map((r) => [r.id, r.likeness]));
  return best(some.map((f) => ({ ...f, score: 0.75 * f.score + 0.25 * (whole.get(f.id) ?? 0) })));
}
