import type { Announcement } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import type { Effects } from "./effects.ts";

/** What one decision brought, as sentences: refusals of rungs, facts, notes, orders, in this order. */
export function sentencesOf(effects: Effects, stateOf: (employeeId: Id) => string): string[] {
  const out: string[] = [];
  for (const d of effects.decisions) if (d.chosenId === null) out.push(`${d.dialogId} finds nobody at ${d.rung} (${d.reason.code})`);
  for (const e of effects.events) {
    const p = e.payload as Record<string, unknown>;
    if (e.kind === "offer.made") out.push(`${e.dialogId} is offered to ${p["employeeId"]} (${(p["reason"] as { code: string }).code})`);
    else if (e.kind === "offer.ended") out.push(`${p["employeeId"]}'s offer of ${e.dialogId} ${p["outcome"]}${p["cause"] === null ? "" : ` (${p["cause"]})`}`);
    else if (e.kind === "entry.queued") out.push(`${e.dialogId} enters ${p["queueId"]}`);
    else if (e.kind === "entry.ended") out.push(`${e.dialogId} leaves the queue: ${p["outcome"]}`);
    else if (e.kind === "dialog.assigned") out.push(`${p["employeeId"]} has ${e.dialogId}`);
    else if (e.kind === "dialog.unassigned") out.push(`${p["employeeId"]} loses ${e.dialogId} (${p["why"]})`);
    else if (e.kind === "presence.changed") out.push(`${p["employeeId"]} is ${stateOf(p["employeeId"] as Id)}`);
  }
  for (const n of effects.notes) out.push(`note in ${n.dialogId}: ${n.code}`);
  for (const c of effects.commands) out.push(orderOf(c));
  return out;
}

function orderOf(c: RouterCommand): string {
  switch (c.kind) {
    case "ring":
      return `ring ${c.employeeId} for ${c.dialogId}, ${c.timeoutMs / 1000} s`;
    case "cancel-ring":
      return `stop ringing for ${c.dialogId} (${c.reason})`;
    case "bridge":
      return `bridge ${c.dialogId}`;
    case "release":
      return `${c.employeeId} is let go of ${c.dialogId}`;
    case "acknowledge":
      return `acknowledge ${c.dialogId}: ${c.code}`;
    case "fallback":
      return `fallback for ${c.dialogId}`;
    case "announce":
      return `tell ${c.dialogId}: ${said(c.say)}`;
    case "call-back":
      return `${c.employeeId} calls ${c.number} back for ${c.dialogId}`;
    case "redirect":
      return `send ${c.dialogId} to ${c.number}`;
  }
}

function said(say: Announcement): string {
  if (say.what !== "place") return say.what;
  const wait = say.waitMs === null ? "" : `, ${say.waitMs[0] / 1000} to ${say.waitMs[1] / 1000} s`;
  return `place ${say.place}${wait}${say.callback ? ", or be called back" : ""}`;
}
