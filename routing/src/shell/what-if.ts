import type { Principal } from "@kommutator/contract/access";
import type { WhatIf, WhatIfBody } from "@kommutator/contract/api/routing-explain";
import type { ChannelKind, RawIdentity } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Identification } from "@kommutator/contract/identity";
import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import type { Identify } from "@kommutator/contract/ports";
import { requirementsOf, type SkillFacts, VIP_PRIORITY } from "@kommutator/contract/requirements";
import type { Requirement } from "@kommutator/contract/routing-input";
import { readQueues } from "./queues.ts";
import { copyOfMemory, type Rehearsal, rehearse } from "./rehearse.ts";

export interface WhatIfDeps {
  sql: Db;
  now: () => EpochMs;
  /** The CRM's identification; whatever it writes is rolled back. Without it everybody is new. */
  identify: Identify["identify"] | undefined;
}

/**
 * What would happen if this number or address came now, or at `at`: the real identification, the router's memory as the tables have it, and
 * its own core on that copy. Nothing is written, on no node. Throws not_found for a queue that the principal may not edit.
 */
export async function whatIf(deps: WhatIfDeps, principal: Principal, body: WhatIfBody): Promise<WhatIf> {
  const { sql } = deps;
  const at = body.at === undefined ? deps.now() : Date.parse(body.at);
  const { queueId, medium, channelId, lineId, language } = await destination(sql, body);
  const [queue] = await readQueues(sql, principal, "edit", queueId);
  if (queue === undefined) throw new AppError("not_found");
  const from = callerOf(body);
  const who = from === null ? nobody() : await lookUp(deps, from, channelId ?? queueId, at);
  const requires = requirementsOf(await skillFacts(sql, queueId), queueId, who.language ?? language);
  const priority = who.isVip ? VIP_PRIORITY : 0;
  const state = await copyOfMemory(sql, at);
  const ahead = [...state.entries.values()].filter(
    (e) => e.queueId === queueId && e.medium === medium && e.enqueuedAt - e.priority * queue.priorityStepS * 1000 <= at - priority * queue.priorityStepS * 1000,
  ).length;
  const played = rehearse(
    state,
    {
      channelId: channelId ?? "",
      lineId,
      medium,
      queueId,
      priority,
      identity: who.result,
      responsible: who.responsible,
      substituteId: who.substituteId,
      person: null,
      number: medium === "voice" ? (from?.value ?? null) : null,
      requires,
    },
    at,
  );
  return describe(sql, { at, medium, queue, who, priority, requires, ahead, played });
}

interface OwnLine {
  id: Id;
  number: string;
  country: string | null;
  queueId: Id | null;
}

/** Where it would come in: the dialled line's queue, else the channel's; or the queue named. Throws not_found. */
async function destination(
  sql: Db,
  body: WhatIfBody,
): Promise<{ queueId: Id; medium: Medium; channelId: Id | null; lineId: Id | null; language: string | null }> {
  if (body.channelId === undefined) return { queueId: body.queueId as Id, medium: body.medium ?? "voice", channelId: null, lineId: null, language: null };
  const [row] = await sql<{ kind: ChannelKind; queue_id: Id; language: string | null; country: string | null; lines: OwnLine[] | null }[]>`
    SELECT c.kind, c.queue_id, nullif(c.config->>'language', '') AS language, (SELECT country FROM company) AS country,
      (SELECT json_agg(json_build_object('id', id, 'number', number, 'country', country, 'queueId', queue_id)) FROM line WHERE channel_id = c.id AND archived_at IS NULL) AS lines
    FROM channel c WHERE c.id = ${body.channelId} AND c.archived_at IS NULL`;
  if (row === undefined) throw new AppError("not_found");
  const { line = "" } = body;
  const read = (country: string | null) => normaliseValue("phone", line, country ?? "", true);
  const home = read(row.country);
  const dialled = row.lines?.find((own) => own.number === line || own.number === home) ?? row.lines?.find((own) => own.number === read(own.country));
  const medium = body.medium ?? mediumOf(row.kind);
  return { queueId: dialled?.queueId ?? row.queue_id, medium, channelId: body.channelId, lineId: dialled?.id ?? null, language: row.language };
}

function mediumOf(kind: ChannelKind): Medium {
  if (kind === "asterisk-ari") return "voice";
  if (kind === "email" || kind === "web-form") return "mail";
  return kind === "web-chat" ? "chat" : "message";
}

function callerOf(body: WhatIfBody): RawIdentity | null {
  if (body.email !== undefined && body.email !== "") return { kind: "email", value: body.email };
  if (body.number !== undefined && body.number !== "") return { kind: "phone", value: body.number };
  return null;
}

/** Carries the answer out of a transaction that is rolled back. */
class Answer extends Error {
  readonly found: Identification;
  constructor(found: Identification) {
    super("rolled back");
    this.found = found;
  }
}

async function lookUp({ sql, identify }: WhatIfDeps, from: RawIdentity, channelId: Id, at: EpochMs): Promise<Identification> {
  if (identify === undefined) return { ...nobody(), result: "new", name: from.value ?? "" };
  try {
    return await sql.begin(async (tx): Promise<Identification> => {
      throw new Answer(await identify(tx, from, { channelId, createLead: false, verifiedHow: null, at }));
    });
  } catch (error) {
    if (error instanceof Answer) return error.found;
    throw error;
  }
}

function nobody(): Identification {
  return {
    result: "hidden",
    contactPointId: null,
    customerId: null,
    contactId: null,
    leadId: null,
    name: "",
    isVip: false,
    responsible: null,
    substituteId: null,
    interestId: null,
    candidates: [],
  };
}

/** What ingest knows of skills when a dialog comes. */
async function skillFacts(sql: Db, queueId: Id): Promise<SkillFacts> {
  const [ofQueues, languages] = await Promise.all([
    sql<
      SkillFacts["ofQueues"]
    >`SELECT queue_id AS "queueId", skill_id AS "skillId", level, relax_s AS "relaxS" FROM queue_skill WHERE queue_id = ${queueId} ORDER BY skill_id`,
    sql<SkillFacts["languages"]>`SELECT id, name FROM skill WHERE language AND archived_at IS NULL ORDER BY name`,
  ]);
  return { ofQueues: [...ofQueues], languages: [...languages] };
}

interface Found {
  at: EpochMs;
  medium: Medium;
  queue: { id: Id; name: string };
  who: Identification;
  priority: number;
  requires: Requirement[];
  ahead: number;
  played: Rehearsal;
}

/** Names for every id. */
async function describe(sql: Db, f: Found): Promise<WhatIf> {
  const { played, who } = f;
  const people = new Set<Id>([who.responsible?.employeeId, who.substituteId].filter((id) => id != null));
  for (const { decision: d } of played.steps)
    for (const id of [d.chosenId, d.reason.from ?? null, ...d.best.map((b) => b.employeeId)]) if (id !== null) people.add(id);
  const [employees, queues, skills] = await Promise.all([
    sql<{ id: Id; name: string }[]>`SELECT id, full_name AS name FROM employee WHERE id = ANY(${[...people]}::uuid[])`,
    sql<{ id: Id; name: string }[]>`SELECT id, name FROM queue WHERE id = ANY(${[...new Set(played.steps.map((s) => s.queueId))]}::uuid[])`,
    sql<{ id: Id; name: string }[]>`SELECT id, name FROM skill WHERE id = ANY(${f.requires.map((r) => r.skillId)}::uuid[])`,
  ]);
  const named = (rows: readonly { id: Id; name: string }[], id: Id) => ({ id, name: rows.find((r) => r.id === id)?.name ?? "" });
  return {
    at: new Date(f.at).toISOString(),
    medium: f.medium,
    queue: { id: f.queue.id, name: f.queue.name },
    who: {
      result: who.result,
      name: who.name,
      customerId: who.customerId,
      leadId: who.leadId,
      isVip: who.isVip,
      responsible: who.responsible === null ? null : { employee: named(employees, who.responsible.employeeId), why: who.responsible.why },
      substitute: who.substituteId === null ? null : named(employees, who.substituteId),
    },
    priority: f.priority,
    requires: f.requires.map((r) => ({ skill: named(skills, r.skillId), level: r.level, relaxMs: r.relaxMs })),
    ahead: f.ahead,
    steps: played.steps.map(({ decision: d, queueId, offerMs }) => ({
      afterMs: d.at - f.at,
      queue: named(queues, queueId),
      rung: d.rung,
      chosen: d.chosenId === null ? null : named(employees, d.chosenId),
      reason: {
        code: d.reason.code,
        ...(d.reason.load === undefined ? {} : { load: d.reason.load }),
        ...(d.reason.from === undefined ? {} : { from: named(employees, d.reason.from) }),
        ...(d.reason.on === undefined ? {} : { on: d.reason.on }),
      },
      best: d.best.map((b) => ({ employee: named(employees, b.employeeId), load: b.load })),
      refusals: d.refusals,
      offerMs,
    })),
    end: endOf(f),
  };
}

/** What it comes to: the last order that decides the caller's fate, else waiting. */
function endOf({ played, at }: Found): WhatIf["end"] {
  const afterMs = played.at - at;
  const redirect = played.orders.find((o) => o.kind === "redirect");
  if (redirect?.kind === "redirect") return { kind: "redirected", number: redirect.number, afterMs };
  if (played.callback !== null) return { kind: "callback", number: played.callback, afterMs };
  const said = played.orders.flatMap((o) => (o.kind === "announce" ? [o.say.what] : []));
  if (said.includes("emergency")) return { kind: "announcement", number: null, afterMs };
  const codes = played.steps.map((s) => s.decision.reason.code);
  if (said.includes("closed") || (!played.waits && (codes.includes("out_of_hours") || codes.includes("emergency"))))
    return { kind: "closed", number: null, afterMs };
  if (played.orders.some((o) => o.kind === "fallback")) return { kind: "fallback", number: null, afterMs };
  if (played.orders.some((o) => o.kind === "acknowledge")) return { kind: "acknowledged", number: null, afterMs };
  return { kind: "waits", number: null, afterMs };
}
