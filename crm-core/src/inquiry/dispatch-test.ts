import { scopeOf } from "@kommutator/contract/access";
import { DispatchTestBody, DispatchTestResult } from "@kommutator/contract/api/dispatch-test";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { requireScope } from "@kommutator/contract/http";
import type { Identification } from "@kommutator/contract/identity";
import type { Id, Medium } from "@kommutator/contract/ids";
import { normaliseIdentity } from "@kommutator/contract/phone";
import { isOpen } from "@kommutator/contract/working-time";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { takenUpBy } from "../absence/during.ts";
import { loadCalendars } from "../calendar.ts";
import type { Crm } from "../context.ts";
import { createIdentify } from "../identify/index.ts";
import { dueAt } from "../load/rules.ts";
import { candidatesFor } from "./candidates.ts";
import { targetOf } from "./dispatch.ts";
import { firstRule } from "./rule-match.ts";
import { readRules } from "./rule-sql.ts";
import { readPurpose } from "./sql.ts";

/** Carries the answer out of the transaction that is rolled back. */
class Undone extends Error {
  readonly result: DispatchTestResult;
  constructor(result: DispatchTestResult) {
    super("rolled back on purpose");
    this.result = result;
  }
}

/** POST /dispatch-test (RG-08): the real identification and the real rules, in a transaction that is rolled back. */
export function dispatchTestRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    plain
      .withTypeProvider<ZodTypeProvider>()
      .post("/dispatch-test", { schema: { body: DispatchTestBody, response: { 200: DispatchTestResult } } }, async (request) => {
        const { principal } = requireScope(request, "channel", "read");
        // It tells whose any number is: for whoever may see every card anyway.
        if (scopeOf(principal, "customer", "read") !== "all" || scopeOf(principal, "lead", "read") !== "all") throw new AppError("forbidden");
        try {
          return await crm.sql.begin(async (tx): Promise<never> => {
            throw new Undone(await foresee(crm, tx, request.body));
          });
        } catch (error) {
          if (error instanceof Undone) return error.result;
          throw error;
        }
      });
  };
}

interface Facts {
  kind: string;
  queue_id: Id;
  queue: string;
  calendar_id: Id | null;
  sla_s: number;
  purpose: { id: Id; name: string } | null;
  source: { id: Id; name: string } | null;
}

async function foresee(crm: Crm, tx: Tx, ask: z.infer<typeof DispatchTestBody>): Promise<DispatchTestResult> {
  const [channel] = await tx<Facts[]>`
    SELECT c.kind, q.id AS queue_id, q.name AS queue, q.calendar_id, coalesce(u.sla_s, q.message_sla_s, 900) AS sla_s,
           CASE WHEN u.id IS NOT NULL THEN jsonb_build_object('id', u.id, 'name', u.name) END AS purpose, CASE WHEN s.id IS NOT NULL THEN jsonb_build_object('id', s.id, 'name', s.name) END AS source
    FROM channel c JOIN queue q ON q.id = c.queue_id LEFT JOIN inquiry_purpose u ON u.id = c.purpose_id AND u.archived_at IS NULL LEFT JOIN lead_source s ON s.id = c.source_id
    WHERE c.id = ${ask.channelId} AND c.archived_at IS NULL`;
  if (channel === undefined) throw new AppError("not_found");
  const at = ask.at === undefined ? crm.clock.now() : Date.parse(ask.at);
  // Absences, substitutes and "talked within 90 days" are those of that moment.
  const then = { ...crm, clock: { now: () => at } };
  const from = { kind: ask.kind, value: ask.value };
  const who = await createIdentify(then).identify(tx, from, { channelId: ask.channelId, createLead: false, verifiedHow: null });
  const { medium, origin } = formOf(channel.kind);
  const calendar = channel.calendar_id === null ? undefined : (await loadCalendars(tx, [channel.calendar_id])).get(channel.calendar_id);
  const [members] = await tx<{ n: number }[]>`
    SELECT count(*)::int AS n FROM queue_member m JOIN employee e ON e.id = m.employee_id AND e.state = 'active' WHERE m.queue_id = ${channel.queue_id} AND ${medium} = ANY(m.media)`;
  const name = await names(tx, who);
  const blocked = who.result === "blocked";
  return {
    value: normaliseIdentity(from, (await crm.company(tx)).country).value,
    result: who.result,
    name: who.name,
    customer: who.customerId === null ? null : { id: who.customerId, name: name(who.customerId) },
    contactId: who.contactId,
    leadId: who.leadId,
    candidates: who.candidates,
    makesLead: who.result === "new",
    ...(blocked ? { rules: [], outcome: null } : await ruled(then, tx, ask, who, channel.queue_id)),
    inquiry: blocked ? null : { origin, purpose: channel.purpose, source: channel.source, dueAt: dueAt(at, channel.sla_s, calendar).toISOString() },
    responsible:
      who.responsible === null ? null : { employee: { id: who.responsible.employeeId, name: name(who.responsible.employeeId) }, why: who.responsible.why },
    substitute: who.substituteId === null ? null : { id: who.substituteId, name: name(who.substituteId) },
    queue: { id: channel.queue_id, name: channel.queue, members: members?.n ?? 0, open: calendar === undefined || isOpen(at, calendar) },
  };
}

/** Which rule would act, and how: the same rules, the same choice of an Interest. */
async function ruled(
  crm: Crm,
  tx: Tx,
  ask: z.infer<typeof DispatchTestBody>,
  who: Identification,
  queueId: Id,
): Promise<Pick<DispatchTestResult, "rules" | "outcome">> {
  const rules = await readRules(tx);
  const { value } = normaliseIdentity({ kind: ask.kind, value: ask.value }, (await crm.company(tx)).country);
  const { rule, tried } = firstRule(rules, { channelId: ask.channelId, sender: value, identity: who.result, text: ask.text });
  const verdicts = tried.map((t) => ({ id: t.id, name: rules.find((r) => r.id === t.id)?.name ?? "", applies: t.verdict === "applies", why: t.verdict }));
  if (rule === null) return { rules: verdicts, outcome: null };
  const person = { customerId: who.customerId, contactId: who.contactId, leadId: who.leadId };
  const purpose = rule.purposeId === null ? null : await readPurpose(tx, rule.purposeId);
  const chosen = rule.employeeId !== null || rule.queueId !== null || purpose === null;
  const by = rule.action === "reject" || rule.action === "suggest" || chosen ? null : await targetOf(crm, tx, purpose, person, null);
  const own = purpose?.queue_id ?? queueId;
  const meant = rule.action === "reject" || rule.action === "suggest" ? null : chosen ? rule : (by ?? { employeeId: null, queueId: own });
  // Of a matter meant for somebody absent the tester tells who has it instead.
  const target =
    rule.action === "assign" && meant !== null && meant.employeeId !== null ? await takenUpBy(tx, meant.employeeId, own, new Date(crm.clock.now())) : meant;
  const [called] = await tx<{ employee: { id: Id; name: string } | null; queue: { id: Id; name: string } | null }[]>`
    SELECT (SELECT jsonb_build_object('id', id, 'name', full_name) FROM employee WHERE id = ${target?.employeeId ?? null}::uuid) AS employee, (SELECT jsonb_build_object('id', id, 'name', name) FROM queue WHERE id = ${target?.queueId ?? null}::uuid) AS queue`;
  const fits =
    rule.action !== "create_interest"
      ? null
      : (await candidatesFor(crm, tx, { dialogId: null, person, purposeId: rule.purposeId, text: ask.text })).filter((c) => !c.recentlyLost);
  // Nobody to hang an Interest on (a withheld number), or several: a human decides.
  const nobody = who.result !== "new" && (person.customerId ?? person.leadId) === null;
  // A new one needs somebody to be responsible for it.
  const interest = fits === null ? null : fits.length > 1 || nobody ? "human" : fits.length === 1 ? "attach" : target?.employeeId == null ? "human" : "create";
  const [attachTo] =
    interest === "attach"
      ? await tx<{ id: Id; number: number; title: string }[]>`SELECT id, number, title FROM interest WHERE id = ${fits?.[0]?.id as Id}`
      : [];
  return {
    rules: verdicts,
    outcome: {
      action: rule.action,
      purpose: purpose === null ? null : { id: purpose.id, name: purpose.name },
      employee: called?.employee ?? null,
      queue: called?.queue ?? null,
      reason: rule.reason,
      interest,
      attachTo: attachTo ?? null,
    },
  };
}

/** Medium and inquiry of what comes by a kind of channel. */
function formOf(kind: string): { medium: Medium; origin: string } {
  if (kind === "asterisk-ari") return { medium: "voice", origin: "call" };
  if (kind === "web-form") return { medium: "mail", origin: "form" };
  if (kind === "email") return { medium: "mail", origin: "email" };
  return { medium: kind === "web-chat" ? "chat" : "message", origin: "message" };
}

/** Names of the customer and the employees that identification found. */
async function names(tx: Tx, who: Identification): Promise<(id: Id) => string> {
  const ids = [who.customerId, who.responsible?.employeeId, who.substituteId].filter((id) => id != null);
  const rows = await tx<{ id: Id; name: string }[]>`
    SELECT id, name FROM customer WHERE id = ANY(${ids}::uuid[]) UNION ALL SELECT id, full_name FROM employee WHERE id = ANY(${ids}::uuid[])`;
  const known = new Map(rows.map((r) => [r.id, r.name]));
  return (id) => known.get(id) ?? "";
}
