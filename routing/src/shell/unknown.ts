import type { Id } from "@kommutator/contract/ids";
import type { Db } from "@kommutator/contract/ports";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import type { CoreInput, DialogFacts, RouterEvent } from "../core/event.ts";
import type { RouterState } from "../core/state.ts";

/** Does the input concern a dialog of which the router holds nothing? Then the dialog is looked up before it is decided. */
export function concernsUnknown(state: RouterState, input: CoreInput): input is Extract<RoutingInput, { dialogId: Id }> {
  if (input.kind !== "dialog.assign" && !(input.kind === "dialog.message" && input.direction === "in")) return false;
  return !state.entries.has(input.dialogId) && !state.assignments.has(input.dialogId);
}

/** Looks up the dialogs that these events concern and the router holds nothing of; each event carries what was found. */
export async function findDialogs(sql: Db, state: RouterState, events: readonly RouterEvent[]): Promise<void> {
  const unknown = events.filter((e) => concernsUnknown(state, e.input));
  if (unknown.length === 0) return;
  const ids = [...new Set(unknown.map((e) => (e.input as { dialogId: Id }).dialogId))];
  const found = await sql<({ id: Id } & DialogFacts)[]>`
    SELECT d.id, d.medium, d.closed_at IS NULL AS open, c.queue_id AS "queueId", d.customer_wait_since IS NOT NULL AS awaiting
    FROM dialog d JOIN channel c ON c.id = d.channel_id WHERE d.id = ANY(${ids}::uuid[])`;
  const byId = new Map(found.map((f) => [f.id, f]));
  for (const e of unknown) e.dialog = byId.get((e.input as { dialogId: Id }).dialogId) ?? null;
}
