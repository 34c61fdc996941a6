import { ChannelError, type CommandKind, type Commands, type LegEndCause } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { formatPhone } from "@kommutator/contract/phone";
import type { RouterCommand } from "@kommutator/contract/routing-input";
import { uuidOf } from "./acknowledge.ts";
import { type CallTarget, callTarget, wouldLoop } from "./call-target.ts";
import type { PerformerDeps } from "./performer.ts";

type CallOrder = Exclude<RouterCommand, { kind: "acknowledge" }>;
type Order<K extends CallOrder["kind"]> = Extract<CallOrder, { kind: K }>;
type Send = <K extends CommandKind>(kind: K, body: Commands[K]) => Promise<unknown>;

/** A node that has just taken over connects its channels; an order given meanwhile waits for so long. */
const OPENS_WITHIN_MS = 8_000;

/**
 * Performs one order of the router about a call. A ring or bridge that fails goes back to the router as `leg.ended`; a caller who
 * cannot be sent on goes to the dialplan's fallback. Other failures are thrown. `target` is the call, when it was looked up already.
 */
export async function performCallOrder(deps: PerformerDeps, command: CallOrder, target?: Promise<CallTarget | null>): Promise<void> {
  const call = await (target ?? callTarget(deps.sql, command.dialogId, command.kind === "ring" || command.kind === "call-back" ? command.employeeId : null));
  // A dialog that is no call needs no ringing: the offer on the screen is all.
  if (call === null) return;
  await deps.supervisor.opened(call.channel_id, OPENS_WITHIN_MS);
  // The process may have been stopped, or cut off, since the decision: then the next holder gives the order again.
  if (!deps.lease.holds()) return;
  const callKey = call.external_id;
  const send: Send = (kind, body) => deps.supervisor.perform(call.channel_id, kind, body);
  switch (command.kind) {
    case "ring":
      return ring(deps, command, call, send);
    case "cancel-ring":
      await send("call.cancel", { id: uuidOf(command.id), callKey, legKey: command.offerId, reason: command.reason });
      return;
    case "bridge":
      try {
        await send("call.bridge", { id: uuidOf(command.id), callKey, legKey: command.offerId, record: command.record });
      } catch (error) {
        deps.log.warn({ dialogId: command.dialogId, offerId: command.offerId, error }, "bridging failed");
        await legEnded(deps, command.dialogId, command.offerId, "failed");
      }
      return;
    case "release":
      await send("call.release", { id: uuidOf(command.id), callKey, employeeId: command.employeeId });
      return;
    case "fallback":
      await send("call.fallback", { id: uuidOf(command.id), callKey });
      return;
    case "announce":
      return announce(deps, command, callKey, send);
    case "redirect":
      return redirect(deps, command, call, send);
    case "call-back":
      return callBack(deps, command, call, send);
  }
}

/** What the phone shows. */
export const callerName = (name: string, number: string | null, country: string): string => name || (number === null ? "" : formatPhone(number, country));

async function ring(deps: PerformerDeps, command: Order<"ring">, call: CallTarget, send: Send): Promise<void> {
  const { dialogId, offerId, employeeId, timeoutMs } = command;
  if (call.ended) return legEnded(deps, dialogId, offerId, "cancelled");
  if (call.extension === null) return legEnded(deps, dialogId, offerId, "unreachable");
  try {
    await send("call.ring", {
      id: offerId,
      callKey: call.external_id,
      offerId,
      employeeId,
      endpoint: call.extension,
      callerNumber: call.from_norm,
      callerName: callerName(call.party_name, call.from_norm, call.country ?? ""),
      timeoutMs,
    });
  } catch (error) {
    deps.log.warn({ dialogId, offerId, error }, "ringing failed");
    await legEnded(deps, dialogId, offerId, causeOf(error));
  }
}

/** A caller who cannot be told of the promise (the channel cannot speak) is hung up all the same: nobody waits for nothing. */
async function announce(deps: PerformerDeps, command: Order<"announce">, callKey: string, send: Send): Promise<void> {
  try {
    await send("call.announce", { id: uuidOf(command.id), callKey, say: command.say, language: null });
  } catch (error) {
    deps.log.warn({ dialogId: command.dialogId, what: command.say.what, error }, "the caller was not told");
    if (command.say.what === "callback_promised") await send("call.hangup", { id: uuidOf(command.id), callKey });
  }
}

async function redirect(deps: PerformerDeps, command: Order<"redirect">, call: CallTarget, send: Send): Promise<void> {
  const { dialogId, number } = command;
  const callKey = call.external_id;
  if (call.ended) return;
  const id = uuidOf(command.id);
  try {
    if (await wouldLoop(deps.sql, call, number)) throw new ChannelError("rejected", "the number leads back to us");
    await send("call.redirect", { id, callKey, number });
  } catch (error) {
    deps.log.warn({ dialogId, number, error }, "the caller was not sent on");
    // The hop that was not made stands in the history, too.
    await deps.sql`
      INSERT INTO call_leg (call_id, external_id, party, target, state, cause, started_at, ended_at)
      VALUES (${call.id}, ${id}, 'outside', ${number}, 'ended', 'failed', ${new Date(deps.now())}, ${new Date(deps.now())}) ON CONFLICT DO NOTHING`;
    await send("call.fallback", { id, callKey });
  }
}

/** Calls once: the offer's id is the call's and its leg's, so whoever gives this order again finds the leg. */
async function callBack(deps: PerformerDeps, command: Order<"call-back">, call: CallTarget, send: Send): Promise<void> {
  const { offerId, employeeId, number } = command;
  if (call.extension === null) throw new ChannelError("rejected", "the agent has no telephone any more");
  const [placed] = await deps.sql`SELECT 1 FROM call_leg WHERE offer_id = ${offerId} LIMIT 1`;
  if (placed !== undefined) return;
  await send("call.originate", { id: offerId, employeeId, endpoint: call.extension, number, callerNumber: null });
}

function causeOf(error: unknown): LegEndCause {
  return error instanceof ChannelError && (error.code === "unreachable" || error.code === "rejected") ? "unreachable" : "failed";
}

async function legEnded(deps: PerformerDeps, dialogId: Id, offerId: Id, cause: LegEndCause): Promise<void> {
  if (!deps.lease.holds()) return;
  await deps.sql.begin(async (tx) => {
    await deps.lease.check(tx);
    await deps.enqueue(tx, [{ kind: "leg.ended", dialogId, offerId, cause, at: deps.now() }]);
  });
  deps.onCommitted();
}
