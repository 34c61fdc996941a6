import type { SipCall, SipPeer } from "../../lab/support/sip.ts";

export interface OverloadSide {
  /** What the callers dial. */
  line: string;
  /** The agents' telephones. */
  phones: SipPeer;
}
export interface OverloadPlan {
  agents: number;
  talkMs: number;
  /** Offered calls as a share of what the agents can take. */
  load: number;
  seconds: number;
}
/** What one side did in one block. */
export interface OverloadBlock {
  calls: number;
  answered: number;
  /** From the end of an agent's call, when somebody waited, to the next INVITE at the same telephone; infinite: none came. */
  freedToNextMs: number[];
  /** Each caller's INVITE to the answer; who was still waiting at the end counts with the time so far. */
  waitsMs: number[];
  perAgent: Map<string, number>;
}

/** `upAt`: when an agent took the call; app_queue's line answers at once, to music. */
interface Caller {
  at: number;
  upAt: number;
}

/** A caller counts as waiting only after the way through Asterisk. */
const SETTLED_MS = 100;
/** An agent who is free so shortly before the end need not have been rung any more. */
const END_MS = 2_000;

/** One side under more callers than its agents can take; open loop. Everybody hangs up at the end. */
export async function overload(trunk: SipPeer, side: OverloadSide, plan: OverloadPlan, number: (i: number) => string): Promise<OverloadBlock> {
  const callers = new Map<string, Caller>();
  const taken = new Map<string, SipCall[]>();
  side.phones.onInvite = (call) => {
    const agent = /^INVITE sip:([^@;>]+)@/.exec(call.invite?.head ?? "")?.[1] ?? "";
    taken.set(agent, [...(taken.get(agent) ?? []), call]);
    call.ring();
    call.answer();
    call.rtp.silence();
    const caller = callers.get(/<sip:([^@>]+)@/.exec(call.invite?.header("From") ?? "")?.[1] ?? "");
    if (caller !== undefined) caller.upAt = Math.min(caller.upAt, performance.now());
  };
  const everyMs = plan.talkMs / (plan.agents * plan.load);
  const begun = performance.now();
  const end = begun + plan.seconds * 1000;
  const running: Promise<void>[] = [];
  for (let i = 0; begun + i * everyMs < end; i++) {
    const wait = begun + i * everyMs - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    running.push(one(trunk, side.line, number(i), plan.talkMs, end, callers));
  }
  await Promise.all(running);
  const freedToNextMs = [...taken.values()].flatMap((calls) => gaps(calls, [...callers.values()], end));
  const perAgent = new Map([...taken].map(([agent, calls]) => [agent, calls.length]));
  for (const call of [...taken.values()].flat()) side.phones.forget(call);
  return {
    calls: callers.size,
    answered: [...callers.values()].filter((c) => Number.isFinite(c.upAt)).length,
    freedToNextMs,
    waitsMs: [...callers.values()].map((c) => Math.min(c.upAt, end) - c.at),
    perAgent,
  };
}

async function one(trunk: SipPeer, line: string, from: string, talkMs: number, end: number, callers: Map<string, Caller>): Promise<void> {
  const caller: Caller = { at: performance.now(), upAt: Number.POSITIVE_INFINITY };
  callers.set(from, caller);
  const call = await trunk.call(line, { from });
  caller.at = call.inviteAt;
  const waits = () => call.state !== "ended" && !(Number.isFinite(caller.upAt) && call.state === "up");
  while (waits() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  call.rtp.silence();
  if (Number.isFinite(caller.upAt)) await new Promise((resolve) => setTimeout(resolve, talkMs));
  if (call.state === "up") call.bye();
  else call.cancel();
  await new Promise((resolve) => setTimeout(resolve, 300)); // for the answers to BYE or CANCEL
  trunk.forget(call);
}

/** The gaps between one telephone's calls that began while somebody waited. */
function gaps(calls: readonly SipCall[], callers: readonly Caller[], end: number): number[] {
  const inOrder = [...calls].sort((a, b) => a.inviteAt - b.inviteAt);
  return inOrder.flatMap((call, i) => {
    const freed = call.endedAt;
    if (call.state !== "ended" || freed === 0 || freed > end - END_MS) return [];
    const somebodyWaits = callers.some((c) => c.at < freed - SETTLED_MS && c.upAt > freed);
    return somebodyWaits ? [(inOrder[i + 1]?.inviteAt ?? Number.POSITIVE_INFINITY) - freed] : [];
  });
}
