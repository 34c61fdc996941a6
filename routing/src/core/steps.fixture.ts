import type { Medium } from "@kommutator/contract/ids";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import type { Step } from "./story.fixture.ts";

/** What happens in a story, as sentences. */

export const online =
  (...names: string[]): Step =>
  (s) => {
    for (const employeeId of names) {
      s.input({ kind: "agent.connection", employeeId, online: true, at: s.now });
      s.input({ kind: "agent.phone", employeeId, reachable: true, at: s.now });
    }
  };
export const intends =
  (employeeId: string, intent: "available" | "paused" | "logged_out", reason: string | null = null): Step =>
  (s) =>
    s.input({ kind: "agent.intent", employeeId, intent, reason, by: employeeId, at: s.now });
/** Logged in, phone registered, available. */
export const ready =
  (...names: string[]): Step =>
  (s) => {
    online(...names)(s);
    for (const name of names) intends(name, "available")(s);
  };
export const disconnects =
  (employeeId: string): Step =>
  (s) =>
    s.input({ kind: "agent.connection", employeeId, online: false, at: s.now });
export const connects =
  (employeeId: string): Step =>
  (s) =>
    s.input({ kind: "agent.connection", employeeId, online: true, at: s.now });

type Opened = Extract<RoutingInput, { kind: "dialog.opened" }>;
interface From {
  queue?: string;
  responsible?: string;
  why?: "interest" | "customer" | "last_talked";
  substitute?: string;
  priority?: number;
  identity?: Opened["identity"];
}
const opens =
  (medium: Medium) =>
  (dialogId: string, from: From = {}): Step =>
  (s) => {
    const queueId = from.queue ?? (s.facts.queues[0]?.id as string);
    s.dialogs.set(dialogId, { medium, open: true, queueId, awaiting: true });
    s.input({
      kind: "dialog.opened",
      dialogId,
      channelId: "channel",
      medium,
      queueId,
      callId: null,
      priority: from.priority ?? 0,
      identity: from.identity ?? (from.responsible === undefined ? "new" : "known"),
      responsible: from.responsible === undefined ? null : { employeeId: from.responsible, why: from.why ?? "customer" },
      substituteId: from.substitute ?? null,
      at: s.now,
    });
  };
export const calls = opens("voice");
export const chats = opens("chat");
export const writes = opens("mail");
export const messages = opens("message");

export const passes =
  (text: `${number} ${"s" | "min" | "h" | "ms"}`): Step =>
  (s) => {
    const [n, unit] = text.split(" ") as [string, "s" | "min" | "h" | "ms"];
    s.pass(Number(n) * { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }[unit]);
  };
export const rings =
  (dialogId: string): Step =>
  (s) =>
    s.input({ kind: "leg.ringing", dialogId, offerId: s.offerOf(dialogId), at: s.now });
export const picksUp =
  (dialogId: string): Step =>
  (s) =>
    s.input({ kind: "leg.answered", dialogId, offerId: s.offerOf(dialogId), at: s.now });
export const bridged =
  (dialogId: string): Step =>
  (s) =>
    s.input({ kind: "leg.bridged", dialogId, offerId: s.offerOf(dialogId), at: s.now });
export const legEnds =
  (dialogId: string, cause: Extract<RoutingInput, { kind: "leg.ended" }>["cause"]): Step =>
  (s) =>
    s.input({ kind: "leg.ended", dialogId, offerId: s.offerOf(dialogId), cause, at: s.now });
/** The phone rings, is picked up, and the two are joined. */
export const answers =
  (dialogId: string): Step =>
  (s) => {
    rings(dialogId)(s);
    picksUp(dialogId)(s);
    bridged(dialogId)(s);
  };
/** The agent's device vanishes in mid-call. */
export const lost =
  (dialogId: string, employeeId = "dana"): Step =>
  (s) =>
    s.input({ kind: "leg.lost", dialogId, employeeId, at: s.now });
export const accepts =
  (employeeId: string, dialogId: string): Step =>
  (s) =>
    s.input({ kind: "offer.accept", offerId: s.offerOf(dialogId), employeeId, at: s.now });
export const rejects =
  (employeeId: string, dialogId: string): Step =>
  (s) =>
    s.input({ kind: "offer.reject", offerId: s.offerOf(dialogId), employeeId, at: s.now });
export const leaves =
  (dialogId: string): Step =>
  (s) =>
    s.input({ kind: "dialog.left", dialogId, at: s.now });
export const closes =
  (dialogId: string, by: string | null = null): Step =>
  (s) => {
    const d = s.dialogs.get(dialogId);
    if (d !== undefined) d.open = false;
    s.input({ kind: "dialog.closed", dialogId, by, at: s.now });
  };
export const says =
  (dialogId: string, direction: "in" | "out"): Step =>
  (s) =>
    s.input({ kind: "dialog.message", dialogId, direction, at: s.now });
export const assigns =
  (dialogId: string, employeeId: string | null, by: string, from?: string | null): Step =>
  (s) =>
    s.input({ kind: "dialog.assign", dialogId, employeeId, by, ...(from === undefined ? {} : { from }), at: s.now });
/** Taken from whoever has it and given to a queue by hand. */
export const givesBack =
  (dialogId: string, by: string, to: { queue?: string; from?: string } = {}): Step =>
  (s) =>
    s.input({ kind: "dialog.assign", dialogId, employeeId: null, queueId: to.queue, by, from: to.from, at: s.now });
/** The one who talks hands the caller on: to a colleague, to a queue, or to a number. */
export const transfers =
  (dialogId: string, from: string, to: { employee?: string; queue?: string; number?: string }): Step =>
  (s) => {
    const queueId = to.queue ?? (s.facts.queues[0]?.id as string);
    const where = to.number === undefined ? { queueId, employeeId: to.employee ?? null } : { number: to.number };
    s.input({ kind: "dialog.transfer", dialogId, to: where, by: from, from, at: s.now });
  };
export const crashes: Step = (s) => s.crash();
