import { z } from "zod";
import { EmployeeRef, Id, IsoTime, NamedRef } from "./common.ts";
import { InterestFlag, InterestLight, StageTimer } from "./interest.ts";

/**
 * The board of one kind (IN-10). GET /interests/board BoardQuery -> Board · GET /interests/board/cards BoardCardsQuery -> BoardCards
 * Cards are moved by POST /interests/:id/stage, through the same checks as everywhere.
 */
const BoardFilter = z.object({ kindId: Id, responsibleId: Id.optional(), flag: InterestFlag.optional(), q: z.string().max(200).optional() });
export const BoardQuery = BoardFilter;
/** Cards that changed, after a live event. Those that are asked for and do not come are no longer on this board. */
export const BoardCardsQuery = BoardFilter.extend({
  ids: z
    .string()
    .max(4000)
    .transform((text) => text.split(","))
    .pipe(z.array(Id).min(1).max(100)),
});
export const BoardCard = z.object({
  id: Id,
  number: z.number().int(),
  title: z.string(),
  stageId: Id,
  party: z.string().nullable(),
  responsible: EmployeeRef.nullable(),
  amount: z.number().nullable(),
  currency: z.string().nullable(),
  nextStepAt: IsoTime.nullable(),
  flags: z.array(InterestFlag),
  onHoldUntil: z.string().nullable(),
  timer: StageTimer.omit({ at: true, enteredAt: true }),
  light: InterestLight,
  /** May this person move it? */
  movable: z.boolean(),
  version: z.number().int(),
});
export type BoardCard = z.infer<typeof BoardCard>;
const Sums = z.array(z.object({ currency: z.string(), amount: z.number() }));
export const BoardColumn = NamedRef.extend({
  plannedSeconds: z.number().nullable(),
  instruction: z.string().nullable(),
  /** Of all that match, also when more match than cards are sent. */
  count: z.number().int(),
  sums: Sums,
});
export type BoardColumn = z.infer<typeof BoardColumn>;
export const Board = z.object({ kind: NamedRef.extend({ processMode: z.string() }), columns: z.array(BoardColumn), cards: z.array(BoardCard), at: IsoTime });
export type Board = z.infer<typeof Board>;
export const BoardCards = z.object({ columns: z.array(BoardColumn), cards: z.array(BoardCard) });
export type BoardCards = z.infer<typeof BoardCards>;
