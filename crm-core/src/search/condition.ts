import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Fragment } from "@kommutator/contract/statement";
import { wordsMeant } from "./by-name.ts";
import { literal, phoneFragments } from "./fragment.ts";
import type { CardKind } from "./readable.ts";
import type { Meant } from "./words.ts";

/** So many numbers with the typed digits are looked up one by one; of more, every few rows of a list have one, and each row is asked. */
const NAMED = 10_000;

/**
 * The condition that a card of a kind has what was typed, without rights: every word in the name (a customer's people count for it, a contact's
 * company for the contact), or the digits or letters in a number or address. null: nothing can have it. `has` makes it for the column of the id.
 */
export async function matching(tx: Tx, typed: string, kind: CardKind, named = NAMED): Promise<{ has: (column: string) => Fragment } | null> {
  const query = typed.replaceAll("\0", " ").trim();
  const fragments = phoneFragments(query);
  const parts: ((column: string) => Fragment)[] = [];
  if (fragments.length > 0) parts.push(await withPoint(tx, kind, fragments, named));
  else if (/\S[@.]|@\S/.test(query) && !/\s/.test(query)) parts.push(await withPoint(tx, kind, [query.toLowerCase()], named));
  const words = query.includes("@") ? null : await wordsMeant(tx, query);
  if (words !== null) parts.push((column) => tx`${tx.unsafe(column)} IN (${withWords(tx, kind, words.known)})`);
  const [first, ...rest] = parts;
  return first === undefined ? null : { has: (column) => tx`(${rest.reduce((all, next) => tx`${all} OR ${next(column)}`, first(column))})` };
}

async function withPoint(tx: Tx, kind: CardKind, texts: string[], named: number): Promise<(column: string) => Fragment> {
  const has = tx`cp.archived_at IS NULL AND cp.kind <> 'site_visitor' AND cp.value_norm LIKE ANY(${texts.map((text) => `%${literal(text)}%`)}::text[])`;
  const holder = tx.unsafe(`cp.${kind}_id`);
  const [many] = await tx<{ n: number }[]>`SELECT count(*)::int AS n FROM (SELECT 1 FROM contact_point cp WHERE ${has} LIMIT ${named + 1}) p`;
  if ((many?.n ?? 0) > named)
    // OFFSET 0 keeps it a question for each row: the planner would else gather all the holders first.
    return (column) => {
      const mine = tx`EXISTS (SELECT 1 FROM contact_point cp WHERE ${holder} = ${tx.unsafe(column)} AND ${has} OFFSET 0)`;
      if (kind !== "customer") return mine;
      return tx`(${mine} OR EXISTS (SELECT 1 FROM customer_contact cc JOIN contact_point cp ON cp.contact_id = cc.contact_id WHERE cc.customer_id = ${tx.unsafe(column)} AND ${has} OFFSET 0))`;
    };
  const people =
    kind === "customer" ? tx`UNION SELECT cc.customer_id FROM contact_point cp JOIN customer_contact cc ON cc.contact_id = cp.contact_id WHERE ${has}` : tx``;
  const rows = await tx<{ id: Id }[]>`SELECT ${holder} AS id FROM contact_point cp WHERE ${has} AND ${holder} IS NOT NULL ${people}`;
  const ids = rows.map((r) => r.id);
  return (column) => tx`${tx.unsafe(column)} = ANY(${ids}::uuid[])`;
}

function withWords(tx: Tx, kind: CardKind, words: Meant[]) {
  if (kind === "contact") {
    const each = words.map(
      (w) => tx`(SELECT card_id AS id FROM name_word WHERE kind = 'contact' AND word = ANY(${w.words}::text[])
        UNION SELECT cc.contact_id FROM name_word nw JOIN customer_contact cc ON cc.customer_id = nw.card_id AND cc.left_at IS NULL
        WHERE nw.kind = 'customer' AND nw.word = ANY(${w.words}::text[]))`,
    );
    return tx`(${each.reduce((all, next) => tx`${all} INTERSECT ${next}`)})`;
  }
  const own = (of: CardKind) => {
    const [first, ...rest] = words as [Meant, ...Meant[]];
    const more = rest.map((w, i) => {
      const alias = tx.unsafe(`w${i + 1}`);
      return tx`JOIN name_word ${alias} ON ${alias}.kind = w0.kind AND ${alias}.card_id = w0.card_id AND ${alias}.word = ANY(${w.words}::text[])`;
    });
    return tx`SELECT w0.card_id AS id FROM name_word w0 ${more.reduce((all, next) => tx`${all} ${next}`, tx``)} WHERE w0.kind = ${of} AND w0.word = ANY(${first.words}::text[])`;
  };
  if (kind === "lead") return own("lead");
  return tx`${own("customer")} UNION ALL SELECT cc.customer_id FROM (${own("contact")}) h JOIN customer_contact cc ON cc.contact_id = h.id`;
}
