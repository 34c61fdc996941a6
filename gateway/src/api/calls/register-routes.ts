import { CallDifferences, CallExportQuery, CallPage, CallQuery, DifferencesQuery } from "@kommutator/contract/api/calls-register";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import { writeAudit } from "@kommutator/crm-core/audit/write";
import { sendRows } from "@kommutator/crm-core/export/send";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { compareDay } from "./differences.ts";
import { type After, readRegister, readTotals } from "./register.ts";
import { registerRows } from "./register-rows.ts";
import { settleOwners } from "./settle.ts";

/** How long an import is waited for: ingest takes the events in their order. */
const IMPORT_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** The register of calls with its export (CC-19), and its comparison with the telephone system's own records. */
export function registerRoutes(deps: ApiDeps): FastifyPluginAsync {
  const { sql } = deps;
  const now = () => deps.clock.now();

  /** Whole days of a whole channel are for those who see all calls. */
  function requireAll(request: FastifyRequest, action: "read" | "edit"): void {
    if (requireScope(request, "call", action).scope !== "all") throw new AppError("forbidden");
  }

  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/calls", { schema: { querystring: CallQuery, response: { 200: CallPage } } }, async (request) => {
      const { principal } = requireScope(request, "call", "read");
      const { cursor, limit, ...filter } = request.query;
      await settleOwners(sql);
      const [rows, totals] = await Promise.all([
        readRegister(sql, principal, filter, { after: decode(cursor), limit }, now()),
        readTotals(sql, principal, filter),
      ]);
      const items = rows.slice(0, limit);
      const last = rows.length > limit ? items.at(-1) : undefined;
      return { items, totals, nextCursor: last === undefined ? null : Buffer.from(`${last.after.at} ${last.after.id}`).toString("base64url") };
    });

    app.get("/calls/export", { schema: { querystring: CallExportQuery, response: { 200: z.any() } } }, async (request, reply) => {
      const { principal } = requireScope(request, "call", "export");
      requireScope(request, "call", "read");
      await sql.begin((tx) =>
        writeAudit(tx, actorOf(request), { objectKind: "employee", objectId: principal.employeeId, action: "export-calls", changes: { ...request.query } }),
      );
      const { format, ...filter } = request.query;
      return sendRows(reply, `calls-${new Date(now()).toISOString().slice(0, 10)}`, format, registerRows(sql, principal, filter, format, now()));
    });

    app.get("/calls/differences", { schema: { querystring: DifferencesQuery, response: { 200: CallDifferences } } }, async (request) => {
      requireAll(request, "read");
      return (await compareDay(deps, request.query.channelId, request.query.day)).report;
    });
    app.post("/calls/differences/repair", { schema: { body: DifferencesQuery, response: { 200: CallDifferences } } }, async (request) => {
      requireAll(request, "edit");
      const { channelId, day } = request.body;
      const { missing, report } = await compareDay(deps, channelId, day);
      if (missing.length === 0) return report;
      await sql.begin((tx) =>
        writeAudit(tx, actorOf(request), {
          objectKind: "channel",
          objectId: channelId,
          action: "import-calls",
          changes: { day, callKeys: missing.map((m) => m.callKey) },
        }),
      );
      for (const event of missing) await deps.rawEvents.report(channelId, event);
      deps.wakeIngest?.();
      const until = performance.now() + IMPORT_WITHIN_MS;
      for (;;) {
        const after = (await compareDay(deps, channelId, day)).report;
        if (after.missing.length === 0 || performance.now() > until) return after;
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    });
  };
}

function decode(cursor: string | undefined): After | null {
  if (cursor === undefined) return null;
  const found = /^(\d{4}-\d\d-\d\d [0-9:.+-]+) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (found === null) throw new AppError("validation", { fields: { cursor: "invalid" } });
  return { at: found[1] as string, id: found[2] as string };
}
