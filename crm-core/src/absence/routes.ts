import { scopeOf } from "@kommutator/contract/access";
import {
  AbsenceBody,
  AbsencePatch,
  AbsenceQuery,
  AbsenceView,
  Handover,
  PersonalSubstitute,
  SubstituteBody,
  TakeBackBody,
} from "@kommutator/contract/api/absence";
import { IdParams } from "@kommutator/contract/api/common";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { change } from "../change.ts";
import type { Crm, Query } from "../context.ts";
import { found, visible } from "../rights.ts";
import { cancelAbsence, changeAbsence, enterAbsence, returnEarly } from "./change.ts";
import { takeBack } from "./delegate.ts";
import { lockAbsence, readAbsences, readHandover } from "./sql.ts";

/** Absences, the handing over and back of work, and personal substitutes (AD-07, B8). */
export function absenceRoutes(crm: Crm): FastifyPluginAsync {
  const { sql } = crm;
  const view = async (tx: Query, id: Id): Promise<AbsenceView> => found((await readAbsences(tx, null, { id }))[0]);

  /** The employee is oneself, or inside the scope of `employee <action>`; others do not exist. */
  async function requireEmployee(tx: Query, request: FastifyRequest, employeeId: Id, action: "read" | "assign"): Promise<void> {
    const principal = principalOf(request);
    if (employeeId === principal.employeeId) return;
    const scope = scopeOf(principal, "employee", action);
    const rows = await tx`SELECT 1 FROM employee e WHERE e.id = ${employeeId} AND e.state <> 'dismissed' AND ${visible(tx, principal, scope, "e.id")}`;
    if (rows.length === 0) throw new AppError("not_found");
  }

  const substituteOf = async (tx: Query, employeeId: Id) => {
    const [row] = await tx<{ substitute: { id: Id; name: string } | null }[]>`
      SELECT CASE WHEN s.id IS NOT NULL THEN jsonb_build_object('id', s.id, 'name', s.full_name) END AS substitute FROM employee e LEFT JOIN employee s ON s.id = e.substitute_id WHERE e.id = ${employeeId}`;
    return found(row);
  };

  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const edit = (request: FastifyRequest, id: Id, work: (tx: Tx, absence: NonNullable<Awaited<ReturnType<typeof lockAbsence>>>) => Promise<void>) =>
      change(crm, actorOf(request), async (tx) => {
        await work(tx, found(await lockAbsence(tx, principalOf(request), id, "assign")));
        return view(tx, id);
      });

    app.get("/absences", { schema: { querystring: AbsenceQuery, response: { 200: z.array(AbsenceView) } } }, async (request) => {
      const { employeeId, from, to, limit } = request.query;
      const range = { from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) };
      return readAbsences(sql, principalOf(request), { employeeId, ...range, limit });
    });
    app.post("/absences", { schema: { body: AbsenceBody, response: { 201: AbsenceView } } }, async (request, reply) => {
      const { body } = request;
      const made = await change(crm, actorOf(request), async (tx) => {
        await requireEmployee(tx, request, body.employeeId, "assign");
        // That somebody did not come is said by whoever heads them.
        if (body.kind === "unplanned" && scopeOf(principalOf(request), "employee", "assign") === null) throw new AppError("forbidden");
        return view(tx, await enterAbsence(crm, tx, actorOf(request), body));
      });
      return reply.code(201).send(made);
    });
    app.patch("/absences/:id", { schema: { params: IdParams, body: AbsencePatch, response: { 200: AbsenceView } } }, async (request) =>
      edit(request, request.params.id, (tx, absence) => changeAbsence(crm, tx, actorOf(request), absence, request.body)),
    );
    app.post("/absences/:id/return", { schema: { params: IdParams, response: { 200: AbsenceView } } }, async (request) =>
      edit(request, request.params.id, (tx, absence) => returnEarly(crm, tx, actorOf(request), absence)),
    );
    app.post("/absences/:id/cancel", { schema: { params: IdParams, response: { 200: AbsenceView } } }, async (request) =>
      edit(request, request.params.id, (tx, absence) => cancelAbsence(crm, tx, actorOf(request), absence)),
    );

    app.get("/absences/:id/handover", { schema: { params: IdParams, response: { 200: Handover } } }, async (request) => {
      const [absence] = await readAbsences(sql, principalOf(request), { id: request.params.id });
      return readHandover(sql, found(absence));
    });
    app.post("/absences/:id/take-back", { schema: { params: IdParams, body: TakeBackBody, response: { 200: Handover } } }, async (request) =>
      change(crm, actorOf(request), async (tx) => {
        const absence = found(await lockAbsence(tx, principalOf(request), request.params.id, "assign"));
        if (absence.state !== "returning") throw new AppError("in_use", { state: absence.state });
        await takeBack(crm, tx, actorOf(request), absence, request.body.take, request.body.keep);
        return readHandover(tx, await view(tx, absence.id));
      }),
    );

    app.get("/employees/:id/substitute", { schema: { params: IdParams, response: { 200: PersonalSubstitute } } }, async (request) => {
      await requireEmployee(sql, request, request.params.id, "read");
      return substituteOf(sql, request.params.id);
    });
    app.put("/employees/:id/substitute", { schema: { params: IdParams, body: SubstituteBody, response: { 200: PersonalSubstitute } } }, async (request) =>
      change(crm, actorOf(request), async (tx) => {
        const { id } = request.params;
        const { substituteId } = request.body;
        await requireEmployee(tx, request, id, "assign");
        if (substituteId === id) throw new AppError("validation", { fields: { substituteId: "oneself" } });
        const [before] = await tx<{ substitute_id: Id | null }[]>`SELECT substitute_id FROM employee WHERE id = ${id} FOR UPDATE`;
        if (substituteId !== null && (await tx`SELECT 1 FROM employee WHERE id = ${substituteId} AND state = 'active'`).length === 0)
          throw new AppError("validation", { fields: { substituteId: "unknown" } });
        await tx`UPDATE employee SET substitute_id = ${substituteId} WHERE id = ${id}`;
        await crm.audit(tx, actorOf(request), {
          objectKind: "employee",
          objectId: id,
          action: "substitute",
          changes: { substitute_id: [before?.substitute_id ?? null, substituteId] },
        });
        return substituteOf(tx, id);
      }),
    );
  };
}
