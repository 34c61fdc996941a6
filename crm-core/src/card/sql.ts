import type { Principal } from "@kommutator/contract/access";
import type { InterestRow } from "@kommutator/contract/api/interest";
import type { IncomingCard } from "@kommutator/contract/api/party";
import type { Id } from "@kommutator/contract/ids";
import type { Query } from "../context.ts";
import { readFeed } from "../feed/sql.ts";
import { suggestInterest } from "../interest/from-dialog.ts";
import { INTEREST_JOINS, interestColumns } from "../interest/sql.ts";
import { dialogAllowed } from "../party/link.ts";

/**
 * The incoming-call card (CC-15) of a dialog that the principal has in hand or may read: who it is, whose, what is open, the last five contacts.
 * The person and their Interests are shown whosesoever they are (B1: the Interest may be another manager's).
 */
export async function readCard(tx: Query, principal: Principal, dialogId: Id): Promise<IncomingCard | null> {
  const [row] = await tx<
    {
      identity_kind: string;
      identity_value: string | null;
      identity_result: string;
      party: IncomingCard["party"];
      responsible: IncomingCard["responsible"];
      customer_id: Id | null;
      lead_id: Id | null;
      unanswered: number;
    }[]
  >`
    SELECT d.identity_kind, d.identity_value, d.identity_result, p.customer_id, p.lead_id,
           jsonb_build_object('result', CASE WHEN d.identity_result = 'ambiguous' AND coalesce(p.customer_id, p.lead_id) IS NOT NULL THEN 'known' ELSE d.identity_result END,
             'name', coalesce(nullif(concat_ws(' ', ct.last_name, ct.first_name, ct.middle_name), ''), cu.name, nullif(concat_ws(', ', l.contact_name, l.company_name), ''), d.display_name, d.identity_value, ''),
             'customer', CASE WHEN cu.id IS NOT NULL THEN jsonb_build_object('id', cu.id, 'name', cu.name) END,
             'contact', CASE WHEN ct.id IS NOT NULL THEN jsonb_build_object('id', ct.id, 'name', concat_ws(' ', ct.last_name, ct.first_name, ct.middle_name)) END,
             'lead', CASE WHEN l.id IS NOT NULL AND cu.id IS NULL THEN jsonb_build_object('id', l.id, 'name', concat_ws(', ', l.contact_name, l.company_name)) END,
             'isVip', coalesce(cu.is_vip, false), 'candidates', CASE WHEN coalesce(p.customer_id, p.lead_id) IS NULL THEN coalesce(p.candidates, '[]') ELSE '[]' END) AS party,
           CASE WHEN e.id IS NOT NULL THEN jsonb_build_object('id', e.id, 'name', e.full_name) END AS responsible,
           -- What the person wrote elsewhere and nobody has answered
           (SELECT count(*) FROM dialog_party op JOIN dialog od ON od.id = op.dialog_id AND od.closed_at IS NULL AND od.customer_wait_since IS NOT NULL AND od.id <> d.id
             JOIN message m ON m.dialog_id = od.id AND m.direction = 'in' AND m.created_at >= od.customer_wait_since
            WHERE op.customer_id = p.customer_id OR (p.customer_id IS NULL AND op.lead_id = p.lead_id)) AS unanswered
    FROM dialog d LEFT JOIN dialog_party p ON p.dialog_id = d.id LEFT JOIN customer cu ON cu.id = p.customer_id LEFT JOIN contact ct ON ct.id = p.contact_id LEFT JOIN lead l ON l.id = p.lead_id
    LEFT JOIN interest i ON i.id = p.interest_id LEFT JOIN employee e ON e.id = coalesce(i.responsible_id, cu.responsible_id, l.responsible_id)
    WHERE d.id = ${dialogId} AND ${dialogAllowed(tx, principal, "read")}`;
  if (row === undefined) return null;
  const openInterests = await tx<InterestRow[]>`
    SELECT ${interestColumns(tx)} FROM interest i ${tx.unsafe(INTEREST_JOINS)}
    WHERE i.status = 'open' AND (i.customer_id = ${row.customer_id}::uuid OR (${row.customer_id}::uuid IS NULL AND i.lead_id = ${row.lead_id}::uuid)) ORDER BY i.last_activity_at DESC LIMIT 10`;
  // Whoever talks with a person must know what was said before, whosesoever customer it is: five lines, not the whole history.
  const whole: Principal = {
    ...principal,
    permissions: { ...principal.permissions, interaction: { read: "all" }, interest: { read: "all" }, call: { read: "all" }, dialog: { read: "all" } },
  };
  const subject =
    row.customer_id !== null
      ? ({ column: "customer_id", ids: [row.customer_id] } as const)
      : row.lead_id !== null
        ? ({ column: "lead_id", ids: [row.lead_id] } as const)
        : null;
  const last =
    subject === null
      ? []
      : (
          await readFeed(
            tx,
            whole,
            { ...subject, ids: [...subject.ids] },
            { kinds: ["interaction", "call", "dialog"], group: null, employeeId: null, interestId: null, typeId: null, cursor: null, limit: 12 },
          )
        )
          .filter((item) => item.state !== "planned" && item.state !== "cancelled" && item.dialogId !== dialogId)
          .slice(0, 5);
  return {
    dialogId,
    number: row.identity_value,
    identityKind: row.identity_kind,
    party: row.party,
    responsible: row.responsible,
    openInterests,
    lastInteractions: last,
    unansweredMessages: row.unanswered,
    newInterest: await suggestInterest(tx, dialogId),
  };
}
