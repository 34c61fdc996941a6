import type { Principal } from "@kommutator/contract/access";
import type { SetupCompany, SetupState } from "@kommutator/contract/api/auth";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { type Id, MEDIA } from "@kommutator/contract/ids";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import { writeAudit } from "../audit/write.ts";
import type { CrmDeps } from "../deps.ts";
import { SOURCES } from "./baseline.ts";
import { installAnswers } from "./canned.ts";
import { type Installed, installCatalogues } from "./install.ts";
import { installRoles } from "./roles-install.ts";
import { type Locale, t } from "./texts.ts";

const VERSION = "0.1.0";
const MAIN_QUEUE = t("Общая очередь", "Main queue", "Жалпы кезек", "Загальна черга");
const SITE_CHAT = t("Чат на сайте", "Site chat", "Сайттағы чат", "Чат на сайті");
const OFFICE_HOURS = t("Рабочая неделя", "Office hours", "Жұмыс аптасы", "Робочий тиждень");

export interface Foundation {
  locale: Locale;
  catalogues: Installed;
  roles: Record<string, Id>;
  rootDepartmentId: Id;
  alwaysCalendarId: Id;
  officeCalendarId: Id;
}

/** Does this house have a company yet? */
export async function setupState(sql: Db): Promise<z.infer<typeof SetupState>> {
  const [company] = await sql<{ name: string }[]>`SELECT name FROM company`;
  return { done: company !== undefined, companyName: company?.name ?? null, version: VERSION };
}

/** The company row, once for ever (setup_done otherwise), its catalogues and role names in the administrator's language, its calendars. */
export async function layFoundation(tx: Tx, principal: Principal, body: z.infer<typeof SetupCompany>, isSample: boolean): Promise<Foundation> {
  const [made] = await tx`
    INSERT INTO company (name, tz, country, currency, is_sample) VALUES (${body.companyName}, ${body.timezone}, ${body.country}, ${body.currency}, ${isSample})
    ON CONFLICT DO NOTHING RETURNING 1`;
  if (made === undefined) throw new AppError("setup_done");
  const [admin] = await tx<
    { locale: Locale; department_id: Id; calendar_id: Id }[]
  >`SELECT locale, department_id, calendar_id FROM employee WHERE id = ${principal.employeeId}`;
  if (admin === undefined) throw new AppError("unauthenticated");
  const { locale } = admin;
  await tx`UPDATE department SET name = ${body.companyName}, version = version + 1 WHERE id = ${admin.department_id}`;
  await tx`UPDATE working_calendar SET tz = ${body.timezone}, version = version + 1 WHERE id = ${admin.calendar_id}`;
  const week = Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((day) => [day, [["09:00", "18:00"]]]));
  const [office] = await tx<{ id: Id }[]>`
    INSERT INTO working_calendar (name, tz, week) VALUES (${OFFICE_HOURS[locale]}, ${body.timezone}, ${tx.json(week)}) RETURNING id`;
  await installAnswers(tx, locale, principal.employeeId);
  return {
    locale,
    roles: await installRoles(tx, locale),
    catalogues: await installCatalogues(tx, locale),
    rootDepartmentId: admin.department_id,
    alwaysCalendarId: admin.calendar_id,
    officeCalendarId: (office as { id: Id }).id,
  };
}

/** One queue with its members, the chat of the site, and what else the environment configures. Their tables belong to others: they make them. */
export async function openChannels(
  deps: CrmDeps,
  tx: Tx,
  base: Foundation,
  queue: { departmentId: Id | null; memberIds: Id[] },
): Promise<{ queueId: Id; chatId: Id; channelIds: Id[] }> {
  const { createQueue, createChannel, configuredChannels } = deps.hooks ?? {};
  if (createQueue === undefined || createChannel === undefined) throw new Error("set-up was composed without createQueue and createChannel");
  const queueId = await createQueue(tx, {
    name: MAIN_QUEUE[base.locale],
    departmentId: queue.departmentId,
    calendarId: base.alwaysCalendarId,
    members: queue.memberIds.map((employeeId) => ({ employeeId, media: [...MEDIA], weight: 1 })),
  });
  const { purposes, sources } = base.catalogues;
  const chatId = await createChannel(tx, {
    kind: "web-chat",
    name: SITE_CHAT[base.locale],
    queueId,
    purposeId: purposes["buy"] ?? null,
    sourceId: sources["site"] ?? null,
    config: {},
  });
  const channelIds = [chatId];
  for (const channel of configuredChannels?.() ?? []) {
    const source = SOURCES.find((s) => s.channelKind === channel.kind)?.code;
    const sourceId = (source === undefined ? undefined : sources[source]) ?? null;
    channelIds.push(await createChannel(tx, { ...channel, queueId, purposeId: purposes["buy"] ?? null, sourceId }));
  }
  return { queueId, chatId, channelIds };
}

/** "Set up my company": an empty house with everything that the first call or chat needs. */
export async function setupCompany(deps: CrmDeps, who: { principal: Principal; actor: Actor }, body: z.infer<typeof SetupCompany>): Promise<void> {
  try {
    new Intl.DateTimeFormat("en", { timeZone: body.timezone });
  } catch {
    throw new AppError("validation", { fields: { timezone: "unknown" } });
  }
  const channelIds = await deps.sql.begin(async (tx) => {
    const base = await layFoundation(tx, who.principal, body, false);
    const { queueId, channelIds } = await openChannels(deps, tx, base, { departmentId: base.rootDepartmentId, memberIds: [who.principal.employeeId] });
    await writeAudit(tx, who.actor, { objectKind: "company", objectId: base.rootDepartmentId, action: "create", changes: body });
    const at = deps.clock.now();
    await deps.enqueue(tx, [
      { kind: "facts.changed", what: "employee", id: who.principal.employeeId, at },
      { kind: "facts.changed", what: "calendar", id: base.alwaysCalendarId, at },
      { kind: "facts.changed", what: "queue", id: queueId, at },
    ]);
    return channelIds;
  });
  deps.hooks?.onAccessChanged?.(null);
  await deps.hooks?.onChannelsCreated?.(channelIds);
}
