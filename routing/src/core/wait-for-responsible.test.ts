import { expect, test } from "vitest";
import { comes, serves, setsQueue, to } from "./rules.fixture.ts";
import { accepts, answers, assigns, calls, chats, closes, connects, crashes, disconnects, intends, leaves, passes, ready, rejects } from "./steps.fixture.ts";
import { type Step, Story } from "./story.fixture.ts";

const extends_ =
  (employeeId: string): Step =>
  (s) =>
    s.input({ kind: "agent.wrapup", employeeId, action: "extend", at: s.now });
const finishes =
  (employeeId: string): Step =>
  (s) =>
    s.input({ kind: "agent.wrapup", employeeId, action: "finish", at: s.now });

/** Aigul writes up after a call, 30 s; so many have passed. */
const writing = (since: `${number} s`, queue = {}, ...others: string[]) =>
  new Story({ aigul: {}, bolat: {}, dana: {} }, { sales: queue }).given(
    ready("aigul"),
    calls("talk"),
    answers("talk"),
    closes("talk"),
    passes(since),
    ready(...others),
  );
const mine = comes("call", { responsible: "aigul" });

test("the responsible writes up for 5 s more while others are free: the caller waits for her, and she gets the call", () => {
  const s = writing("25 s", {}, "bolat").when(mine).then("call finds nobody at responsible (waits_for_responsible)").never("call is offered");
  expect(s.decisions.at(-1)).toMatchObject({ rung: "responsible", chosenId: null, refusals: { wrapup: 1 } });
  expect(s.state.entries.get("call")).toMatchObject({ rung: "responsible", offer: null });
  s.when(passes("5 s")).then("call is offered to aigul (responsible_customer)", "ring aigul for call, 25 s");
});

test("15 s more: somebody else who is free serves sooner; with nobody free she is waited for", () => {
  writing("15 s", {}, "bolat").when(mine).then("call finds nobody at responsible (not_eligible)", "call is offered to bolat (least_loaded)");
  writing("15 s")
    .when(mine)
    .then("call finds nobody at responsible (waits_for_responsible)")
    .when(passes("15 s"))
    .then("call is offered to aigul (responsible_customer)");
});

test("20 s more is too long, and a queue with 0 waits for nobody", () => {
  writing("10 s").when(mine).then("call finds nobody at responsible (not_eligible)");
  writing("29 s", { waitResponsibleMs: 0 }, "bolat").when(mine).then("call is offered to bolat (least_loaded)");
});

test("she finishes early: the call rings at once, before those who wait longer in the queue", () => {
  writing("25 s")
    .given(comes("older", { queue: "sales" }), passes("1 s"), mine)
    .when(finishes("aigul"))
    .then("call is offered to aigul (responsible_customer)")
    .never("older is offered");
});

test("she extends her writing: after the set time the caller goes on along the ladder", () => {
  writing("25 s", {}, "bolat")
    .given(mine, extends_("aigul"))
    .when(passes("19 s"))
    .never("call is offered")
    .when(passes("1 s"))
    .then("call is offered to bolat (least_loaded)");
});

test("she pauses, logs out, or loses her phone while she is waited for: at the end of her writing the caller goes on at once", () => {
  writing("25 s", {}, "bolat").given(mine).when(intends("aigul", "logged_out")).then("call is offered to bolat (least_loaded)");
  writing("25 s", {}, "bolat").given(mine).when(intends("aigul", "paused")).then("call is offered to bolat (least_loaded)");
  writing("25 s", {}, "bolat")
    .given(mine)
    .when(disconnects("aigul"))
    .then("call is offered to bolat (least_loaded)")
    .when(connects("aigul"))
    .never("call is offered to aigul");
});

test("two wait for her: the older is hers, the other goes on", () => {
  writing("25 s", {}, "bolat")
    .given(mine, passes("1 s"), comes("younger", { responsible: "aigul" }))
    .when(passes("4 s"))
    .then("call is offered to aigul (responsible_customer)", "younger is offered to bolat (least_loaded)");
});

test("the caller hangs up, or somebody takes the call by hand: she is waited for no longer", () => {
  const s = writing("25 s").given(mine).when(leaves("call")).then("call leaves the queue: abandoned");
  expect(s.state.agents.get("aigul")?.awaitedBy).toEqual([]);
  s.when(passes("5 s")).never("call is offered");
  writing("25 s", {}, "bolat")
    .given(mine)
    .when(assigns("call", "bolat", "bolat"))
    .then("call is offered to bolat (manual)")
    .when(passes("10 s"))
    .never("call is offered");
});

test("a chat is waited with too", () => {
  writing("25 s", {}, "bolat")
    .given(comes("chat", { medium: "chat", responsible: "aigul" }))
    .when(passes("5 s"), accepts("aigul", "chat"))
    .then("chat is offered to aigul (responsible_customer)", "aigul has chat");
});

test("identified late as another's customer: the caller waits for her no longer", () => {
  const s = writing("25 s", {}, "bolat").given(mine);
  s.when((story) =>
    story.input({
      kind: "dialog.identified",
      dialogId: "call",
      identity: "known",
      responsible: { employeeId: "bolat", why: "interest" },
      substituteId: null,
      at: story.now,
    }),
  ).then("call is offered to bolat (responsible_interest)");
  expect(s.state.agents.get("aigul")?.awaitedBy).toEqual([]);
});

test("forwarding when busy comes after the wait", () => {
  new Story({ aigul: { forwardings: [to("busy", "dana")] }, dana: {}, bolat: {} })
    .given(ready("aigul"), calls("talk"), answers("talk"), closes("talk"), passes("25 s"), ready("dana", "bolat"), mine, extends_("aigul"))
    .when(passes("20 s"))
    .then("call is offered to dana (forwarded)");
});

/** A queue whose talks last 60 s each and are over; wrap-up 2 s. */
const known = (...others: string[]) =>
  new Story({ aigul: {}, bolat: {} }, { sales: { wrapupVoiceMs: 2000 } }).given(
    ready("aigul"),
    serves(6, "60 s", "5 s"),
    ready(...others),
    comes("talk", { responsible: "aigul" }),
    answers("talk"),
  );

test("in a call that the mean says will end in 5 s, wrap-up included: waited for; in 30 s, or past the mean: not", () => {
  known("bolat")
    .given(passes("57 s"))
    .when(mine)
    .then("call finds nobody at responsible (waits_for_responsible)")
    .when(closes("talk"), passes("2 s"))
    .then("call is offered to aigul (responsible_customer)");
  known("bolat").given(passes("32 s")).when(mine).then("call is offered to bolat (least_loaded)");
  known("bolat").given(passes("61 s")).when(mine).then("call is offered to bolat (least_loaded)");
});

test("in a call of a queue that knows no mean: not foreseeable", () => {
  new Story({ aigul: {}, bolat: {} })
    .given(ready("aigul"), calls("talk"), answers("talk"), ready("bolat"))
    .when(mine)
    .then("call is offered to bolat (least_loaded)");
});

test("with nobody free the queue's pace decides: where others come free every few seconds she is not waited for", () => {
  const fast = new Story({ aigul: {}, bolat: {} }, { sales: { wrapupVoiceMs: 0, maxWaitMs: 3_600_000 } }).given(
    ready("bolat"),
    serves(12, "2 s", "1 s"),
    calls("his"),
    answers("his"),
  );
  fast.given(setsQueue("sales", { wrapupVoiceMs: 30_000 }), ready("aigul"), calls("hers"), answers("hers"), closes("hers"), passes("15 s"));
  fast.when(mine).then("call finds nobody at responsible (not_eligible)", "call finds nobody at queue (nobody_ready)");
});

test("a crash while she is waited for changes nothing", () => {
  writing("25 s", {}, "bolat").given(mine, crashes).when(passes("5 s"), crashes).then("call is offered to aigul (responsible_customer)");
  writing("25 s", {}, "bolat").given(mine, extends_("aigul"), passes("10 s"), crashes).when(passes("10 s")).then("call is offered to bolat (least_loaded)");
});

test("refused after the wait, it goes on as after any refusal", () => {
  writing("25 s", {}, "bolat").given(mine, passes("5 s")).when(rejects("aigul", "call")).then("call is offered to bolat (least_loaded)");
});

test("what waits for her keeps her from nothing else: a chat of hers goes after it", () => {
  writing("25 s")
    .given(chats("older"), mine)
    .when(passes("5 s"), answers("call"))
    .then("call is offered to aigul (responsible_customer)", "aigul has call")
    .never("older is offered");
});
