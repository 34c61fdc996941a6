import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";

/** Where a dialog's call lives, whom it is from, and the extension of the agent whom the order concerns. */
export interface CallTarget {
  id: Id;
  channel_id: Id;
  external_id: string;
  from_norm: string | null;
  ended: boolean;
  party_name: string;
  extension: string | null;
  country: string | null;
}

/** null when the dialog is no call. */
export async function callTarget(sql: Db | Tx, dialogId: Id, employeeId: Id | null): Promise<CallTarget | null> {
  // The ring waits for this: only the tables it needs, not the screens' wide view (whose planning alone takes milliseconds).
  const [row] = await sql<CallTarget[]>`
    SELECT k.id, k.channel_id, k.external_id, k.from_norm, k.ended_at IS NOT NULL AS ended, (SELECT country FROM company) AS country,
      coalesce(nullif(concat_ws(' ', ct.last_name, ct.first_name, ct.middle_name), ''), cu.name, nullif(concat_ws(', ', l.contact_name, l.company_name), ''), d.display_name, '') AS party_name,
      (SELECT extension FROM employee e WHERE e.id = ${employeeId}::uuid AND e.state = 'active') AS extension
    FROM call k
    JOIN dialog d ON d.id = k.dialog_id
    LEFT JOIN dialog_party p ON p.dialog_id = k.dialog_id
    LEFT JOIN customer cu ON cu.id = p.customer_id
    LEFT JOIN contact ct ON ct.id = p.contact_id
    LEFT JOIN lead l ON l.id = p.lead_id
    WHERE k.dialog_id = ${dialogId}`;
  return row ?? null;
}

/** Where an agent is rung; null: nowhere. */
export async function extensionOf(sql: Db, employeeId: Id): Promise<string | null> {
  const [row] = await sql<{ extension: string | null }[]>`SELECT extension FROM employee WHERE id = ${employeeId} AND state = 'active'`;
  return row?.extension ?? null;
}

/** So many callers may be on their way to one outside number at once; more are a loop that hides its number. */
const SENT_ON_AT_ONCE = 10;

/**
 * Would sending this caller on come back to us? It does when the number is a line of ours, when a call from the same number is on
 * its way outside already (the number outside forwards to us), or when suspiciously many are on their way to that number.
 */
export async function wouldLoop(sql: Db, call: CallTarget, number: string): Promise<boolean> {
  const norm = (n: string) => normaliseValue("phone", n, call.country ?? "", true) ?? n;
  const target = norm(number);
  const [lines, outside] = await Promise.all([
    sql<{ number: string }[]>`SELECT number FROM line WHERE archived_at IS NULL`,
    sql<{ from_norm: string | null; target: string | null }[]>`
      SELECT k.from_norm, l.target FROM call_leg l JOIN call k ON k.id = l.call_id WHERE l.ended_at IS NULL AND l.party = 'outside' AND k.id <> ${call.id}`,
  ]);
  if (lines.some((l) => norm(l.number) === target)) return true;
  if (call.from_norm !== null && outside.some((o) => o.from_norm === call.from_norm)) return true;
  return outside.filter((o) => o.target !== null && norm(o.target) === target).length >= SENT_ON_AT_ONCE;
}
