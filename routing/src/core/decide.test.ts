import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { asksToBeCalled, comes, emergency } from "./rules.fixture.ts";
import { accepts, answers, assigns, calls, chats, closes, crashes, intends, leaves, messages, passes, ready, rejects, rings, writes } from "./steps.fixture.ts";
import { START, type Step, Story } from "./story.fixture.ts";

const team = () => new Story({ aigul: {}, bolat: {}, dana: {} });
const outcomeOf = (s: Story, dialogId: string) => [...s.tables.entries.values()].findLast((e) => e.dialogId === dialogId)?.outcome;
const entryOf = (s: Story, dialogId: string) => s.state.entries.get(dialogId);
const recognised =
  (dialogId: string, responsible: string | null, substituteId: string | null = null): Step =>
  (s) =>
    s.input({
      kind: "dialog.identified",
      dialogId,
      identity: "known",
      responsible: responsible === null ? null : { employeeId: responsible, why: "interest" },
      substituteId,
      at: s.now,
    });

// ---------------------------------------------------------------- how it begins and ends

test("a blocked caller gets the fallback and no place; a blocked writer gets nothing", () => {
  const s = team().given(ready("dana"), calls("call", { identity: "blocked" }), chats("chat", { identity: "blocked" }));
  expect(s.commands).toEqual([{ id: expect.stringMatching(/^\d+:0$/), kind: "fallback", dialogId: "call" }]);
  expect([s.state.entries.size, s.tables.entries.size]).toEqual([0, 0]);
});

test("opened twice it stands once, waiting or assigned", () => {
  const s = team().given(chats("chat"), passes("1 s"), chats("chat"));
  expect(s.tables.entries.size).toBe(1);
  s.given(ready("dana"), accepts("dana", "chat"), chats("chat"));
  expect(s.tables.entries.size).toBe(1);
});

test("a call that nobody ended was given up; one that somebody ended, and whatever was written, was closed", () => {
  const s = team().given(calls("a"), closes("a"), calls("b"), closes("b", "head"), chats("c"), closes("c"), writes("d"), closes("d", "head"));
  expect(["a", "b", "c", "d"].map((d) => outcomeOf(s, d))).toEqual(["abandoned", "closed", "closed", "closed"]);
});

test("who leaves a letter or a message waiting has not left: it waits on", () => {
  const s = team().given(writes("letter"), leaves("letter"), messages("message"), leaves("message"), chats("chat"), leaves("chat"));
  expect(["letter", "message", "chat"].map((d) => outcomeOf(s, d))).toEqual([null, null, "abandoned"]);
});

test("several go on at once: the older place first, whatever the order in which they were taken", () => {
  const s = team().given(
    chats("older"),
    passes("1 s"),
    chats("younger"),
    assigns("younger", "dana", "dana"),
    assigns("older", "dana", "dana"),
    ready("dana", "bolat"),
  );
  s.when(intends("dana", "logged_out")).then("older is offered to bolat (least_loaded)").never("younger is offered");
});

test("being available once more takes nothing back that lies in the list", () => {
  const s = team().given(ready("dana"), messages("message"), writes("letter"));
  s.when(intends("dana", "available", "back")).never("dana's offer");
});

// ---------------------------------------------------------------- recognised late

test("who is recognised while ringing elsewhere is asked next; who was asked already is not; nobody is nobody", () => {
  const next = (responsible: string | null) => {
    const s = team().given(ready("aigul", "bolat", "dana"), calls("call"), rings("call"), rejects("aigul", "call"), rings("call"));
    s.given(recognised("call", responsible));
    return entryOf(s, "call")?.rung;
  };
  expect([next("dana"), next("aigul"), next(null)]).toEqual(["responsible", "least_loaded", "least_loaded"]);
});

test("who is recognised while waiting in the queue keeps the rung, and what is known now is written down", () => {
  const s = team().given(chats("chat"), recognised("chat", "dana", "bolat"));
  expect(entryOf(s, "chat")).toMatchObject({ rung: "queue", identity: "known", responsibleId: "dana", responsibleWhy: "interest", substituteId: "bolat" });
  expect([...s.tables.entries.values()][0]).toMatchObject({ responsibleId: "dana" });
  s.given(recognised("chat", null));
  expect(entryOf(s, "chat")).toMatchObject({ responsibleId: null, responsibleWhy: null, substituteId: null });
  s.when(recognised("nothing", "dana"));
  expect(s.happened).toEqual([]);
});

test("a callback that is recognised late stays a callback", () => {
  const s = team().given(comes("call", { number: "+7" }), asksToBeCalled("call"), ready("bolat"), recognised("call", "dana"));
  expect(entryOf(s, "call")).toMatchObject({ rung: "callback", responsibleId: "dana" });
});

test("recognised as the same person's customer, one waits for that person on", () => {
  const s = team().given(ready("dana"), calls("talk"), answers("talk"), leaves("talk"), passes("25 s"), comes("call", { responsible: "dana" }));
  const until = entryOf(s, "call")?.waitsUntil;
  expect(until).toBe(s.now + 20_000);
  s.given(passes("1 s"), recognised("call", "dana"));
  expect(entryOf(s, "call")?.waitsUntil).toBe(until);
  s.given(recognised("call", null));
  expect(entryOf(s, "call")).toMatchObject({ waitsUntil: null, rung: "queue" });
});

/** Recognised with all that follows from the person. */
const isKnown =
  (dialogId: string, known: { priority?: number; person?: string | null; requires?: { skillId: string; level: number; relaxMs: number | null }[] }): Step =>
  (s) =>
    s.input({ kind: "dialog.identified", dialogId, identity: "known", responsible: null, substituteId: null, ...known, at: s.now });

test("a VIP who is recognised while waiting goes before those who came less than five minutes earlier, also after a crash", () => {
  const s = team().given(chats("first"), passes("1 min"), chats("second"), chats("third"), isKnown("second", { priority: 10 }), crashes);
  expect([entryOf(s, "second")?.priority, entryOf(s, "third")?.priority]).toEqual([10, 0]);
  s.when(ready("dana")).then("second is offered to dana (oldest_waiting)");
  const no = team().given(chats("first"), passes("1 min"), chats("second", { priority: 10 }), isKnown("second", { priority: 0 }));
  no.when(ready("dana")).then("first is offered to dana (oldest_waiting)");
});

test("who is recognised as speaking Kazakh is kept for who speaks it, for as long as is asked; who needs nothing more goes to anybody", () => {
  const kazakh = (relaxMs: number | null) => [{ skillId: "kazakh", level: 2, relaxMs }];
  const house = () => new Story({ bolat: {}, aigul: { skills: { kazakh: 3 } } });
  house()
    .given(chats("chat"), isKnown("chat", { requires: kazakh(null) }))
    .when(ready("bolat"))
    .never("chat is offered")
    .when(crashes, ready("aigul"))
    .then("chat is offered to aigul (oldest_waiting)");
  const s = house().given(comes("call", { requires: kazakh(60_000) }), ready("bolat"), passes("10 s"));
  s.when(isKnown("call", { priority: 10 }), passes("49 s")).never("call is offered");
  s.when(isKnown("call", { requires: [] })).then("call is offered to bolat (oldest_waiting)");
  expect([entryOf(s, "call")?.requires, entryOf(s, "call")?.relax?.isSet()]).toEqual([[], false]);
  house()
    .given(chats("chat"), ready("bolat"), rejects("bolat", "chat"), isKnown("chat", { requires: kazakh(30_000) }))
    .when(passes("29 s"))
    .never("chat is offered")
    .when(passes("1 s"))
    .then("chat is offered to bolat (oldest_waiting)");
});

test("what is left out stays, and while it rings nothing rings anew", () => {
  const s = team().given(ready("dana"), comes("call", { priority: 10, person: "p", requires: [] }), rings("call"));
  s.when(recognised("call", null), isKnown("call", { priority: 3, person: null })).never("dana's offer", "call is offered");
  expect(entryOf(s, "call")).toMatchObject({ priority: 3, person: "p", rank: START - 3 * 30_000 });
});

test("recognised, the caller who gives up keeps the place as that person; who was promised a call stays who called", () => {
  const s = team().given(ready("dana"), calls("talk"), answers("talk"), comes("call", { person: "somebody" }), isKnown("call", { person: "p" }));
  s.given(passes("30 s"), leaves("call"), passes("30 s"), comes("again", { person: "p" }));
  expect(entryOf(s, "again")?.enqueuedAt).toBe(START);
  const promised = team().given(comes("call", { number: "+7", person: "somebody" }), asksToBeCalled("call"), isKnown("call", { person: "p", priority: 10 }));
  expect(entryOf(promised, "call")).toMatchObject({ person: "somebody", priority: 10, rung: "callback" });
});

// ---------------------------------------------------------------- the ladder's own words

test("why the responsible was passed over is stored with who it is and how loaded", () => {
  const s = new Story({ aigul: { planned: 50, norm: 100 }, bolat: {} }).given(ready("bolat"), calls("call", { responsible: "aigul", substitute: "nobody" }));
  expect(s.decisions.map((d) => [d.rung, d.chosenId, d.reason.code, d.best, d.refusals])).toEqual([
    ["responsible", null, "not_eligible", [{ employeeId: "aigul", load: 0.25 }], { logged_out: 1 }],
    ["substitute", null, "not_eligible", [], { unknown: 1 }],
    ["least_loaded", "bolat", "least_loaded", [{ employeeId: "bolat", load: 0 }], { logged_out: 1 }],
  ]);
});

test("that nobody was ready is stored once, on coming to the queue, and not each time it comes back to it", () => {
  const s = new Story({ dana: {} }).given(chats("chat"), ready("dana"), rejects("dana", "chat"), passes("10 s"), rejects("dana", "chat"));
  expect(s.decisions.filter((d) => d.reason.code === "nobody_ready")).toHaveLength(1);
});

test("a ring that ends at the very end of the wait is the end of the wait", () => {
  const s = new Story({ dana: {} }, { sales: { maxWaitMs: 20_000 } }).given(calls("call"), ready("dana"), rings("call"));
  s.when(passes("20 s")).then("call finds nobody at overflow (max_wait)", "call leaves the queue: overflowed", "fallback for call");
  expect(s.decisions.at(-1)).toMatchObject({ rung: "overflow", chosenId: null, best: [], reason: { code: "max_wait" } });
});

// ---------------------------------------------------------------- the end of the wait

test("told once that it takes longer, a visitor is not told again, not even after being given back", () => {
  const s = new Story({ dana: {} }).given(chats("chat"), passes("300 s"));
  expect(s.commands.map((c) => c.kind)).toEqual(["acknowledge"]);
  s.given(ready("dana"), accepts("dana", "chat"), assigns("chat", null, "dana"), intends("dana", "paused"));
  s.when(passes("20 min")).never("acknowledge", "chat finds nobody at overflow");
});

test("a letter waits in silence, a message is told", () => {
  const s = new Story({ dana: {} }).given(writes("letter"), messages("message"));
  s.when(passes("16 min"))
    .then("letter finds nobody at overflow (max_wait)", "message finds nobody at overflow (max_wait)", "acknowledge message: waiting")
    .never("acknowledge letter");
});

test("a known number is called back where the queue says so and the house is open, and only there", () => {
  const ends = (queue: object, number?: string) => {
    const s = new Story({ dana: {} }, { sales: { maxWaitMs: 10_000, ...queue } }).given(
      ready("dana"),
      calls("talk"),
      answers("talk"),
      comes("call", number === undefined ? {} : { number }),
      passes("10 s"),
    );
    return [outcomeOf(s, "call"), s.commands.at(-1)?.kind];
  };
  expect(ends({ onMaxWait: "callback" }, "+77010000001")).toEqual([null, "announce"]);
  expect(ends({ onMaxWait: "callback" })).toEqual(["overflowed", "fallback"]);
  expect(ends({ onMaxWait: "fallback" }, "+77010000001")).toEqual(["overflowed", "fallback"]);
  const closed = new Story({ dana: {} }, { sales: { hours: hoursOf([]), onMaxWait: "callback" } }).given(comes("call", { number: "+77010000001" }));
  expect(closed.commands.map((c) => (c.kind === "announce" ? c.say.what : c.kind))).toEqual(["closed", "fallback"]);
});

test("a queue that overflows into itself, or into one that is shut by a switch, overflows nowhere", () => {
  const own = new Story({ dana: {} }, { sales: { overflowQueueId: "sales", maxWaitMs: 10_000 } }).given(
    ready("dana"),
    calls("talk"),
    answers("talk"),
    calls("call"),
  );
  own.when(passes("10 s")).then("fallback for call").never("call enters");
  const shut = new Story({ dana: {} }, { sales: { overflowQueueId: "backup", maxWaitMs: 10_000 }, backup: {} }).given(
    ready("dana"),
    calls("talk"),
    answers("talk"),
    calls("call"),
  );
  shut
    .given(emergency({ queueId: "backup" }))
    .when(passes("10 s"))
    .then("fallback for call")
    .never("call enters");
  const other = new Story({ dana: {} }, { sales: { overflowQueueId: "backup", maxWaitMs: 10_000 }, backup: {}, third: {} }).given(
    ready("dana"),
    calls("talk"),
    answers("talk"),
    calls("call"),
  );
  other
    .given(emergency({ queueId: "third" }))
    .when(passes("10 s"))
    .then("call enters backup");
});

test("what the switch did is stored as such: an announcement, a number, another queue", () => {
  for (const [change, last] of [
    [{ mode: "announcement" as const }, "fallback"],
    [{ redirectNumber: "+77010000000" }, "redirect"],
    [{ redirectQueueId: "backup" }, "ring"],
  ] as const) {
    const s = new Story({ dana: { queues: { backup: {} } } }, { sales: {}, backup: {} }).given(
      ready("dana"),
      emergency({ queueId: "sales", ...change }),
      comes("call"),
    );
    expect(s.decisions[0]).toMatchObject({ rung: "overflow", chosenId: null, reason: { code: "emergency" }, best: [], refusals: {} });
    expect(s.commands.at(-1)?.kind).toBe(last);
  }
});

test("the switch moves who waits on the phone; writers and promised calls wait on", () => {
  const s = team().given(calls("call"), chats("chat"), comes("promised", { number: "+77010000001" }), asksToBeCalled("promised"));
  s.when(emergency({ queueId: "sales" }))
    .then("call leaves the queue: overflowed", "fallback for call")
    .never("chat leaves", "promised leaves");
  expect(entryOf(s, "promised")?.rung).toBe("callback");
  s.given(ready("dana"), rejects("dana", "promised"), intends("dana", "paused")).when(passes("1 min")).never("promised leaves");
});

test("two with and without a name are promised a call each; the promise is kept through the switch and a crash", () => {
  const s = team().given(comes("a", { number: "+77010000001" }), comes("b", { number: "+77010000002" }), asksToBeCalled("a"), asksToBeCalled("b"), crashes);
  expect([entryOf(s, "a")?.callbackNumber, entryOf(s, "b")?.callbackNumber]).toEqual(["+77010000001", "+77010000001"]);
  expect(s.now).toBe(START);
});

test("a promise that is being made when its caller comes through is taken back", () => {
  const s = team().given(comes("first", { person: "p", number: "+77010000001" }), asksToBeCalled("first"), leaves("first"), ready("dana"));
  expect(entryOf(s, "first")?.offer?.employeeId).toBe("dana");
  s.given(ready("bolat"), comes("second", { person: "p" }));
  s.when(answers("second")).then("dana's offer of first rescinded (taken)", "first leaves the queue: closed", "bolat has second").never("stop ringing");
});
