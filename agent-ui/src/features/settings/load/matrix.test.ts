import { expect, test } from "vitest";
import { cellKey, changedCells, contested, type Draft, inherited, pointsOf } from "./matrix.ts";

const [call, sms, offer, contract] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
const base = {
  version: 3,
  cells: [
    { typeId: call, stageId: null, points: 5 },
    { typeId: call, stageId: offer, points: 10 },
  ],
};
const draft = (typed: Draft["typed"]): Draft => ({ base, typed });

test("points are written as people write them, with a comma or a point; an empty cell has none", () => {
  expect([" 7,5 ", "7.5", "0", "", " "].map(pointsOf)).toEqual([7.5, 7.5, 0, null, null]);
  for (const text of ["-1", "a", "7,555", "10000", "1e3e", "Infinity"]) expect(pointsOf(text), text).toBeUndefined();
});

test("an empty cell shows what it inherits: any stage's points, as they are being typed, and one point where that is empty too", () => {
  expect([inherited(draft({}), call, contract), inherited(draft({}), sms, contract), inherited(draft({}), call, null)]).toEqual([5, 1, 1]);
  expect(inherited(draft({ [cellKey(call, null)]: "6,5" }), call, contract)).toBe(6.5);
  expect(inherited(draft({ [cellKey(call, null)]: "" }), call, contract)).toBe(1);
});

test("only what differs is sent, an emptied cell as such; nothing while something typed are no points", () => {
  const typed = { [cellKey(call, offer)]: "", [cellKey(call, null)]: "5", [cellKey(sms, contract)]: "2" };
  expect(changedCells(draft(typed))).toEqual([
    { typeId: call, stageId: offer, points: null },
    { typeId: sms, stageId: contract, points: 2 },
  ]);
  expect(changedCells(draft({ ...typed, [cellKey(sms, null)]: "many" }))).toBeNull();
});

test("after a conflict only cells that both changed, and differently, are contested", () => {
  const current = {
    version: 4,
    cells: [
      { typeId: call, stageId: null, points: 4 },
      { typeId: call, stageId: offer, points: 12 },
      { typeId: sms, stageId: offer, points: 2 },
    ],
  };
  const typed = { [cellKey(call, null)]: "4", [cellKey(call, offer)]: "11", [cellKey(call, contract)]: "7" };
  expect([...contested(draft(typed), current)]).toEqual([[cellKey(call, offer), 12]]);
});
