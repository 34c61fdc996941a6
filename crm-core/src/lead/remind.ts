import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { loadCalendars } from "../calendar.ts";
import type { Crm } from "../context.ts";
import { headsAbove } from "../inquiry/chain.ts";
import { receptionSettings } from "../inquiry/settings.ts";
import { notify } from "../notification/notify.ts";
import { calendarOf, reminders, setDeadlines } from "./deadline.ts";
import { OPEN_LEAD } from "./sql.ts";

interface Late {
  id: Id;
  name: string | null;
  responsible_id: Id | null;
  queue_id: Id | null;
  calendar_id: Id | null;
  first_due_at: Date | null;
  due_at: Date | null;
  reminded: number;
}

/** Reminds of leads whose deadlines have passed (RG-17): the responsible, later the head; each once. Run again it tells nothing twice. */
export async function remindOfLeads(crm: Crm): Promise<void> {
  await crm.sql.begin(async (tx) => {
    await setDeadlines(tx, null);
    const now = crm.clock.now();
    const at = new Date(now);
    const late = await tx<Late[]>`
      SELECT l.id, coalesce(l.contact_name, l.company_name, (SELECT value_raw FROM contact_point cp WHERE cp.lead_id = l.id AND cp.archived_at IS NULL AND cp.kind <> 'site_visitor' ORDER BY created_at LIMIT 1)) AS name,
             l.responsible_id, (SELECT c.queue_id FROM dialog_party p JOIN dialog d ON d.id = p.dialog_id JOIN channel c ON c.id = d.channel_id WHERE p.lead_id = l.id ORDER BY d.opened_at LIMIT 1) AS queue_id,
             ${calendarOf(tx)} AS calendar_id, CASE WHEN NOT touched.yes THEN l.first_contact_due_at END AS first_due_at, l.due_at, l.reminded
      FROM lead l LEFT JOIN employee e ON e.id = l.responsible_id
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT 1 FROM interaction i WHERE i.lead_id = l.id AND i.is_touch) AS yes) touched
      WHERE l.status = ANY(${OPEN_LEAD}::text[]) AND ((l.due_at < ${at} AND l.reminded & 12 <> 12) OR (l.first_contact_due_at < ${at} AND l.reminded & 3 <> 3 AND NOT touched.yes))
      ORDER BY l.id LIMIT 500 FOR UPDATE OF l SKIP LOCKED`;
    if (late.length === 0) return;
    const { supervisorAfterS } = await receptionSettings(tx);
    const calendars = await loadCalendars(
      tx,
      late.flatMap((l) => (l.calendar_id === null ? [] : [l.calendar_id])),
    );
    for (const lead of late) await remind(crm, tx, lead, calendars.get(lead.calendar_id ?? ""), { now, supervisorAfterS });
  });
}

async function remind(crm: Crm, tx: Tx, lead: Late, calendar: Parameters<typeof reminders>[3], by: { now: number; supervisorAfterS: number }): Promise<void> {
  const dates = { firstDueAt: lead.first_due_at?.getTime() ?? null, processingDueAt: lead.due_at?.getTime() ?? null, reminded: lead.reminded };
  const due = reminders(dates, by.now, by.supervisorAfterS, calendar);
  if (due.length === 0) return;
  const [head = null] = await headsAbove(tx, lead.responsible_id, lead.queue_id);
  for (const d of due) {
    // Nobody answers for it yet: the head of the queue it came through is told at once.
    const employeeId = d.whom === "supervisor" ? head : (lead.responsible_id ?? head);
    if (employeeId === null) continue;
    const at = new Date(d.dueAt).toISOString();
    await notify(tx, crm, {
      employeeId,
      event: "lead.deadline",
      object: "lead",
      objectId: lead.id,
      key: `${lead.id} ${d.what} ${at}`,
      payload: { title: lead.name ?? "", at, why: d.what === "first" ? "first_contact" : "processing" },
    });
  }
  await tx`UPDATE lead SET reminded = reminded | ${due.reduce((bits, d) => bits | d.bit, 0)} WHERE id = ${lead.id}`;
}
