import { expect, test } from "vitest";
import { type Candidate, quotedNumbers, rank } from "./rules.ts";

const now = new Date("2026-03-11T05:00:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
const interest = (id: string, number: number, kindId: string, o: Partial<Candidate> = {}): Candidate => ({
  id,
  number,
  kindId,
  contactId: "ivan",
  status: "open",
  lastActivityAt: daysAgo(3),
  closedAt: null,
  ...o,
});
const context = { kindId: "sale", contactId: "ivan", dialogInterestId: null, quoted: [], reopenDays: 60, now };

test("the example of B1: #17 scores 4+0+2+1 and is preselected, the repair does not suit", () => {
  const ranked = rank([interest("17", 17, "sale"), interest("9", 9, "service", { lastActivityAt: daysAgo(200) })], context);
  expect(ranked).toEqual([{ id: "17", score: 7, preselected: true, recentlyLost: false }]);
});

test("of several none is preselected; the dialog's own and a quoted number weigh three", () => {
  const ranked = rank([interest("a", 1, "sale", { contactId: null }), interest("b", 2, "sale", { contactId: null, lastActivityAt: daysAgo(40) })], {
    ...context,
    quoted: [2],
  });
  expect(ranked.map((r) => [r.id, r.score, r.preselected])).toEqual([
    ["b", 7, false],
    ["a", 5, false],
  ]);
  expect(rank([interest("a", 1, "sale")], { ...context, dialogInterestId: "a" })[0]?.score).toBe(10);
});

test("one lost within sixty days is offered last for reopening and never preselected; an older one is not", () => {
  const lost = (days: number) => interest("l", 3, "sale", { status: "lost", closedAt: daysAgo(days) });
  expect(rank([lost(60), interest("a", 1, "sale")], context).map((r) => [r.id, r.preselected, r.recentlyLost])).toEqual([
    ["a", true, false],
    ["l", false, true],
  ]);
  expect(rank([lost(61)], context)).toEqual([]);
  expect(rank([lost(61)], { ...context, reopenDays: 61 }).map((r) => r.id)).toEqual(["l"]);
});

test("quoted numbers are read from # and №", () => {
  expect(quotedNumbers("about #17 and № 9, not 5")).toEqual([17, 9]);
});
