import type { InterestFlag } from "@kommutator/contract/api/interest";
import type { Id } from "@kommutator/contract/ids";
import { isOpen, localDate } from "@kommutator/contract/working-time";
import { actingOf } from "../absence/acting.ts";
import { loadCalendars } from "../calendar.ts";
import { type Crm, systemActor } from "../context.ts";
import { notify } from "../notification/notify.ts";
import { emitInterest } from "./emit.ts";
import { headOf, judgeInterests } from "./judge.ts";

const BATCH = 200;

/**
 * Late and stuck Interests (IN-09): at their moment, once a night all of them, and every working morning one digest for each responsible (of
 * one who is away: for whoever acts for them); the head hears of those that stay late. Running it twice or late is harmless.
 */
export async function watchInterests(crm: Crm): Promise<void> {
  await beginNight(crm);
  while (await judgeDue(crm));
  await remind(crm);
  await tellHeads(crm);
}

/** The first run of a local day looks at every open Interest again: calendars and usual durations may have changed. */
async function beginNight(crm: Crm): Promise<void> {
  const now = crm.clock.now();
  const day = localDate(now, (await crm.company(crm.sql)).tz);
  await crm.sql.begin(async (tx) => {
    const begun = await tx`UPDATE interest_watch SET judged_on = ${day} WHERE judged_on IS DISTINCT FROM ${day} RETURNING 1`;
    if (begun.length > 0) await tx`UPDATE interest SET judge_at = ${new Date(now)} WHERE status = 'open' AND (judge_at IS NULL OR judge_at > ${new Date(now)})`;
  });
}

async function judgeDue(crm: Crm): Promise<boolean> {
  const now = new Date(crm.clock.now());
  return crm.sql.begin(async (tx) => {
    const due = await tx<{ id: Id; held: boolean; on_hold_until: unknown }[]>`
      SELECT i.id, i.on_hold_until, i.on_hold_until IS NOT NULL AND NOT EXISTS (SELECT 1 FROM interest_hold o WHERE o.interest_id = i.id AND o.during @> ${now}::timestamptz) AS held
      FROM interest i WHERE i.status = 'open' AND i.judge_at <= ${now} ORDER BY i.judge_at, i.id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
    if (due.length === 0) return false;
    // Its day has come: the timer has been going on since this morning.
    for (const { id, on_hold_until } of due.filter((d) => d.held)) {
      await tx`UPDATE interest SET on_hold_until = NULL, version = version + 1 WHERE id = ${id}`;
      await crm.audit(tx, systemActor("interest-watch"), {
        objectKind: "interest",
        objectId: id,
        action: "hold-end",
        changes: { on_hold_until: [on_hold_until, null] },
      });
      await emitInterest(crm, tx, id, "open");
    }
    await judgeInterests(
      crm,
      tx,
      due.map((d) => d.id),
    );
    return due.length === BATCH;
  });
}

interface Standing {
  id: Id;
  flag: InterestFlag;
  interest_id: Id;
  number: number;
  title: string;
  /** The responsible, or whoever acts for one who is away. */
  told_id: Id;
  calendar_id: Id;
  told_on: string | null;
}

/** One digest for each responsible and flag in the morning of a working day, of what still stands from before; at most once a day. */
async function remind(crm: Crm): Promise<void> {
  const now = crm.clock.now();
  await crm.sql.begin(async (tx) => {
    const rows = await tx<Standing[]>`
      SELECT f.id, f.flag, f.interest_id, i.number, i.title, e.id AS told_id, e.calendar_id, f.told_on::text AS told_on
      FROM interest_flag f JOIN interest i ON i.id = f.interest_id JOIN employee e ON e.id = coalesce(${actingOf(tx, "interest", tx`i.id`, tx`i.responsible_id`)}, i.responsible_id)
      WHERE f.cleared_at IS NULL AND (f.told_on IS NULL OR f.told_on < ${localDate(now + 86_400_000, "UTC")}) ORDER BY f.raised_at, f.id FOR UPDATE OF f SKIP LOCKED`;
    const calendars = await loadCalendars(
      tx,
      rows.map((r) => r.calendar_id),
    );
    const groups = new Map<string, { day: string; items: Standing[] }>();
    for (const row of rows) {
      const calendar = calendars.get(row.calendar_id);
      if (calendar === undefined || !isOpen(now, calendar)) continue;
      const day = localDate(now, calendar.tz);
      if (row.told_on !== null && row.told_on >= day) continue;
      const key = `${row.told_id} ${row.flag}`;
      const group = groups.get(key) ?? { day, items: [] };
      group.items.push(row);
      groups.set(key, group);
    }
    for (const { day, items } of groups.values()) {
      const [first] = items as [Standing];
      await notify(tx, crm, {
        employeeId: first.told_id,
        event: `interest.${first.flag}`,
        object: "interest",
        objectId: first.interest_id,
        key: `digest:${day}`,
        payload: { title: items.length === 1 ? `№${first.number} ${first.title}` : items.map((i) => `№${i.number}`).join(", "), count: items.length },
      });
      await tx`UPDATE interest_flag SET told_on = ${day} WHERE id = ANY(${items.map((i) => i.id)}::uuid[])`;
    }
  });
}

/** The head is told once of a flag that stands for the days of its kind's setting. */
async function tellHeads(crm: Crm): Promise<void> {
  const now = new Date(crm.clock.now());
  await crm.sql.begin(async (tx) => {
    const rows = await tx<{ id: Id; flag: InterestFlag; interest_id: Id; number: number; title: string; head_id: Id | null; raised_at: Date }[]>`
      SELECT f.id, f.flag, f.interest_id, i.number, i.title, ${headOf(tx, "i")} AS head_id, f.raised_at FROM interest_flag f JOIN interest i ON i.id = f.interest_id JOIN interest_kind k ON k.id = i.kind_id
      WHERE f.cleared_at IS NULL AND f.head_told_at IS NULL AND f.raised_at <= ${now}::timestamptz - k.head_after_days * interval '1 day' ORDER BY f.id FOR UPDATE OF f SKIP LOCKED`;
    for (const r of rows) {
      if (r.head_id !== null)
        await notify(tx, crm, {
          employeeId: r.head_id,
          event: `interest.${r.flag}`,
          object: "interest",
          objectId: r.interest_id,
          key: `head:${r.id}`,
          payload: { title: `№${r.number} ${r.title}`, at: r.raised_at.toISOString() },
        });
      await tx`UPDATE interest_flag SET head_told_at = ${now} WHERE id = ${r.id}`;
    }
  });
}
