import { expect, test } from "vitest";
import { hoursOf } from "./hours.ts";
import { comes, to } from "./rules.fixture.ts";
import { answers, calls, crashes, intends, legEnds, passes, ready, rejects, rings } from "./steps.fixture.ts";
import { type People, START, Story } from "./story.fixture.ts";

const team = (people: People) => new Story({ aigul: {}, bolat: {}, dana: {}, erlan: {}, ...people }, { sales: { waitResponsibleMs: 0 } });
const call = comes("call", { responsible: "aigul" });

test("the responsible is busy and forwards to a colleague: the colleague rings, and the history says from whom and why", () => {
  const s = team({ aigul: { forwardings: [to("busy", "dana")] } }).given(
    ready("aigul", "bolat", "dana"),
    comes("talk", { responsible: "aigul" }),
    answers("talk"),
  );
  s.when(call).then("call finds nobody at responsible (not_eligible)", "call is offered to dana (forwarded)", "ring dana for call, 20 s");
  expect(s.decisions.at(-1)).toMatchObject({ rung: "forward", chosenId: "dana", reason: { code: "forwarded", from: "aigul", on: "busy" } });
  expect(s.state.entries.get("call")?.forwarded).toEqual([{ rung: "responsible", from: "aigul", on: "busy", to: "dana" }]);
});

test("no answer, a refusal, an absence, closed hours: each has its own rule", () => {
  const rules = [to("no_answer", "bolat"), to("busy", "dana"), to("absent", "erlan"), to("out_of_hours", "+77010000009")];
  const ringing = () => team({ aigul: { forwardings: rules } }).given(ready("aigul", "bolat", "dana", "erlan"), call, rings("call"));
  ringing().when(passes("25 s")).then("aigul's offer of call timed_out (no-answer)", "call is offered to bolat (forwarded)");
  ringing().when(rejects("aigul", "call")).then("call is offered to dana (forwarded)");
  ringing().when(legEnds("call", "busy")).then("call is offered to dana (forwarded)");
  ringing().when(legEnds("call", "unreachable")).then("call is offered to bolat (forwarded)");
  ringing().when(intends("aigul", "logged_out")).then("aigul's offer of call rescinded (agent_gone)", "call is offered to erlan (forwarded)");
  team({ aigul: { forwardings: rules } })
    .given(ready("bolat", "dana", "erlan"))
    .when(call)
    .then("call is offered to erlan (forwarded)");
  team({ aigul: { forwardings: rules, hours: hoursOf([[START + 1000, START + 2000]]) } })
    .given(ready("aigul", "bolat"))
    .when(call)
    .then("call leaves the queue: redirected", "send call to +77010000009")
    .never("call is offered");
});

test("always: the person is left out, who is free or not", () => {
  team({ aigul: { forwardings: [to("busy", "bolat"), to("always", "dana")] } })
    .given(ready("aigul", "bolat", "dana"))
    .when(call)
    .then("call is offered to dana (forwarded)")
    .never("call is offered to aigul", "call finds nobody at responsible");
});

test("an outside number: the caller is sent there, and the entry says so", () => {
  const s = team({ aigul: { forwardings: [to("always", "+77010000009")] } }).given(ready("aigul"));
  s.when(call).then("call leaves the queue: redirected", "send call to +77010000009");
  expect(s.decisions.at(-1)).toMatchObject({ rung: "forward", chosenId: null, reason: { code: "forwarded", from: "aigul", on: "always" } });
  expect(s.state.entries.size).toBe(0);
});

test("owner to colleague when busy, colleague back to owner: the colleague rings, the circle is cut, the call goes on along the ladder", () => {
  const s = team({ aigul: { forwardings: [to("busy", "dana")] }, dana: { forwardings: [to("no_answer", "aigul")] } });
  s.given(ready("aigul", "bolat", "dana"), comes("talk", { responsible: "aigul" }), answers("talk"));
  s.when(call, rings("call"), passes("20 s")).then(
    "call is offered to dana (forwarded)",
    "call finds nobody at forward (forward_loop)",
    "dana's offer of call timed_out (no-answer)",
    "call is offered to bolat (least_loaded)",
  );
});

test("a chain goes on over those who cannot be rung, and the last one's ring comes from the chain", () => {
  const s = team({
    aigul: { forwardings: [to("absent", "bolat")] },
    bolat: { forwardings: [to("absent", "dana")] },
    dana: { forwardings: [to("busy", "erlan")] },
  });
  s.given(ready("dana", "erlan"), comes("talk", { responsible: "dana" }), answers("talk"));
  s.when(call).then(
    "call finds nobody at responsible (not_eligible)",
    "call finds nobody at forward (not_eligible)",
    "call finds nobody at forward (not_eligible)",
    "call is offered to erlan (forwarded)",
  );
  expect(s.state.entries.get("call")?.forwarded.map((hop) => `${hop.from} ${hop.on} ${hop.to}`)).toEqual([
    "aigul absent bolat",
    "bolat absent dana",
    "dana busy erlan",
  ]);
});

test("five hops and no more", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const people = Object.fromEntries(names.map((name, i) => [name, { forwardings: i < 6 ? [to("absent", names[i + 1] as string)] : [] }]));
  const s = new Story(people).given(ready("g")).when(comes("call", { responsible: "a" }));
  expect(s.happened.filter((line) => line === "call finds nobody at forward (not_eligible)")).toHaveLength(5);
  s.then("call finds nobody at forward (forward_loop)", "call is offered to g (least_loaded)");
});

test("without an answer the forwarded call goes back to the ladder where it left it: the substitute, then the others", () => {
  team({ aigul: { forwardings: [to("absent", "bolat")] } })
    .given(ready("bolat", "dana", "erlan"))
    .when(comes("call", { responsible: "aigul", substitute: "dana" }), rings("call"), passes("20 s"))
    .then("call is offered to bolat (forwarded)", "call is offered to dana (substitute)")
    .when(rejects("dana", "call"))
    .then("call is offered to erlan (least_loaded)");
});

test("the substitute forwards too; nobody who was asked is asked again by forwarding", () => {
  team({ dana: { forwardings: [to("no_answer", "erlan")] }, erlan: { forwardings: [to("no_answer", "bolat")] } })
    .given(ready("bolat", "dana", "erlan"))
    .when(comes("call", { substitute: "dana" }), rings("call"), passes("20 s"), rings("call"), passes("20 s"))
    .then("call is offered to dana (substitute)", "call is offered to erlan (forwarded)", "call is offered to bolat (forwarded)");
});

test("written matters are not forwarded, nor are calls whom the queue rings by itself", () => {
  team({ aigul: { forwardings: [to("always", "dana")] } })
    .given(ready("aigul", "dana"))
    .when(comes("chat", { medium: "chat", responsible: "aigul" }))
    .then("chat is offered to aigul (responsible_customer)");
  team({ aigul: { forwardings: [to("no_answer", "dana")] } })
    .given(ready("aigul", "bolat"), calls("any"), rings("any"))
    .when(passes("20 s"))
    .then("any is offered to bolat (least_loaded)");
});

test("to somebody who is no member of the queue, or unknown: passed over", () => {
  const s = new Story({ aigul: { forwardings: [to("absent", "outsider")] }, outsider: { queues: { other: {} } }, bolat: {} }, { sales: {}, other: {} });
  s.given(ready("bolat", "outsider")).when(call).then("call finds nobody at forward (not_eligible)", "call is offered to bolat (least_loaded)");
  expect(s.decisions.find((d) => d.rung === "forward")?.refusals).toEqual({ not_member: 1 });
  new Story({ aigul: { forwardings: [to("absent", "ghost")] }, bolat: {} }).given(ready("bolat")).when(call).then("call is offered to bolat (least_loaded)");
});

test("a crash in the middle of a chain changes nothing", () => {
  team({ aigul: { forwardings: [to("absent", "bolat")] }, bolat: { forwardings: [to("no_answer", "aigul")] } })
    .given(ready("bolat", "dana"), call, crashes, rings("call"), crashes)
    .when(passes("20 s"), crashes)
    .then("call finds nobody at forward (forward_loop)", "call is offered to dana (least_loaded)");
});
