import type { CallDifferences } from "@kommutator/contract/api/calls-register";
import { type CallReconstructed, ChannelError } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { startOfDay } from "@kommutator/contract/working-time";
import type { z } from "zod";
import { cleanKey } from "../../inbound/clean.ts";
import type { ChannelSupervisor } from "../../ports.ts";

type Differences = z.infer<typeof CallDifferences>;

/** Times of two clocks and two ways of reckoning count as equal within this. */
const TOLERANCE_MS = 2_000;
/** How far beyond midnight a call's other side is looked for. */
const MARGIN_MS = 300_000;

interface Registered {
  id: Id;
  dialog_id: Id;
  external_id: string;
  direction: "in" | "out";
  from_number: string | null;
  to_number: string | null;
  started_at: Date;
  answered_at: Date | null;
  ended_at: Date;
}

export interface Compared {
  report: Differences;
  /** The events that would import what is missing. */
  missing: CallReconstructed[];
}

/**
 * One day of a telephone channel, in the company's zone: its own records against the register (CC-19). Incoming and outgoing calls that are over; a call
 * is one on both sides by its key, whichever day each side puts it on. Throws not_found, unsupported (a channel without records), channel_down.
 */
export async function compareDay(deps: { sql: Db; supervisor: ChannelSupervisor }, channelId: Id, day: string): Promise<Compared> {
  const { sql } = deps;
  const [channel] = await sql<{ id: Id; name: string; tz: string }[]>`
    SELECT id, name, coalesce((SELECT tz FROM company), 'UTC') AS tz FROM channel WHERE id = ${channelId} AND archived_at IS NULL`;
  if (channel === undefined) throw new AppError("not_found");
  const from = startOfDay(day, channel.tz);
  const to = startOfDay(new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10), channel.tz);
  const records = (await recordsOf(deps.supervisor, channelId, from - MARGIN_MS, to + MARGIN_MS)).map((r) => ({ ...r, callKey: cleanKey(r.callKey) }));
  const pbx = records.filter((r) => r.startedAt >= from && r.startedAt < to);
  const rows = await sql<Registered[]>`
    SELECT id, dialog_id, external_id, direction, coalesce(from_norm, from_raw) AS from_number, coalesce(to_norm, to_raw) AS to_number, started_at,
      CASE WHEN disposition = 'answered' THEN answered_at END AS answered_at, ended_at
    FROM call WHERE channel_id = ${channelId} AND direction <> 'internal' AND ended_at IS NOT NULL
      AND ((started_at >= ${new Date(from)} AND started_at < ${new Date(to)}) OR external_id = ANY(${pbx.map((r) => r.callKey)}::text[])) ORDER BY started_at, id`;
  const registered = new Map(rows.map((r) => [r.external_id, r]));
  const recorded = new Map(records.map((r) => [r.callKey, r]));
  const ofDay = rows.filter((r) => pbx.some((p) => p.callKey === r.external_id) || !recorded.has(r.external_id));
  const missing = pbx.filter((r) => !registered.has(r.callKey));
  const extra = ofDay.filter((r) => !recorded.has(r.external_id));
  const differing = pbx.flatMap((r) => {
    const ours = registered.get(r.callKey);
    if (ours === undefined || agree(r, ours)) return [];
    return [{ callKey: r.callKey, callId: ours.id, dialogId: ours.dialog_id, pbx: sideOf(r), register: ourSide(ours) }];
  });
  const size = Math.max(pbx.length, ofDay.length);
  return {
    missing,
    report: {
      channel: { id: channel.id, name: channel.name },
      day,
      pbx: totals(pbx.map((r) => ({ answered: r.answeredAt, ended: r.endedAt }))),
      register: totals(ofDay.map((r) => ({ answered: r.answered_at?.getTime() ?? null, ended: r.ended_at.getTime() }))),
      missing: missing.map((r) => ({ callKey: r.callKey, ...sideOf(r) })),
      extra: extra.map((r) => ({ callKey: r.external_id, callId: r.id, dialogId: r.dialog_id, ...ourSide(r) })),
      differing,
      share: size === 0 ? 0 : (missing.length + extra.length + differing.length) / size,
    },
  };
}

async function recordsOf(supervisor: ChannelSupervisor, channelId: Id, from: number, to: number): Promise<CallReconstructed[]> {
  try {
    return await supervisor.perform(channelId, "call.records", { from, to });
  } catch (error) {
    if (error instanceof ChannelError) throw new AppError(error.code === "unsupported" ? "unsupported" : "channel_down", { reason: error.message });
    throw error;
  }
}

function agree(theirs: CallReconstructed, ours: Registered): boolean {
  const near = (a: number | null, b: Date | null) => (a === null || b === null ? a === null && b === null : Math.abs(a - b.getTime()) <= TOLERANCE_MS);
  return near(theirs.answeredAt, ours.answered_at) && near(theirs.endedAt, ours.ended_at);
}

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

function sideOf(r: CallReconstructed) {
  return {
    direction: r.direction,
    startedAt: iso(r.startedAt) as string,
    answeredAt: iso(r.answeredAt),
    endedAt: iso(r.endedAt),
    from: r.from.value,
    to: r.to,
  };
}

function ourSide(r: Registered) {
  return {
    direction: r.direction,
    startedAt: r.started_at.toISOString(),
    answeredAt: r.answered_at?.toISOString() ?? null,
    endedAt: r.ended_at.toISOString(),
    from: r.from_number,
    to: r.to_number ?? "",
  };
}

function totals(calls: { answered: number | null; ended: number }[]): Differences["pbx"] {
  const talked = calls.flatMap((c) => (c.answered === null ? [] : [Math.max(0, c.ended - c.answered)]));
  return { calls: calls.length, answered: talked.length, talkMs: Math.round(talked.reduce((sum, ms) => sum + ms, 0)) };
}
