import type { DialogEvent } from "@kommutator/contract/dialog-event";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ownership } from "../dialogs/visibility.ts";
import { Recent } from "./recent.ts";

const KEEP = 60;
const event = (position: number, dialogId: string | null): DialogEvent => ({
  id: position,
  position,
  at: 0,
  kind: "dialog.closed",
  dialogId,
  payload: { by: null, reason: "agent" },
});
const next = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A stream of which the first `stamped` events have been told; every event changes its dialog once, some changes are ahead of the telling. */
function stream(dialogs: (string | null)[]) {
  const events = dialogs.map((id, i) => event(i + 1, id));
  let changed = 0;
  let reads = 0;
  const version = (id: string, upTo: number) => events.filter((e) => e.dialogId === id && e.position <= upTo).length;
  // Its owner tells the version: every change gives the dialog to another one.
  const row = (id: string): Ownership & { id: string } => ({
    id,
    assignee_id: null,
    offer_employee_id: null,
    owner_id: String(version(id, changed)),
    owner_department_id: null,
    vq_id: "queue",
    vq_department_id: null,
    inquirer_ids: [],
  });
  const recent = new Recent({
    keep: KEEP,
    readEvents: async (from, limit) => {
      reads++;
      await next();
      return events.slice(from, from + limit);
    },
    readRows: async (ids) => {
      const rows = ids.map(row);
      await next();
      return rows;
    },
  });
  return {
    events,
    recent,
    row,
    version,
    change: (upTo: number) => {
      changed = Math.max(changed, upTo);
    },
    reads: () => reads,
  };
}

describe("the recent stretch of the stream", () => {
  test("gives what the stream holds, wherever one was, while more comes in; and no dialog as it was before its last event", async () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 40 }), withRows: fc.boolean(), ahead: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ back: fc.integer({ min: 0, max: 300 }), limit: fc.integer({ min: 1, max: 90 }) }),
    );
    const dialog = fc.option(fc.constantFrom("a", "b", "c", "d", "e"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(dialog, { minLength: 400, maxLength: 400 }),
        fc.integer({ min: 0, max: 100 }),
        fc.array(step, { maxLength: 40 }),
        async (dialogs, begin, steps) => {
          const { events, recent, row, version, change } = stream(dialogs);
          let told = begin;
          change(begin);
          recent.begin(begin);
          const asked: Promise<void>[] = [];
          for (const s of steps) {
            if ("add" in s) {
              const upTo = Math.min(events.length, told + s.add);
              change(Math.min(events.length, upTo + s.ahead));
              const fresh = events.slice(told, upTo);
              recent.add(fresh, s.withRows ? new Map(fresh.flatMap((e) => (e.dialogId === null ? [] : [[e.dialogId, row(e.dialogId)] as const]))) : null);
              told = upTo;
              await next();
            } else {
              const from = Math.max(0, told - s.back);
              const at = told;
              asked.push(
                (async () => {
                  const got = await recent.since(from, s.limit);
                  // What came in meanwhile may be there too.
                  const least = events.slice(from, Math.min(at, from + s.limit));
                  expect(got.map((e) => e.position).slice(0, least.length)).toEqual(least.map((e) => e.position));
                  expect(got.map((e) => e.position)).toEqual(got.map((_, i) => from + 1 + i));
                  await recent.load(got.flatMap((e) => e.dialogId ?? []));
                  for (const id of ["a", "b", "c", "d", "e"]) {
                    const known = recent.whose(id);
                    if (known) expect(Number(known.owner_id)).toBeGreaterThanOrEqual(version(id, told));
                  }
                })(),
              );
            }
          }
          await Promise.all(asked);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("five hundred who come back to a house that has just started read what they missed once", async () => {
    const { recent, reads, events } = stream(Array.from({ length: 50 }, (_, i) => `d${i % 7}`));
    recent.begin(50);
    const got = await Promise.all(Array.from({ length: 500 }, () => recent.since(10, 100)));
    for (const each of got) expect(each).toEqual(events.slice(10));
    expect(reads()).toBe(1);
  });
});
