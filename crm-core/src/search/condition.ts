import type { Tx } from "@kommutator/contract/db";
import type { Fragment } from "@kommutator/contract/statement";
import { wordsMeant } from "./by-name.ts";
import { literal, phoneFragments } from "./fragment.ts";
import type { CardKind } from "./readable.ts";
import type { Seen } from "./seen.ts";
import type { Meant } from "./words.ts";

/** Up to so many cards that have something typed are gathered and put in order; of more, every few rows of a list are such, and it is walked. */
const FEW = 20_000;
/** Contacts are walked by an index alone, which soon costs less than looking up each. */
const FEW_CONTACTS = 5_000;

/**
 * The cards that have what was typed. `ids`: few of them, so that a list begins with them. `has`: many, so that a list is walked from its
 * newest row and asks each. Where all of them are gathered for that, `each` says the same of a row by itself: the newest rows alone may fill
 * the page.
 */
export type Matching = { ids: Fragment } | { has: Condition; each: Condition | null };
type Condition = (column: string) => Fragment;

/**
 * Cards of a kind with what was typed: every word in the name (a customer's people count for it; a contact has the words of the own name and
 * of one company where it works and that may be seen), or the digits or letters in a number or address. null: nothing can have it. Rights to
 * the card itself are the list's. Needs a transaction prepared by `prepareList`.
 */
export async function matching(tx: Tx, seen: Seen, typed: string, kind: CardKind, few = kind === "contact" ? FEW_CONTACTS : FEW): Promise<Matching | null> {
  const query = typed.replaceAll("\0", " ").trim();
  const fragments = phoneFragments(query);
  const parts: Matching[] = [];
  if (fragments.length > 0) parts.push(await withPoint(tx, kind, fragments, few));
  else if (/\S[@.]|@\S/.test(query) && !/\s/.test(query)) parts.push(await withPoint(tx, kind, [query.toLowerCase()], few));
  const words = query.includes("@") ? null : await wordsMeant(tx, query);
  if (words !== null) parts.push(await withWords(tx, seen, kind, words.known, few));
  if (parts.length < 2) return parts[0] ?? null;
  const ids = parts.flatMap((part) => ("ids" in part ? [part.ids] : []));
  if (ids.length === parts.length) return { ids: ids.reduce((all, next) => tx`${all} UNION ${next}`) };
  return { each: null, has: (column) => tx`(${parts.map((part) => asked(tx, part, column)).reduce((all, next) => tx`${all} OR ${next}`)})` };
}

/** IS TRUE keeps it a question for each row, answered by a hashed set: a join would read and sort the whole register. */
const inSet = (tx: Tx, column: string, ids: Fragment) => tx`(${tx.unsafe(column)} IN (${ids})) IS TRUE`;
const asked = (tx: Tx, part: Matching, column: string) => ("ids" in part ? inSet(tx, column, part.ids) : part.has(column));

async function withPoint(tx: Tx, kind: CardKind, texts: string[], few: number): Promise<Matching> {
  const has = tx`cp.archived_at IS NULL AND cp.kind <> 'site_visitor' AND cp.value_norm LIKE ANY(${texts.map((text) => `%${literal(text)}%`)}::text[])`;
  const holder = tx.unsafe(`cp.${kind}_id`);
  const held = kind === "customer" ? tx`cp.lead_id IS NULL` : tx`${holder} IS NOT NULL`;
  if (await fewOf(tx, tx`SELECT 1 FROM contact_point cp WHERE ${has} AND ${held}`, few)) {
    const own = tx`SELECT ${holder} AS id FROM contact_point cp WHERE ${has} AND ${holder} IS NOT NULL`;
    const people = tx`SELECT cc.customer_id FROM contact_point cp JOIN customer_contact cc ON cc.contact_id = cp.contact_id WHERE ${has}`;
    return { ids: kind === "customer" ? tx`${own} UNION ${people}` : tx`${own} GROUP BY 1` };
  }
  return {
    each: null,
    has: (column) => {
      // OFFSET 0 keeps it a question for each row: the planner would else gather all the holders first.
      const own = tx`EXISTS (SELECT 1 FROM contact_point cp WHERE ${holder} = ${tx.unsafe(column)} AND ${has} OFFSET 0)`;
      if (kind !== "customer") return own;
      return tx`(${own} OR EXISTS (SELECT 1 FROM customer_contact cc JOIN contact_point cp ON cp.contact_id = cc.contact_id WHERE cc.customer_id = ${tx.unsafe(column)} AND ${has} OFFSET 0))`;
    },
  };
}

async function withWords(tx: Tx, seen: Seen, kind: CardKind, words: Meant[], few: number): Promise<Matching> {
  const kinds = kind === "lead" ? ["lead"] : ["customer", "contact"];
  const counts = await tx<{ n: number }[]>`${words
    .map(
      ({ words: meant }) =>
        tx`(SELECT count(*)::int AS n FROM (SELECT 1 FROM name_word WHERE kind = ANY(${kinds}::text[]) AND word = ANY(${meant}::text[]) LIMIT ${few + 1}) w)`,
    )
    .reduce((all, next) => tx`${all} UNION ALL ${next}`)}`;
  const rarest = [...words].sort((a, b) => (counts[words.indexOf(a)]?.n ?? 0) - (counts[words.indexOf(b)]?.n ?? 0));
  const ids = kind === "contact" ? people(tx, seen, rarest) : kind === "lead" ? cards(tx, "lead", rarest) : companies(tx, rarest);
  return Math.min(...counts.map((c) => c.n)) <= few
    ? { ids }
    : { has: (column) => inSet(tx, column, ids), each: (column) => byItself(tx, seen, kind, words, column) };
}

/** The same as the sets below, asked of one card. */
function byItself(tx: Tx, seen: Seen, kind: CardKind, words: Meant[], column: string): Fragment {
  const named = (of: CardKind, card: string, { words: meant }: Meant) =>
    tx`EXISTS (SELECT 1 FROM name_word nw WHERE nw.card_id = ${tx.unsafe(card)} AND nw.kind = ${of} AND nw.word = ANY(${meant}::text[]) OFFSET 0)`;
  const all = (each: (word: Meant) => Fragment) => words.map(each).reduce((some, next) => tx`${some} AND ${next}`);
  const own = all((word) => named(kind, column, word));
  if (kind === "lead") return own;
  const other =
    kind === "customer"
      ? tx`cc.customer_id = ${tx.unsafe(column)} AND ${all((word) => named("contact", "cc.contact_id", word))}`
      : tx`cc.contact_id = ${tx.unsafe(column)} AND cc.left_at IS NULL AND ${seen.company(tx, "cc.customer_id")} AND ${all((word) => tx`(${named("contact", column, word)} OR ${named("customer", "cc.customer_id", word)})`)}`;
  return tx`((${own}) OR EXISTS (SELECT 1 FROM customer_contact cc WHERE ${other} OFFSET 0))`;
}

/** Cards of a kind that have all the words in their own name. */
function cards(tx: Tx, kind: CardKind, [first, ...rest]: Meant[]): Fragment {
  const more = rest.map((w, i) => {
    const alias = tx.unsafe(`w${i}`);
    return tx`JOIN name_word ${alias} ON ${alias}.kind = w.kind AND ${alias}.card_id = w.card_id AND ${alias}.word = ANY(${w.words}::text[])`;
  });
  return tx`SELECT w.card_id AS id FROM name_word w ${more.reduce((all, next) => tx`${all} ${next}`, tx``)} WHERE w.kind = ${kind} AND w.word = ANY(${(first as Meant).words}::text[]) GROUP BY 1`;
}

function companies(tx: Tx, words: Meant[]): Fragment {
  return tx`${cards(tx, "customer", words)} UNION SELECT cc.customer_id FROM (${cards(tx, "contact", words)}) h JOIN customer_contact cc ON cc.contact_id = h.id`;
}

/** Contacts of whom the rarest word is in the own name or the company's, and all others in either of the two. */
function people(tx: Tx, seen: Seen, [first, ...rest]: Meant[]): Fragment {
  const rarest = (first as Meant).words;
  const having = (kind: CardKind, word: string[]) => tx`SELECT card_id FROM name_word WHERE kind = ${kind} AND word = ANY(${word}::text[])`;
  const via = tx`SELECT cc.contact_id AS id, cc.customer_id AS company FROM (${having("customer", rarest)} GROUP BY 1) k
    JOIN customer_contact cc ON cc.customer_id = k.card_id AND cc.left_at IS NULL WHERE ${seen.company(tx, "cc.customer_id")}`;
  if (rest.length === 0) return tx`${having("contact", rarest)} UNION SELECT id FROM (${via}) v`;
  const others = rest
    .map(({ words }) => tx`(l.id IN (${having("contact", words)}) OR l.company IN (${having("customer", words)}))`)
    .reduce((all, next) => tx`${all} AND ${next}`);
  return tx`SELECT l.id FROM (
      SELECT h.card_id AS id, cc.customer_id AS company FROM (${having("contact", rarest)} GROUP BY 1) h
        LEFT JOIN customer_contact cc ON cc.contact_id = h.card_id AND cc.left_at IS NULL AND ${seen.company(tx, "cc.customer_id")}
      UNION ALL ${via}) l
    WHERE ${others} GROUP BY 1`;
}

async function fewOf(tx: Tx, rows: Fragment, few: number): Promise<boolean> {
  const [counted] = await tx<{ n: number }[]>`SELECT count(*)::int AS n FROM (${rows} LIMIT ${few + 1}) p`;
  return (counted?.n ?? 0) <= few;
}
