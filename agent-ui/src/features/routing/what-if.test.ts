import { type WhatIf, WhatIfBody } from "@kommutator/contract/api/routing-explain";
import { describe, expect, test } from "vitest";
import { rehearsedSteps } from "./story.ts";
import { bodyOf, causesOf, type Question } from "./what-if.ts";

const ID = "3f8b2a6e-0c4d-4e0a-9b7e-6a1d2c3b4a5f";
const question = (change: Partial<Question>): Question => ({ where: `channel:${ID}`, line: "", medium: "voice", who: "", at: "", ...change });

describe("a question is sent as the server takes it", () => {
  test.each([
    ["a hidden number to a channel", question({}), { channelId: ID }],
    ["a number as people type it, to a line", question({ who: "+7 (701) 111-22-33", line: " 100 " }), { channelId: ID, line: "100", number: "+77011112233" }],
    [
      "a letter to a queue",
      question({ where: `queue:${ID}`, medium: "mail", who: "ivan@romashka.example" }),
      { queueId: ID, medium: "mail", email: "ivan@romashka.example" },
    ],
    ["at a moment", question({ at: "2026-03-02T18:30" }), { channelId: ID, at: new Date("2026-03-02T18:30").toISOString() }],
  ])("%s", (_name, asked, body) => {
    expect(bodyOf(asked)).toEqual(body);
    expect(WhatIfBody.safeParse(bodyOf(asked)).success).toBe(true);
  });

  test("without a line or queue there is none", () => {
    expect(bodyOf(question({ where: null }))).toBeNull();
  });
});

test("the answer links to the settings that made it so", () => {
  expect(causesOf("q", new Set(["nobody_ready", "in_call"]), false).map((each) => each.key)).toEqual(["queue"]);
  expect(causesOf("q", new Set(["lacks_skill", "out_of_hours", "absent", "forwarded", "emergency"]), false).map((each) => each.key)).toEqual([
    "queue",
    "skills",
    "hours",
    "people",
    "forwarding",
    "emergency",
  ]);
});

test("the rehearsal reads like a story: who cannot, who would ring how long, and when", () => {
  const aigul = { id: "aigul", name: "Айгуль" };
  const dana = { id: "dana", name: "Дана" };
  const step = { queue: { id: "q", name: "Продажи" }, best: [], refusals: {}, offerMs: null, chosen: null };
  const answer = {
    at: "2026-03-02T09:00:00.000Z",
    steps: [
      { ...step, afterMs: 0, rung: "responsible", reason: { code: "not_eligible" }, best: [{ employee: aigul, load: 0 }], refusals: { absent: 1 } },
      { ...step, afterMs: 0, rung: "forward", chosen: dana, reason: { code: "forwarded", from: aigul, on: "absent" }, offerMs: 20_000 },
      { ...step, afterMs: 20_000, rung: "queue", reason: { code: "nobody_ready" } },
    ],
  } as unknown as WhatIf;
  expect(rehearsedSteps(answer).map((each) => [each.afterMs, each.text, each.outcome, each.lastsMs])).toEqual([
    [0, { key: "passed_responsible", params: { name: "Айгуль" } }, null, null],
    [0, { key: "forwarded", params: { name: "Дана", from: "Айгуль" } }, "would_ring", 20_000],
    [20_000, { key: "decided", params: {} }, null, null],
  ]);
});
