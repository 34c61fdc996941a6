import {
  CalendarBody,
  CalendarPatch,
  CalendarView,
  DepartmentBody,
  DepartmentPastView,
  DepartmentPatch,
  DepartmentView,
  EmployeeBody,
  EmployeePatch,
  EmployeeView,
  Measure,
  MeasureBody,
  MembershipView,
  PasswordBody,
} from "@kommutator/contract/api/admin";
import { SessionView } from "@kommutator/contract/api/auth";
import { IdParams } from "@kommutator/contract/api/common";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { CrmDeps } from "../deps.ts";
import { archiveCalendar, changeCalendar, createCalendar, measure, readCalendars } from "./calendar.ts";
import { archiveDepartment, changeDepartment, createDepartment, readDepartments } from "./department.ts";
import { changeEmployee, createEmployee, dismissEmployee, endSessions, resetSecondFactor, sessionsOf, setPassword } from "./employee.ts";
import { readEmployees } from "./employee-sql.ts";
import { membershipsOf, pastOf } from "./history.ts";

/** Employees, departments and calendars (AD-04, AD-08). */
export function organisationRoutes(deps: CrmDeps): FastifyPluginAsync {
  const { sql } = deps;
  const who = (request: FastifyRequest, object: "employee" | "department" | "calendar", action: "create" | "read" | "edit" | "delete") => ({
    principal: requireScope(request, object, action).principal,
    actor: actorOf(request),
  });
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/employees", { schema: { response: { 200: z.array(EmployeeView) } } }, async (request) =>
      readEmployees(sql, who(request, "employee", "read").principal, "read"),
    );
    app.get("/employees/:id", { schema: { params: IdParams, response: { 200: EmployeeView } } }, async (request) => {
      const [view] = await readEmployees(sql, who(request, "employee", "read").principal, "read", request.params.id);
      if (view === undefined) throw new AppError("not_found");
      return view;
    });
    app.post("/employees", { schema: { body: EmployeeBody, response: { 201: EmployeeView } } }, async (request, reply) =>
      reply.code(201).send(await createEmployee(deps, who(request, "employee", "create"), request.body)),
    );
    app.patch("/employees/:id", { schema: { params: IdParams, body: EmployeePatch, response: { 200: EmployeeView } } }, async (request) =>
      changeEmployee(deps, who(request, "employee", "edit"), request.params.id, request.body),
    );
    app.post("/employees/:id/password", { schema: { params: IdParams, body: PasswordBody, response: { 204: z.null() } } }, async (request, reply) => {
      await setPassword(deps, who(request, "employee", "edit"), request.params.id, request.body.password);
      return reply.code(204).send(null);
    });
    app.post("/employees/:id/dismiss", { schema: { params: IdParams, response: { 200: EmployeeView } } }, async (request) =>
      dismissEmployee(deps, who(request, "employee", "edit"), request.params.id),
    );

    app.get("/employees/:id/sessions", { schema: { params: IdParams, response: { 200: z.array(SessionView) } } }, async (request) =>
      sessionsOf(deps, who(request, "employee", "edit"), request.params.id),
    );
    app.delete("/employees/:id/sessions", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      await endSessions(deps, who(request, "employee", "edit"), request.params.id);
      return reply.code(204).send(null);
    });
    app.delete("/employees/:id/second-factor", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      await resetSecondFactor(deps, who(request, "employee", "edit"), request.params.id);
      return reply.code(204).send(null);
    });

    app.get("/departments", { schema: { response: { 200: z.array(DepartmentView) } } }, async (request) =>
      readDepartments(sql, who(request, "department", "read").principal, "read"),
    );
    app.post("/departments", { schema: { body: DepartmentBody, response: { 201: DepartmentView } } }, async (request, reply) =>
      reply.code(201).send(await createDepartment(deps, who(request, "department", "create"), request.body)),
    );
    app.patch("/departments/:id", { schema: { params: IdParams, body: DepartmentPatch, response: { 200: DepartmentView } } }, async (request) =>
      changeDepartment(deps, who(request, "department", "edit"), request.params.id, request.body),
    );

    app.delete("/departments/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      await archiveDepartment(deps, who(request, "department", "delete"), request.params.id);
      return reply.code(204).send(null);
    });
    app.get("/departments/:id/history", { schema: { params: IdParams, response: { 200: z.array(DepartmentPastView) } } }, async (request) =>
      pastOf(sql, who(request, "department", "read").principal, request.params.id),
    );
    app.get("/employees/:id/departments", { schema: { params: IdParams, response: { 200: z.array(MembershipView) } } }, async (request) =>
      membershipsOf(sql, who(request, "employee", "read").principal, request.params.id),
    );

    app.get("/calendars", { schema: { response: { 200: z.array(CalendarView) } } }, async (request) => {
      who(request, "calendar", "read");
      return readCalendars(sql);
    });
    app.post("/calendars", { schema: { body: CalendarBody, response: { 201: CalendarView } } }, async (request, reply) =>
      reply.code(201).send(await createCalendar(deps, who(request, "calendar", "create").actor, request.body)),
    );
    app.patch("/calendars/:id", { schema: { params: IdParams, body: CalendarPatch, response: { 200: CalendarView } } }, async (request) =>
      changeCalendar(deps, who(request, "calendar", "edit").actor, request.params.id, request.body),
    );
    app.delete("/calendars/:id", { schema: { params: IdParams, response: { 204: z.null() } } }, async (request, reply) => {
      await archiveCalendar(deps, who(request, "calendar", "delete").actor, request.params.id);
      return reply.code(204).send(null);
    });
    app.post("/calendars/:id/measure", { schema: { params: IdParams, body: MeasureBody, response: { 200: Measure } } }, async (request) => {
      who(request, "calendar", "read");
      return measure(sql, request.params.id, request.body);
    });
  };
}
