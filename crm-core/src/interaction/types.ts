import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id, Medium } from "@kommutator/contract/ids";

export type State = "planned" | "done" | "failed" | "cancelled";

export interface TypeRow {
  id: Id;
  code: string;
  name: string;
  countsAsTouch: boolean;
  defaultMinutes: number;
  defaultStatusId: Id | null;
  statuses: Record<State, Id>;
  /** Its failed statuses by code: no answer, busy … (IA-03). */
  failures: Record<string, Id>;
}

/** The status that says in words why a call failed; where the type has none for it, that of not reached, else the plain failed one. */
export const failureOf = (type: TypeRow, disposition: string): Id => type.failures[disposition] ?? type.failures["not_reached"] ?? type.statuses.failed;

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

/** A type with one status of each state, or null. What is planned may be ended after its type was archived (`archived`). */
export async function typeOf(tx: Tx, id: Id, archived = false): Promise<TypeRow | null> {
  const [row] = await tx<TypeRow[]>`${select(tx)} WHERE t.id = ${id} ${archived ? tx`` : tx`AND t.archived_at IS NULL`}`;
  return row ?? null;
}

/** A status by its id. Throws validation for one of another type, and for one that is not chosen any more (IA-03). */
export async function statusOf(tx: Tx, typeId: Id, statusId: Id): Promise<{ id: Id; state: State }> {
  const [row] = await tx<
    { id: Id; state: State }[]
  >`SELECT id, state FROM interaction_status WHERE id = ${statusId} AND type_id = ${typeId} AND archived_at IS NULL`;
  if (row === undefined) throw new AppError("validation", { fields: { statusId: "unknown" } });
  return row;
}

/**
 * The status of a new one: the chosen one, else the type's default where it fits, else the type's first of that state. A time in the plan
 * asks for a planned status, none for an end (done or failed). Throws validation where the chosen one does not fit.
 */
export async function statusFor(tx: Tx, type: TypeRow, statusId: Id | null, planned: boolean): Promise<{ id: Id; state: State }> {
  const fits = (state: State) => (planned ? state === "planned" : state === "done" || state === "failed");
  if (statusId !== null) {
    const chosen = await statusOf(tx, type.id, statusId);
    if (!fits(chosen.state)) throw new AppError("validation", { fields: { statusId: planned ? "not_planned" : "not_an_end" } });
    return chosen;
  }
  const usual = type.defaultStatusId === null ? null : await statusOf(tx, type.id, type.defaultStatusId).catch(() => null);
  if (usual !== null && fits(usual.state)) return usual;
  const state = planned ? "planned" : "done";
  return { id: type.statuses[state], state };
}

function select(tx: Tx) {
  return tx`
    SELECT t.id, t.code, t.name, t.counts_as_touch AS "countsAsTouch", t.default_minutes AS "defaultMinutes", t.default_status_id AS "defaultStatusId",
           (SELECT jsonb_object_agg(s.state, s.id) FROM (SELECT DISTINCT ON (state) state, id FROM interaction_status WHERE type_id = t.id AND archived_at IS NULL ORDER BY state, code = state DESC, pos, code) s) AS statuses,
           coalesce((SELECT jsonb_object_agg(f.code, f.id) FROM interaction_status f WHERE f.type_id = t.id AND f.state = 'failed' AND f.code <> 'failed' AND f.archived_at IS NULL), '{}') AS failures
    FROM interaction_type t`;
}
