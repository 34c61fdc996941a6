import { z } from "zod";
import { EmployeeRef, Id, IsoTime } from "./common.ts";
import { AgentState } from "./routing.ts";

/**
 * Who was in which state, when (CC-22): for time sheets, from the states as the router logged them.
 * GET /api/v1/presence-log?day=2026-03-02&departmentId=&employeeId=    PresenceLog; right `board read`, in its scope
 * A page of people in the order of their names: who serves a queue, or was there on that day of the company's zone.
 * As a file: GET /exports/presence-log, a row for each span of a state.
 */
export const PresenceLogQuery = z.object({
  /** Of the company's zone; today when left out. */
  day: z.iso.date().optional(),
  departmentId: Id.optional(),
  employeeId: Id.optional(),
  cursor: Id.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** From a moment of the day to another; `to` null: it goes on. Both lie within the day. */
export const PresenceSpan = z.object({
  state: AgentState,
  intent: z.enum(["available", "paused", "logged_out"]),
  reason: z.string().nullable(),
  from: IsoTime,
  to: IsoTime.nullable(),
  /** Until now, when it goes on. */
  seconds: z.number().int(),
});
export type PresenceSpan = z.infer<typeof PresenceSpan>;

export const PresenceDay = z.object({
  employee: EmployeeRef,
  departmentName: z.string(),
  /** Without the time offline before the first and after the last state of the day. */
  spans: z.array(PresenceSpan),
  /** Seconds in each state, `offline` between two others included. */
  totals: z.partialRecord(AgentState, z.number().int()),
  /** In any state but `offline`. */
  presentSeconds: z.number().int(),
});
export type PresenceDay = z.infer<typeof PresenceDay>;

export const PresenceLog = z.object({
  day: z.iso.date(),
  /** The day's first moment and the next day's; 23 to 25 hours apart. */
  from: IsoTime,
  to: IsoTime,
  /** When it was read: what goes on counts until then. */
  at: IsoTime,
  items: z.array(PresenceDay),
  nextCursor: z.string().nullable(),
});
export type PresenceLog = z.infer<typeof PresenceLog>;
