import type { Tx } from "@kommutator/contract/db";
import type { Fragment } from "@kommutator/contract/statement";
import { wordsMeant } from "./by-name.ts";
import { literal, phoneFragments } from "./fragment.ts";
import type { CardKind } from "./readable.ts";
import type { Meant } from "./words.ts";

/**
 * The ids of all cards of a kind that have what was typed, as a subquery without rights and order: every word in the name (a customer's people
 * count for it, a contact's company for the contact), or the digits or letters in a number or address. null: nothing can have it.
 */
export async function matching(tx: Tx, typed: string, kind: CardKind): Promise<{ ids: Fragment } | null> {
  const query = typed.replaceAll("\0", " ").trim();
  const fragments = phoneFragments(query);
  const parts: Fragment[] = [];
  if (fragments.length > 0) parts.push(withPoint(tx, kind, fragments));
  else if (/\S[@.]|@\S/.test(query) && !/\s/.test(query)) parts.push(withPoint(tx, kind, [query.toLowerCase()]));
  const words = query.includes("@") ? null : await wordsMeant(tx, query);
  if (words !== null) parts.push(withWords(tx, kind, words.known));
  const [first, ...rest] = parts;
  // Wrapped: a fragment that is awaited by itself would be sent.
  return first === undefined ? null : { ids: rest.reduce((all, next) => tx`${all} UNION ALL ${next}`, first) };
}

function withPoint(tx: Tx, kind: CardKind, texts: string[]) {
  const has = tx`cp.archived_at IS NULL AND cp.kind <> 'site_visitor' AND cp.value_norm LIKE ANY(${texts.map((text) => `%${literal(text)}%`)}::text[])`;
  const own = tx`SELECT cp.${tx(`${kind}_id`)} AS id FROM contact_point cp WHERE ${has} AND cp.${tx(`${kind}_id`)} IS NOT NULL`;
  if (kind !== "customer") return own;
  return tx`${own} UNION ALL SELECT cc.customer_id FROM contact_point cp JOIN customer_contact cc ON cc.contact_id = cp.contact_id WHERE ${has}`;
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
