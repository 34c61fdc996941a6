import { describe, expect, it } from "vitest";
import { bellSounds, CALL_IDLE, type CallCommand, type CallEvent, type CallState, callStep } from "./call-state.ts";

const OFFER: CallEvent = { kind: "offer", offerId: "offer-1", dialogId: "dialog-1", callId: "call-1" };
const INVITE: CallEvent = { kind: "invite", auto: false };
const REJOIN: CallEvent = { kind: "invite", auto: true };
const server = (mine: boolean, held = false): CallEvent => ({ kind: "server.call", call: { id: "call-1", dialogId: "dialog-1", held, answeredAt: 500, mine } });

function story(...events: CallEvent[]): { call: CallState; last: CallCommand[]; all: CallCommand[] } {
  let call = CALL_IDLE;
  let last: CallCommand[] = [];
  const all: CallCommand[] = [];
  events.forEach((event, index) => {
    [call, last] = callStep(call, event, (index + 1) * 1000);
    all.push(...last);
  });
  return { call, last, all };
}

describe("a call that comes in", () => {
  it("rings once whether the socket or the INVITE comes first", () => {
    for (const events of [
      [OFFER, INVITE],
      [INVITE, OFFER],
    ]) {
      const { call } = story(...events);
      expect(call).toMatchObject({ phase: "ringing", leg: "invited", offerId: "offer-1", dialogId: "dialog-1" });
      expect(bellSounds(call)).toBe(true);
    }
  });

  it("answer accepts the INVITE; sound ends the ringing and starts the clock", () => {
    const answered = story(OFFER, INVITE, { kind: "answer" });
    expect(answered.last).toEqual([{ kind: "sip.accept" }]);
    expect(bellSounds(answered.call)).toBe(false);
    expect(story(OFFER, INVITE, { kind: "answer" }, { kind: "leg.up" }).call).toMatchObject({ phase: "talking", leg: "up", talkingSince: 4000 });
  });

  it("answer pressed before the INVITE is kept and carried out when it comes", () => {
    const early = story(OFFER, { kind: "answer" });
    expect(early).toMatchObject({ call: { phase: "connecting", answerOnInvite: true }, last: [] });
    expect(story(OFFER, { kind: "answer" }, INVITE).last).toEqual([{ kind: "sip.accept" }]);
  });

  it("decline tells routing and stops the device", () => {
    expect(story(OFFER, INVITE, { kind: "decline" })).toMatchObject({
      call: { phase: "idle", ended: "declined" },
      last: [{ kind: "api.reject", offerId: "offer-1" }, { kind: "sip.reject" }],
    });
    // A decline before the INVITE: when it comes after all it rings anew only if routing offers anew.
    expect(story(OFFER, { kind: "decline" }).last).toEqual([{ kind: "api.reject", offerId: "offer-1" }]);
  });

  it("a late copy of the declined INVITE's cancel changes nothing", () => {
    expect(story(OFFER, INVITE, { kind: "decline" }, { kind: "invite.cancelled", elsewhere: false }).call).toMatchObject({ phase: "idle", ended: "declined" });
  });

  it("the card stays until the real end: a cancelled leg of one device does not close it, the offer's end does", () => {
    const cancelled = story(OFFER, INVITE, { kind: "invite.cancelled", elsewhere: false });
    expect(cancelled.call).toMatchObject({ phase: "ringing", leg: "none" });
    expect(
      story(OFFER, INVITE, { kind: "invite.cancelled", elsewhere: false }, { kind: "offer.ended", offerId: "offer-1", outcome: "rescinded" }).call,
    ).toMatchObject({
      phase: "idle",
      ended: "caller_left",
    });
  });

  it("an offer that timed out is a missed call; the end of some other offer is nothing", () => {
    expect(story(OFFER, INVITE, { kind: "offer.ended", offerId: "offer-1", outcome: "timed_out" }).call).toMatchObject({ phase: "idle", ended: "missed" });
    expect(story(OFFER, INVITE, { kind: "offer.ended", offerId: "offer-0", outcome: "timed_out" }).call).toMatchObject({ phase: "ringing" });
  });

  it("answered on my desk phone: shown here as a talk without a leg, gone when the server says so", () => {
    const elsewhere = story(OFFER, { kind: "offer.ended", offerId: "offer-1", outcome: "accepted" });
    expect(elsewhere.call).toMatchObject({ phase: "talking", leg: "none" });
    expect(story(OFFER, { kind: "offer.ended", offerId: "offer-1", outcome: "accepted" }, { kind: "server.call", call: null }).call).toMatchObject({
      phase: "idle",
    });
  });

  it("while talking a second INVITE is refused, and a call of mine is not dropped because the server is slow to know it", () => {
    const talking: CallEvent[] = [OFFER, INVITE, { kind: "answer" }, { kind: "leg.up" }];
    expect(story(...talking, INVITE)).toMatchObject({ call: { phase: "talking", leg: "up" }, last: [{ kind: "sip.reject" }] });
    expect(story(...talking, { kind: "server.call", call: null }).call).toMatchObject({ phase: "talking", leg: "up" });
  });
});

describe("a reload in mid-call", () => {
  it("asks to rejoin, answers the INVITE by itself, and the clock goes on from the first answer", () => {
    const back = story(server(true));
    expect(back).toMatchObject({ call: { phase: "lost", answerOnInvite: true }, last: [{ kind: "api.rejoin", callId: "call-1" }] });
    expect(bellSounds(back.call)).toBe(false);
    expect(story(server(true), REJOIN).last).toEqual([{ kind: "sip.accept" }]);
    expect(story(server(true), REJOIN, { kind: "leg.up" }).call).toMatchObject({ phase: "talking", leg: "up", talkingSince: 500, callId: "call-1" });
  });

  it("does not steal a call that runs on my desk phone", () => {
    expect(story(server(false))).toMatchObject({ call: { phase: "talking", leg: "none" }, last: [] });
  });

  it("ends quietly when the caller left meanwhile", () => {
    expect(story(server(true), { kind: "server.call", call: null }).call).toMatchObject({ phase: "idle", ended: "caller_left" });
  });

  it("a leg lost by the network rejoins too", () => {
    expect(story(OFFER, INVITE, { kind: "answer" }, { kind: "leg.up" }, { kind: "leg.lost" })).toMatchObject({
      call: { phase: "lost" },
      last: [{ kind: "api.rejoin", callId: "call-1" }],
    });
  });
});

describe("a call I place", () => {
  it("answers my own device without ringing", () => {
    const placed = story({ kind: "dial" }, { kind: "dialled", callId: "call-9" }, INVITE);
    expect(placed).toMatchObject({ call: { phase: "connecting", leg: "answering", callId: "call-9" }, last: [{ kind: "sip.accept" }] });
  });
  it("says when it failed, and is not started during another call", () => {
    expect(story({ kind: "dial" }, { kind: "dial.failed" }).call).toMatchObject({ phase: "idle", ended: "failed" });
    expect(story(OFFER, { kind: "dial" }).call).toMatchObject({ phase: "ringing" });
  });
});

describe("in a call", () => {
  const talking: CallEvent[] = [OFFER, INVITE, { kind: "answer" }, { kind: "leg.up" }];
  it("mute and hold stand in the state; a server that resumed the call is believed", () => {
    expect(story(...talking, { kind: "mute", on: true }, { kind: "hold", on: true }).call).toMatchObject({ muted: true, held: true });
    expect(story(...talking, { kind: "hold", on: true }, server(true, false)).call).toMatchObject({ held: false, leg: "up" });
  });
  it("tells who hung up", () => {
    expect(story(...talking, { kind: "leg.down", byMe: true }).call).toMatchObject({ phase: "idle", ended: "hung_up" });
    expect(story(...talking, { kind: "leg.down", byMe: false }).call).toMatchObject({ phase: "idle", ended: "caller_left" });
  });
});

it("whatever order the messengers come in, an idle call has no leg and no offer, and only ringing sounds", () => {
  const events: CallEvent[] = [
    OFFER,
    INVITE,
    REJOIN,
    server(true),
    server(false),
    { kind: "server.call", call: null },
    { kind: "answer" },
    { kind: "decline" },
    { kind: "leg.up" },
    { kind: "leg.down", byMe: false },
    { kind: "leg.failed" },
    { kind: "leg.lost" },
    { kind: "dial" },
    { kind: "dial.failed" },
    { kind: "invite.cancelled", elsewhere: true },
    { kind: "invite.cancelled", elsewhere: false },
    { kind: "offer.ended", offerId: "offer-1", outcome: "accepted" },
    { kind: "offer.ended", offerId: "offer-1", outcome: "timed_out" },
  ];
  let seed = 7;
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed;
  };
  for (let run = 0; run < 3000; run++) {
    let call = CALL_IDLE;
    for (let step = 0; step < 12; step++) {
      const event = events[next() % events.length];
      if (event === undefined) continue;
      [call] = callStep(call, event, step);
      if (call.phase === "idle") expect(call).toMatchObject({ leg: "none", offerId: null, answerOnInvite: false });
      if (bellSounds(call)) expect(call.phase).toBe("ringing");
      if (call.leg === "up") expect(["talking", "lost"]).toContain(call.phase);
    }
  }
});
