import type { Id } from "@kommutator/contract/ids";
import type { Db } from "@kommutator/contract/ports";
import { VIP_PRIORITY } from "@kommutator/contract/requirements";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import type { CoreInput, DialogFacts, RouterEvent } from "../core/event.ts";
import type { RouterState } from "../core/state.ts";

/** Does the input concern a dialog of which the router holds nothing? Then the dialog is looked up before it is decided. */
export function concernsUnknown(state: RouterState, input: CoreInput): input is Extract<RoutingInput, { dialogId: Id }> {
  if (input.kind !== "dialog.assign" && !(input.kind === "dialog.message" && input.direction === "in")) return false;
  return !state.entries.has(input.dialogId) && !state.assignments.has(input.dialogId);
}

/** Does it name a queue, or come from a person, of whom the router has not heard yet? What came past the table overtakes the word of them in it. */
function namesUnknown(state: RouterState, input: RoutingInput): boolean {
  if (input.kind === "dialog.opened") return !state.queues.has(input.queueId);
  if (input.kind === "agent.connection" || input.kind === "agent.phone" || input.kind === "agent.intent") return !state.agents.has(input.employeeId);
  return false;
}

/** Must the facts be read before these are decided? Somebody changed them, or they name what is not in them. */
export function wantsFacts(state: RouterState, inputs: readonly RoutingInput[]): boolean {
  return inputs.some((input) => input.kind === "facts.changed" || namesUnknown(state, input));
}

/** Looks up the dialogs that these events concern and the router holds nothing of; each event carries what was found. */
export async function findDialogs(sql: Db, state: RouterState, events: readonly RouterEvent[]): Promise<void> {
  const unknown = events.filter((e) => concernsUnknown(state, e.input));
  if (unknown.length === 0) return;
  const ids = [...new Set(unknown.map((e) => (e.input as { dialogId: Id }).dialogId))];
  // The opening as it would be now: the card's VIP and responsible, blocked or no more, and what its last stay asked for.
  const found = await sql<({ id: Id } & DialogFacts)[]>`
    SELECT d.id, d.medium, d.closed_at IS NULL AS open, ch.queue_id AS "queueId", d.customer_wait_since IS NOT NULL AS awaiting,
      json_build_object('channelId', d.channel_id, 'priority', CASE WHEN c.id IS NULL THEN coalesce(last.priority, 0) WHEN c.is_vip THEN ${VIP_PRIORITY}::int ELSE 0 END,
        'identity', CASE WHEN EXISTS (SELECT FROM exclusion x WHERE x.kind = d.identity_kind AND x.value_norm = d.identity_value) THEN 'blocked'
          WHEN c.id IS NOT NULL THEN 'known' WHEN d.identity_result IN ('blocked', 'pending') THEN 'new' ELSE d.identity_result END,
        'responsible', CASE WHEN who.id IS NOT NULL THEN json_build_object('employeeId', who.id, 'why', who.why) END,
        'substituteId', CASE WHEN who.id = last.responsible_id THEN last.substitute_id END, 'person', coalesce(last.person, d.contact_point_id::text), 'requires', coalesce(last.requires, '[]')) AS opening
    FROM dialog d JOIN channel ch ON ch.id = d.channel_id
    LEFT JOIN dialog_party p ON p.dialog_id = d.id LEFT JOIN customer c ON c.id = p.customer_id LEFT JOIN lead l ON l.id = p.lead_id
    LEFT JOIN LATERAL (SELECT * FROM entry e WHERE e.dialog_id = d.id ORDER BY e.enqueued_at DESC, e.id DESC LIMIT 1) last ON true
    LEFT JOIN LATERAL (
      SELECT id, why FROM (VALUES (1, CASE WHEN last.responsible_why = 'interest' THEN last.responsible_id END, 'interest'),
        (2, coalesce(c.responsible_id, l.responsible_id), 'customer'), (3, last.responsible_id, last.responsible_why)) AS v(n, id, why) WHERE id IS NOT NULL ORDER BY n LIMIT 1) who ON true
    WHERE d.id = ANY(${ids}::uuid[])`;
  const byId = new Map(found.map((f) => [f.id, f]));
  for (const e of unknown) e.dialog = byId.get((e.input as { dialogId: Id }).dialogId) ?? null;
}
