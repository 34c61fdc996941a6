import type { Tx } from "@kommutator/contract/db";
import type { Id, Medium } from "@kommutator/contract/ids";

export type State = "planned" | "done" | "failed" | "cancelled";

export interface TypeRow {
  id: Id;
  code: string;
  name: string;
  countsAsTouch: boolean;
  statuses: Record<State, Id>;
}

/** How a contact was made, as far as its Interaction's type goes: text messages of a phone are told apart from messengers (S2.09), a request by a form waits like a letter but is none. */
export type ContactForm = Medium | "sms";
const CODE: Record<ContactForm, string> = { voice: "call", chat: "message", message: "message", mail: "letter", sms: "sms" };

/** SQL of the ContactForm of a dialog `d` on a channel `c`. */
export const CONTACT_FORM = "CASE WHEN c.kind LIKE 'sms-%' THEN 'sms' WHEN c.kind = 'web-form' THEN 'chat' ELSE d.medium END";

/** The types under which calls, chats, text messages and letters are recorded. Installations whose catalogue lacks one get it. */
export async function recordedTypes(tx: Tx): Promise<Record<ContactForm, TypeRow>> {
  const found = new Map((await typesBy(tx, Object.values(CODE))).map((t) => [t.code, t]));
  const missing = Object.values(CODE).filter((code) => !found.has(code));
  if (missing.length > 0) {
    await tx`INSERT INTO interaction_type (code, name) SELECT c, c FROM unnest(${missing}::text[]) AS c ON CONFLICT DO NOTHING`;
    await tx`
      INSERT INTO interaction_status (type_id, code, name, state)
      SELECT t.id, s, s, s FROM interaction_type t, unnest('{planned,done,failed,cancelled}'::text[]) AS s WHERE t.code = ANY(${missing}::text[]) ON CONFLICT DO NOTHING`;
    for (const t of await typesBy(tx, missing)) found.set(t.code, t);
  }
  const type = (form: ContactForm) => found.get(CODE[form]) as TypeRow;
  return { voice: type("voice"), chat: type("chat"), message: type("message"), mail: type("mail"), sms: type("sms") };
}

async function typesBy(tx: Tx, codes: string[]): Promise<TypeRow[]> {
  return tx<TypeRow[]>`${select(tx)} WHERE t.code = ANY(${codes}::text[])`;
}

/** A type with one status of each state, or null. */
export async function typeOf(tx: Tx, id: Id): Promise<TypeRow | null> {
  const [row] = await tx<TypeRow[]>`${select(tx)} WHERE t.id = ${id} AND t.archived_at IS NULL`;
  return row ?? null;
}

function select(tx: Tx) {
  return tx`
    SELECT t.id, t.code, t.name, t.counts_as_touch AS "countsAsTouch",
           (SELECT jsonb_object_agg(s.state, s.id) FROM (SELECT DISTINCT ON (state) state, id FROM interaction_status WHERE type_id = t.id ORDER BY state, code = state DESC, code) s) AS statuses
    FROM interaction_type t`;
}
