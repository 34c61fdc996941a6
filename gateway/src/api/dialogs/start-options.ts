import type { Principal } from "@kommutator/contract/access";
import type { CannotWrite, StartOption, StartQuery } from "@kommutator/contract/api/dialogs";
import type { ChannelKind, IdentityKind } from "@kommutator/contract/channel";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import { objectionsTo, pointsToWriteTo, type WritablePoint } from "@kommutator/crm-core/contact-point/writable";
import type { z } from "zod";
import { type ChannelAbilities, knownAbilities } from "../../inbound/abilities.ts";
import { cannotWrite } from "../../outbound/limits.ts";
import { startsNewThread } from "../../outbound/start-dialog.ts";
import { readAddressee } from "../../outbound/thread-facts.ts";
import type { ApiDeps } from "../deps.ts";
import { fileLimits } from "./rules.ts";

/** Whom a kind of channel can reach; what a channel says itself in `limits.startKinds` goes before it. Calls and forms reach nobody in writing. */
const REACHES: Partial<Record<ChannelKind, IdentityKind[]>> = {
  email: ["email"],
  "sms-smpp": ["phone"],
  "sms-http": ["phone"],
  telegram: ["telegram"],
  viber: ["viber"],
  vk: ["vk"],
  "web-chat": ["site_visitor"],
};

type Point = Pick<WritablePoint, "kind" | "scope" | "value" | "raw" | "name" | "doNotContact" | "bouncedAt"> & { contactPointId: Id | null };

interface StartChannel {
  id: Id;
  name: string;
  kind: ChannelKind;
  abilities: ChannelAbilities | null;
}

/** By which channels the person of a card, or a typed number or address, can be written to first, and why not. */
export async function startOptions(deps: ApiDeps, principal: Principal, query: z.infer<typeof StartQuery>): Promise<StartOption[]> {
  const { sql } = deps;
  const points = await pointsOf(deps, principal, query);
  const rows = await sql<{ id: Id; name: string; kind: ChannelKind }[]>`
    SELECT id, name, kind FROM channel WHERE enabled AND archived_at IS NULL ORDER BY name, id`;
  const channels = await Promise.all(rows.map(async (row) => ({ ...row, abilities: await knownAbilities(deps.supervisor, sql, row.id) })));
  const options = points.flatMap((point) =>
    channels.filter((c) => reaches(c, point) && (point.scope === "" || point.scope === c.id)).map((channel) => describe(deps, channel, point)),
  );
  const made = await Promise.all(options);
  // What works stands first; a messenger in which the person has never written is said, but last.
  return made.sort((a, b) => Number(a.reason !== null) - Number(b.reason !== null));
}

/** The point that a new dialog goes to, when this principal may see its card; `null`: a typed number or address. */
export async function pointToWriteTo(deps: ApiDeps, principal: Principal, to: { contactPointId?: Id | undefined; to?: string | undefined }): Promise<Point> {
  if ((to.contactPointId === undefined) === (to.to === undefined)) throw new AppError("validation", { fields: { to: "one of contactPointId and to" } });
  const [point] = to.to !== undefined ? await typed(deps, to.to) : await pointsToWriteTo(deps.sql, principal, { contactPointId: to.contactPointId as Id });
  if (point === undefined) throw new AppError("not_found");
  return point;
}

async function pointsOf(deps: ApiDeps, principal: Principal, query: z.infer<typeof StartQuery>): Promise<Point[]> {
  const { customerId, contactId, leadId, to } = query;
  const given = [customerId, contactId, leadId, to].filter((v) => v !== undefined).length;
  if (given !== 1) throw new AppError("validation", { fields: { to: "one of customerId, contactId, leadId and to" } });
  if (to !== undefined) return typed(deps, to);
  if (customerId !== undefined) return pointsToWriteTo(deps.sql, principal, { customerId });
  if (contactId !== undefined) return pointsToWriteTo(deps.sql, principal, { contactId });
  return pointsToWriteTo(deps.sql, principal, { leadId: leadId as Id });
}

/** A number or an e-mail address as somebody typed it. Whose it is stays unsaid; that its owner wants no letters holds for everybody. */
async function typed(deps: ApiDeps, text: string): Promise<Point[]> {
  const kind = text.includes("@") ? "email" : "phone";
  const [company] = await deps.sql<{ country: string }[]>`SELECT country FROM company`;
  const value = normaliseValue(kind, text, company?.country ?? "");
  if (value === null || value.startsWith("short:")) throw new AppError("validation", { fields: { to: "invalid" } });
  return [{ contactPointId: null, kind, scope: "", value, raw: text, name: value, ...(await objectionsTo(deps.sql, kind, value)) }];
}

/** Whether such a channel can reach such a point at all. */
export function reaches(channel: { kind: ChannelKind; abilities: ChannelAbilities | null }, point: { kind: string }): boolean {
  const kinds = channel.abilities?.limits.startKinds ?? REACHES[channel.kind] ?? [];
  return kinds.some((k) => k === point.kind);
}

async function describe(deps: ApiDeps, channel: StartChannel, point: Point): Promise<StartOption> {
  const { abilities } = channel;
  const threadKey = startsNewThread(channel.kind) ? null : point.value;
  const who = { channelId: channel.id, threadKey: threadKey ?? "", identityKind: point.kind, identityValue: point.value };
  const now = deps.clock.now();
  const [thread, dialogs] = await Promise.all([
    readAddressee(deps.sql, who, now),
    deps.sql<{ id: Id }[]>`SELECT id FROM dialog WHERE channel_id = ${channel.id} AND thread_key = ${threadKey} AND closed_at IS NULL`,
  ]);
  const reason: CannotWrite | null = refusalOf(point) ?? (abilities === null ? "channel_down" : cannotWrite(abilities, thread, now));
  return {
    channelId: channel.id,
    channelName: channel.name,
    channelKind: channel.kind,
    contactPointId: point.contactPointId,
    identityKind: point.kind,
    value: point.value,
    name: point.name,
    reason,
    dialogId: dialogs[0]?.id ?? null,
    textLength: abilities?.limits.textLength ?? 0,
    segments: abilities?.limits.segments ?? false,
    ...(abilities === null ? { attachmentBytes: 0, attachments: null, captionLength: null } : fileLimits(abilities.limits)),
  };
}

/** What the card itself says against writing. */
export function refusalOf(point: Pick<Point, "doNotContact" | "bouncedAt">): CannotWrite | null {
  if (point.doNotContact) return "do_not_contact";
  return point.bouncedAt === null ? null : "unreachable";
}
