import type { Id } from "@kommutator/contract/ids";
import type { Crm, Query } from "../context.ts";
import { partyOf } from "../party/sql.ts";
import type { Person } from "./person.ts";
import { type Candidate, quotedNumbers, type Ranked, rank } from "./rules.ts";
import { receptionSettings } from "./settings.ts";
import { readPurpose } from "./sql.ts";

/**
 * The open and recently lost Interests of the person and of their company, ranked for a purpose (B1, step 4); none for a purpose that leads to no
 * Interest. `dialogId`: its own Interest and the numbers quoted in it weigh; `text` stands for a dialog that does not exist (the tester).
 */
export async function candidatesFor(crm: Crm, tx: Query, ask: { dialogId: Id | null; person: Person; purposeId: Id | null; text?: string }): Promise<Ranked[]> {
  const { dialogId, person, purposeId } = ask;
  const purpose = purposeId === null ? null : await readPurpose(tx, purposeId);
  if ((person.customerId ?? person.leadId) === null || (purpose !== null && purpose.outcome !== "interest")) return [];
  const now = new Date(crm.clock.now());
  const { reopenDays } = await receptionSettings(tx);
  const candidates = await tx<Candidate[]>`
    SELECT id, number, kind_id AS "kindId", contact_id AS "contactId", status, last_activity_at AS "lastActivityAt", closed_at AS "closedAt" FROM interest
    WHERE (customer_id = ${person.customerId}::uuid OR (${person.customerId}::uuid IS NULL AND lead_id = ${person.leadId}::uuid))
      AND (status = 'open' OR (status = 'lost' AND closed_at >= ${now}::timestamptz - ${reopenDays}::int * interval '24 hours')) ORDER BY last_activity_at DESC LIMIT 100`;
  const [said] =
    dialogId === null
      ? [{ text: ask.text ?? "" }]
      : await tx<{ text: string }[]>`
          SELECT concat_ws(' ', d.subject, (SELECT string_agg(body, ' ') FROM (SELECT left(body, 2000) AS body FROM message WHERE dialog_id = d.id AND direction = 'in' ORDER BY seq DESC LIMIT 20) m)) AS text
          FROM dialog d WHERE d.id = ${dialogId}`;
  const party = dialogId === null ? null : await partyOf(tx, dialogId);
  return rank(candidates, {
    kindId: purpose?.interest_kind_id ?? null,
    contactId: person.contactId,
    dialogInterestId: party?.interestId ?? null,
    quoted: quotedNumbers(said?.text ?? ""),
    reopenDays,
    now,
  });
}
