import type { Board, BoardCard, BoardCards, BoardColumn } from "@kommutator/contract/api/interest-board";

/** How a card stands at this moment, worst first; one colour each. */
type CardState = "hold" | "stuck" | "late" | "due_soon" | "on_time" | "none";

/** The server's judgement, carried on by the clock of the page: what becomes late meanwhile turns red by itself. */
export function stateOf(card: Pick<BoardCard, "flags" | "onHoldUntil" | "timer">, now: number): CardState {
  if (card.onHoldUntil !== null) return "hold";
  if (card.flags.includes("stuck")) return "stuck";
  const { state, dueAt, soonAt } = card.timer;
  if (state === "none") return "none";
  if (state === "late" || (dueAt !== null && Date.parse(dueAt) < now)) return "late";
  if (state === "due_soon" || (soonAt !== null && Date.parse(soonAt) <= now)) return "due_soon";
  return "on_time";
}

/** Working seconds until the plan of the stage is spent, below zero beyond it; null where nothing is planned. As of the server's answer. */
export function leftOf(timer: Pick<BoardCard["timer"], "plannedSeconds" | "spentSeconds">): number | null {
  return timer.plannedSeconds === null ? null : timer.plannedSeconds - timer.spentSeconds;
}

/** Cards by column, in the board's order. */
export function byColumn(board: Board): Map<string, BoardCard[]> {
  const columns = new Map<string, BoardCard[]>(board.columns.map((c) => [c.id, []]));
  for (const card of board.cards) columns.get(card.stageId)?.push(card);
  return columns;
}

/** The board as it looks when a card is dropped, before the server has said yes: the card, the counts and the sums move together. */
export function moveCard(board: Board, cardId: string, stageId: string): Board {
  const card = board.cards.find((c) => c.id === cardId);
  if (card === undefined || card.stageId === stageId) return board;
  const counted = (column: BoardColumn): BoardColumn => {
    const sign = column.id === stageId ? 1 : column.id === card.stageId ? -1 : 0;
    return sign === 0 ? column : { ...column, count: column.count + sign, sums: added(column.sums, card, sign) };
  };
  // It begins its stay there, so it stands last.
  const cards = [...board.cards.filter((c) => c.id !== cardId), { ...card, stageId }];
  return { ...board, columns: board.columns.map(counted), cards };
}

function added(sums: BoardColumn["sums"], card: BoardCard, sign: number): BoardColumn["sums"] {
  const { amount, currency } = card;
  if (amount === null || currency === null) return sums;
  const known = sums.find((s) => s.currency === currency);
  const next = { currency, amount: (known?.amount ?? 0) + sign * amount };
  return known === undefined ? [...sums, next] : sums.map((s) => (s === known ? next : s));
}

/** Fresh cards after live events: changed ones in place, moved ones last in their column, those that did not come back are gone. */
export function mergeCards(board: Board, asked: readonly string[], fresh: BoardCards): Board {
  const came = new Map(fresh.cards.map((c) => [c.id, c]));
  const gone = new Set(asked.filter((id) => !came.has(id)));
  const cards: BoardCard[] = [];
  for (const card of board.cards) {
    const now = came.get(card.id);
    if (gone.has(card.id)) continue;
    if (now === undefined) cards.push(card);
    else if (now.stageId === card.stageId) {
      // An answer that left earlier than the last one counts for nothing.
      cards.push(now.version >= card.version ? now : card);
      came.delete(card.id);
    }
  }
  return { ...board, columns: fresh.columns, cards: [...cards, ...came.values()] };
}

/** Where the keyboard goes from a card; null where there is nothing. */
export function neighbour(
  columns: readonly BoardColumn[],
  cards: Map<string, BoardCard[]>,
  from: BoardCard,
  key: "up" | "down" | "left" | "right",
): BoardCard | null {
  const own = cards.get(from.stageId) ?? [];
  const row = own.findIndex((c) => c.id === from.id);
  if (key === "up" || key === "down") return own[row + (key === "up" ? -1 : 1)] ?? null;
  const step = key === "left" ? -1 : 1;
  for (let at = columns.findIndex((c) => c.id === from.stageId) + step; at >= 0 && at < columns.length; at += step) {
    const list = cards.get(columns[at]?.id ?? "") ?? [];
    if (list.length > 0) return list[Math.min(row, list.length - 1)] ?? null;
  }
  return null;
}

/** The rows of a column that are drawn: those in sight and a few around them. */
export function windowOf(top: number, height: number, rowHeight: number, count: number): { from: number; to: number } {
  const around = 4;
  return { from: Math.max(0, Math.floor(top / rowHeight) - around), to: Math.min(count, Math.ceil((top + height) / rowHeight) + around) };
}
