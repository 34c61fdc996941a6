import type { Principal } from "@kommutator/contract/access";
import {
  LEAD_MINUTES,
  NOTIFICATION_EVENTS,
  type NotificationChannel,
  type Preferences,
  type PreferencesBody,
  QUIET_HOURS,
} from "@kommutator/contract/api/notification";
import { AppError } from "@kommutator/contract/errors";
import type { z } from "zod";
import type { Crm } from "../context.ts";
import { defaultChannels, reachedByMail, reachedBySms } from "./notify.ts";
import type { Quiet } from "./quiet.ts";

/** What the principal is told of, how, and how long ahead: own choices over the house's. `available` leaves out what cannot reach the person. */
export async function readPreferences(crm: Crm, principal: Principal): Promise<Preferences> {
  const { sql } = crm;
  const chosen = await sql<{ event: string; channels: NotificationChannel[]; leadMinutes: number | null }[]>`
    SELECT event, channels, lead_minutes AS "leadMinutes" FROM notification_pref WHERE employee_id = ${principal.employeeId}`;
  const [quiet] = await sql<Quiet[]>`
    SELECT enabled, to_char(from_time, 'HH24:MI') AS "from", to_char(to_time, 'HH24:MI') AS "to" FROM notification_quiet WHERE employee_id = ${principal.employeeId}`;
  const [person] = await sql<
    { mail: boolean; sms: boolean }[]
  >`SELECT ${reachedByMail(sql)} AS mail, ${reachedBySms(sql)} AS sms FROM employee e WHERE e.id = ${principal.employeeId}`;
  const reachable = person?.mail ?? false;
  return {
    events: NOTIFICATION_EVENTS.map((event) => {
      const own = chosen.find((c) => c.event === event);
      return { event, channels: own?.channels ?? defaultChannels(event, reachable), leadMinutes: own?.leadMinutes ?? LEAD_MINUTES[event] ?? null };
    }),
    quiet: quiet ?? { ...QUIET_HOURS },
    available: ["app", ...(reachable ? (["email"] as const) : []), ...(person?.sms === true ? (["sms"] as const) : [])],
  };
}

/** Keeps choices; events that are not named stay as they were. Throws validation for a lead of an event that is not told ahead. */
export async function writePreferences(crm: Crm, principal: Principal, body: z.infer<typeof PreferencesBody>): Promise<void> {
  const early = body.events.filter((e) => e.leadMinutes !== null && LEAD_MINUTES[e.event] === undefined);
  if (early.length > 0) throw new AppError("validation", { fields: Object.fromEntries(early.map((e) => [e.event, "no_lead"])) });
  await crm.sql.begin(async (tx) => {
    for (const { event, channels, leadMinutes } of body.events)
      await tx`
        INSERT INTO notification_pref (employee_id, event, channels, lead_minutes) VALUES (${principal.employeeId}, ${event}, ${[...new Set(channels)]}, ${leadMinutes})
        ON CONFLICT (employee_id, event) DO UPDATE SET channels = excluded.channels, lead_minutes = excluded.lead_minutes`;
    if (body.quiet !== undefined) {
      const { enabled, from, to } = body.quiet;
      await tx`
        INSERT INTO notification_quiet (employee_id, enabled, from_time, to_time) VALUES (${principal.employeeId}, ${enabled}, ${from}, ${to})
        ON CONFLICT (employee_id) DO UPDATE SET enabled = excluded.enabled, from_time = excluded.from_time, to_time = excluded.to_time`;
    }
  });
}
