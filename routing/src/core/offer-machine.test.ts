import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { kept } from "./kept.fixture.ts";
import { transition } from "./offer-machine.ts";
import {
  accepts,
  answers,
  assigns,
  bridged,
  calls,
  chats,
  closes,
  intends,
  leaves,
  legEnds,
  messages,
  passes,
  picksUp,
  ready,
  rejects,
  rings,
  writes,
} from "./steps.fixture.ts";
import { START, type Story } from "./story.fixture.ts";

test("an offer is written down with whom, why, since when and until when, and is told with the same", () => {
  const { story, events, offers } = kept();
  story.given(ready("dana"), passes("5 s"), calls("call", { responsible: "dana", why: "last_talked" }));
  const reason = { code: "last_talked", load: 0 };
  expect(offers()).toEqual([
    {
      id: story.offerOf("call"),
      entryId: story.state.entries.get("call")?.id,
      dialogId: "call",
      employeeId: "dana",
      medium: "voice",
      rung: "responsible",
      reason,
      by: null,
      state: "pending",
      cause: null,
      commandId: expect.stringMatching(/^\d+:\d+$/),
      createdAt: START + 5_000,
      deadlineAt: START + 30_000,
      endedAt: null,
    },
  ]);
  expect(events("offer.made")).toEqual([
    {
      kind: "offer.made",
      dialogId: "call",
      payload: { offerId: story.offerOf("call"), entryId: offers()[0]?.entryId, employeeId: "dana", rung: "responsible", reason, deadlineAt: START + 30_000 },
    },
  ]);
  expect(story.commands).toEqual([
    { id: offers()[0]?.commandId, kind: "ring", dialogId: "call", offerId: offers()[0]?.id, employeeId: "dana", timeoutMs: 25_000 },
  ]);
});

test("what lies on the screen rings nothing and has no order of its own", () => {
  const { story, offers } = kept();
  story.given(
    ready("dana"),
    chats("chat"),
    rejects("dana", "chat"),
    messages("message"),
    rejects("dana", "message"),
    writes("letter"),
    rejects("dana", "letter"),
  );
  expect(story.commands).toEqual([]);
  expect(offers().map((o) => o.commandId)).toEqual(["", "", ""]);
});

test("a chat is offered for 45 s, a message and a letter for a quarter of an hour", () => {
  const { story, offers } = kept({ dana: {} });
  story.given(ready("dana"), messages("message"), writes("letter"), chats("chat"));
  expect(offers().map((o) => [o.dialogId, o.deadlineAt - START])).toEqual([
    ["message", 900_000],
    ["letter", 900_000],
    ["chat", 45_000],
  ]);
});

test("a message's offer is measured in working time, as a letter's", () => {
  const day = hoursOf([
    [START, START + 600_000],
    [START + 3_600_000, START + 7_200_000],
  ]);
  const { story, offers } = kept({ dana: {} }, { sales: { hours: day } });
  story.given(ready("dana"), messages("message"));
  expect(offers()[0]?.deadlineAt).toBe(START + 3_600_000 + 300_000);
});

test("the end of an offer frees the agent, stops the clock and is told with its outcome and cause", () => {
  const { story, events, offers } = kept();
  story.given(ready("dana"), calls("call"), rings("call"), passes("3 s"), legEnds("call", "busy"));
  expect(offers()[0]).toMatchObject({ state: "failed", cause: "busy", endedAt: START + 3_000 });
  expect(events("offer.ended")[0]).toEqual({
    kind: "offer.ended",
    dialogId: "call",
    payload: { offerId: offers()[0]?.id, entryId: offers()[0]?.entryId, employeeId: "dana", outcome: "failed", cause: "busy" },
  });
  expect(story.state.agents.get("dana")?.liveOffer).toBeNull();
  expect(story.state.offers.size).toBe(0);
});

test("accepting has no cause; each slot is free again for the next of its kind", () => {
  const { story, offers } = kept();
  for (const [opens, id] of [
    [chats, "chat"],
    [messages, "message"],
    [writes, "letter"],
  ] as const) {
    story.given(ready("dana"), opens(id), accepts("dana", id), opens(`${id} 2`));
    expect(offers().find((o) => o.dialogId === id)).toMatchObject({ state: "accepted", cause: null });
    expect(offers().find((o) => o.dialogId === `${id} 2`)).toMatchObject({ state: "pending" });
    story.given(closes(id, "dana"), closes(`${id} 2`, "dana"), passes("1 min"));
  }
});

test("picked up: the bridge is ordered once, recorded as the queue says, and must stand in ten seconds", () => {
  for (const record of [true, false]) {
    const { story, offers } = kept({ dana: {} }, { sales: { record } });
    story.given(ready("dana"), calls("call"), rings("call"), passes("2 s"), picksUp("call"), picksUp("call"));
    expect(offers()[0]).toMatchObject({ state: "answered", deadlineAt: START + 12_000, endedAt: null });
    expect(story.commands.slice(1)).toEqual([{ id: expect.stringMatching(/^\d+:\d+$/), kind: "bridge", dialogId: "call", offerId: offers()[0]?.id, record }]);
    story.when(passes("9 s")).never("dana's offer").when(passes("1 s")).then("dana's offer of call failed (no_media)", "stop ringing for call (failed)");
  }
});

test("picked up before the ring was reported, and bridged before it was picked up: what comes out of order counts all the same", () => {
  kept().story.given(ready("dana"), calls("call")).when(picksUp("call")).then("bridge call").when(bridged("call")).then("dana has call");
  kept().story.given(ready("dana"), calls("call")).when(bridged("call")).then("dana's offer of call accepted", "dana has call");
  kept().story.given(ready("dana"), calls("call"), rings("call")).when(bridged("call")).then("dana has call");
});

test("a ring reported after the pick-up changes nothing", () => {
  const { story, offers, last } = kept();
  story.given(ready("dana"), calls("call"), picksUp("call"), rings("call"));
  expect(offers()[0]?.state).toBe("answered");
  expect(last()).toMatchObject({ offers: [], events: [], commands: [] });
});

test("a call is accepted by its device, never by a click; and nobody answers for somebody else", () => {
  const { story } = kept({ dana: {}, bolat: {} });
  story.given(ready("dana"), calls("call"), rings("call"));
  story.when(accepts("dana", "call")).never("dana has").when(rejects("bolat", "call")).never("dana's offer");
  story.given(rejects("dana", "call"), chats("chat")).when(accepts("bolat", "chat")).never("bolat has").when(accepts("dana", "chat")).then("dana has chat");
});

test("a refusal after the pick-up is too late", () => {
  kept()
    .story.given(ready("dana"), calls("call"), rings("call"), picksUp("call"))
    .when(rejects("dana", "call"))
    .never("dana's offer")
    .when(bridged("call"))
    .then("dana has call");
});

test("the leg of somebody who picked up ends before the bridge: no media, the phone rests", () => {
  const { story } = kept();
  story.given(ready("dana"), calls("call"), rings("call"), picksUp("call"));
  story.when(legEnds("call", "declined")).then("dana's offer of call failed (no_media)").never("stop ringing");
  expect(story.state.agents.get("dana")?.restUntil).toBe(START + 10_000);
});

test("what became of a device says how long the pair rests: refused 10 s, busy 5 s, all else 30 s", () => {
  for (const [cause, outcome, seconds] of [
    ["declined", "rejected (declined)", 10],
    ["busy", "failed (busy)", 5],
    ["no-answer", "timed_out (no-answer)", 30],
    ["unreachable", "failed (unreachable)", 30],
    ["failed", "failed (failed)", 30],
    ["hung-up", "failed (hung-up)", 30],
    ["cancelled", "failed (cancelled)", 30],
  ] as const) {
    const { story } = kept();
    story.given(ready("dana"), calls("call"), rings("call"));
    story.when(legEnds("call", cause)).then(`dana's offer of call ${outcome}`).never("stop ringing");
    expect(story.state.entries.get("call")?.cooldowns).toEqual({ dana: START + seconds * 1000 });
  }
});

test("only what could not ring at all makes the phone rest", () => {
  const rest = (cause: "declined" | "busy" | "no-answer" | "unreachable" | "failed") => {
    const { story } = kept();
    story.given(ready("dana"), calls("call"), rings("call"), legEnds("call", cause));
    return story.state.agents.get("dana")?.restUntil ?? null;
  };
  expect([rest("declined"), rest("busy"), rest("no-answer")]).toEqual([null, null, null]);
  expect([rest("unreachable"), rest("failed")]).toEqual([START + 10_000, START + 10_000]);
});

test("who refuses or lets it time out on the screen has the ring stopped; whose device ended it has none to stop", () => {
  const { story } = kept({ dana: {}, bolat: {} });
  story.given(ready("dana"), calls("call"), rings("call"));
  story.when(rejects("dana", "call")).then("dana's offer of call rejected (declined)", "stop ringing for call (declined)");
  expect(story.commands.at(-1)).toEqual({
    id: expect.stringMatching(/^\d+:\d+$/),
    kind: "cancel-ring",
    dialogId: "call",
    offerId: story.offerOf("call"),
    reason: "declined",
  });
});

test("letting a chat time out is a miss; letting a message or a letter lie is none", () => {
  const missed = (opens: typeof chats, wait: "45 s" | "15 min") => {
    const { story } = kept();
    story.given(ready("dana"), opens("it")).when(passes(wait)).then("dana's offer of it timed_out (no-answer)").never("stop ringing");
    return story.state.agents.get("dana")?.missed;
  };
  expect([missed(chats, "45 s"), missed(messages, "15 min"), missed(writes, "15 min")]).toEqual([1, 0, 0]);
});

test("whoever accepts has missed nothing", () => {
  const { story } = kept();
  story.given(ready("dana"), chats("chat"), passes("45 s"), passes("30 s"));
  expect(story.state.agents.get("dana")?.missed).toBe(1);
  story.given(accepts("dana", "chat"));
  expect(story.state.agents.get("dana")?.missed).toBe(0);
});

test("a break withdraws what lies in the list and lets ring what rings; logging out withdraws everything", () => {
  const { story } = kept();
  story.given(ready("dana"), messages("message"), writes("letter"), calls("call"));
  story
    .when(intends("dana", "paused"))
    .then("dana's offer of message rescinded (agent_gone)", "dana's offer of letter rescinded (agent_gone)")
    .never("dana's offer of call", "stop ringing");
  story.when(intends("dana", "logged_out")).then("dana's offer of call rescinded (agent_gone)", "stop ringing for call (cancelled)");
  expect(story.state.entries.get("call")?.cooldowns).toEqual({});
});

test("whoever picked up and logs out keeps the call that is being joined", () => {
  kept()
    .story.given(ready("dana"), calls("call"), picksUp("call"))
    .when(intends("dana", "logged_out"))
    .never("dana's offer")
    .when(bridged("call"))
    .then("dana has call");
});

test("an offer that ends twice is a fault of ours and is called by its name", () => {
  const { story } = kept();
  story.given(ready("dana"), chats("chat"));
  const offer = story.state.entries.get("chat")?.offer;
  if (offer === null || offer === undefined) throw new Error("no offer");
  transition(story.state, offer, "rejected", "declined");
  expect(() => transition(story.state, offer, "accepted")).toThrow(`offer ${offer.id}: rejected -> accepted`);
  expect(() => transition(story.state, { ...offer, state: "answered" }, "presented")).toThrow("answered -> presented");
});

test("a leg picked up too late is hung up with what has happened: elsewhere, still waiting, or nobody there", () => {
  const two = () => kept({ bolat: {}, dana: {} }).story.given(ready("bolat"), calls("call"), rings("call"));
  const late = (s: Story) => {
    const first = [...s.tables.offers.values()][0]?.id as string;
    s.when((x) => x.input({ kind: "leg.answered", dialogId: "call", offerId: first, at: x.now }));
    return s;
  };
  late(two().given(rejects("bolat", "call"), ready("dana"), answers("call"))).then("stop ringing for call (answered-elsewhere)");
  late(two().given(rejects("bolat", "call"))).then("stop ringing for call (cancelled)");
  late(two().given(leaves("call"))).then("stop ringing for call (hung-up)");
  late(two().given(answers("call"))).never("stop ringing");
});

test("a bridge that nobody knows of is taken down; of a call that goes on it is not", () => {
  const { story } = kept();
  story.given(ready("dana"), calls("call"), rings("call"), leaves("call"));
  story.when(bridged("call")).then("stop ringing for call (cancelled)");
  story.given(calls("second"), answers("second")).when(bridged("second")).never("stop ringing", "dana has");
});

test("given to somebody by hand, a call rings there under that person's name and order", () => {
  const { story, offers } = kept({ bolat: {}, dana: {} });
  story.given(ready("dana"), calls("call"), ready("bolat"), assigns("call", "bolat", "head"));
  expect(offers().at(-1)).toMatchObject({ employeeId: "bolat", by: "head", rung: "manual", reason: { code: "manual" }, deadlineAt: START + 20_000 });
  expect(story.commands.at(-1)).toMatchObject({ kind: "ring", employeeId: "bolat", timeoutMs: 20_000 });
  story.given(answers("call"));
  expect([...story.tables.assignments.values()][0]).toMatchObject({ offerId: offers().at(-1)?.id, employeeId: "bolat" });
});

test("a call and a chat ring in real time, whatever the working hours", () => {
  const hours = hoursOf([
    [START, START + 1_000],
    [START + 3_600_000, START + 7_200_000],
  ]);
  const { story, offers } = kept({ dana: {}, bolat: {} }, { sales: { hours } });
  story.given(ready("dana", "bolat"), calls("call"), chats("chat"));
  expect(offers().map((o) => o.deadlineAt - START)).toEqual([20_000, 45_000]);
});

test("the caller hangs up between the pick-up and the bridge: the leg is hung up, the agent is free", () => {
  const { story } = kept();
  story.given(ready("dana"), calls("call"), rings("call"), picksUp("call"));
  story.when(leaves("call")).then("dana's offer of call rescinded (abandoned)", "dana is idle", "stop ringing for call (hung-up)");
});
