import type { Board, BoardCard } from "@kommutator/contract/api/interest-board";
import { expect, test } from "vitest";
import { byColumn, mergeCards, moveCard, neighbour, stateOf, windowOf } from "./state.ts";

const NOW = Date.parse("2026-03-11T10:00:00Z");
const card = (id: string, stageId: string, o: Partial<BoardCard> = {}): BoardCard => ({
  id,
  number: 1,
  title: id,
  stageId,
  party: null,
  responsible: null,
  amount: 100,
  currency: "KZT",
  nextStepAt: null,
  flags: [],
  onHoldUntil: null,
  light: { colour: "green", reasons: [] },
  timer: { plannedSeconds: 3600, spentSeconds: 0, state: "on_time", soonAt: "2026-03-11T11:00:00Z", dueAt: "2026-03-11T12:00:00Z" },
  movable: true,
  version: 0,
  ...o,
});
const column = (id: string, count: number) => ({
  id,
  name: id,
  plannedSeconds: null,
  instruction: null,
  count,
  sums: [{ currency: "KZT", amount: count * 100 }],
});
const board: Board = {
  kind: { id: "k", name: "Sale", processMode: "typical" },
  columns: [column("a", 2), column("b", 0), column("c", 1)],
  cards: [card("1", "a"), card("2", "a"), card("3", "c")],
  at: "2026-03-11T10:00:00Z",
};

test("a card turns amber and red by the clock of the page, without the server; on hold it is grey, stuck is worst", () => {
  const after = (hours: number, o: Partial<BoardCard> = {}) => stateOf(card("1", "a", o), NOW + hours * 3_600_000);
  expect([after(0), after(1), after(2), after(2.1)]).toEqual(["on_time", "due_soon", "due_soon", "late"]);
  expect(after(9, { onHoldUntil: "2026-04-01" })).toBe("hold");
  expect(after(0, { flags: ["late", "stuck"] })).toBe("stuck");
  expect(after(9, { timer: { plannedSeconds: null, spentSeconds: 9, state: "none", soonAt: null, dueAt: null } })).toBe("none");
});

test("a dropped card takes its count and sum along; back again everything is as it was", () => {
  const moved = moveCard(board, "1", "b");
  expect(moved.columns.map((c) => [c.count, c.sums[0]?.amount])).toEqual([
    [1, 100],
    [1, 100],
    [1, 100],
  ]);
  expect(
    byColumn(moved)
      .get("b")
      ?.map((c) => c.id),
  ).toEqual(["1"]);
  expect(moveCard(moved, "1", "a").columns).toEqual(board.columns);
  expect(moveCard(board, "1", "a")).toBe(board);
});

test("live changes: in place where it stayed, last where it moved, gone where it was closed, and never backwards", () => {
  const fresh = { columns: board.columns, cards: [card("1", "c", { version: 2 }), card("9", "b")] };
  const merged = mergeCards(board, ["1", "2", "9"], fresh);
  expect(merged.cards.map((c) => [c.id, c.stageId])).toEqual([
    ["3", "c"],
    ["1", "c"],
    ["9", "b"],
  ]);
  const newer = { ...board, cards: [card("1", "a", { version: 5 })] };
  expect(mergeCards(newer, ["1"], { columns: board.columns, cards: [card("1", "a", { version: 4 })] }).cards[0]?.version).toBe(5);
});

test("arrows go through a column and over empty ones", () => {
  const cards = byColumn(board);
  const from = board.cards[1] as BoardCard;
  expect(neighbour(board.columns, cards, from, "up")?.id).toBe("1");
  expect(neighbour(board.columns, cards, from, "down")).toBeNull();
  expect(neighbour(board.columns, cards, from, "right")?.id).toBe("3");
  expect(neighbour(board.columns, cards, from, "left")).toBeNull();
});

test("of a thousand cards those in sight are drawn", () => {
  expect(windowOf(0, 600, 100, 1000)).toEqual({ from: 0, to: 10 });
  expect(windowOf(50_000, 600, 100, 1000)).toEqual({ from: 496, to: 510 });
  expect(windowOf(99_500, 600, 100, 1000).to).toBe(1000);
});
