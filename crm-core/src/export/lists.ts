import type { Principal } from "@kommutator/contract/access";
import { type AccessObject, SCOPES, type Scope, scopeOf } from "@kommutator/contract/access";
import { EXPORTS, type ExportList } from "@kommutator/contract/api/export";
import type { LossReport, StageTimes } from "@kommutator/contract/api/interest";
import type { PresenceLog } from "@kommutator/contract/api/presence-log";
import { AppError } from "@kommutator/contract/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { z } from "zod";

interface ListPage {
  items: unknown[];
  nextCursor: string | null;
}
/** Rows of a list, page after page. */
export type ReadPage = (request: FastifyRequest, principal: Principal, query: Record<string, unknown>) => Promise<ListPage>;

/** A page as most lists have it, and the most that is asked of one at a time. */
const PAGE = 200;
/** Of lists that are read whole. */
const WHOLE = 10_000;
interface Source {
  /** The list's own route, if it is not called as its file is. */
  path?: string;
  /** How many rows are asked for at a time. */
  limit?: number;
  /** Where the answer has its rows, if it is neither a page nor a plain list. */
  rows?: (answer: never) => unknown[];
  /** Parts of the path, out of the file's query. */
  params?: (query: Record<string, unknown>) => Record<string, unknown>;
}
const SOURCES: Partial<Record<ExportList, Source>> = {
  "loss-reasons": { path: "interests/loss-reasons", rows: (report: LossReport) => report.reasons },
  "stage-times": { path: "interests/stage-times", rows: (times: StageTimes) => times.stages },
  "in-work": { path: "interactions/in-work", limit: WHOLE },
  absences: { limit: WHOLE },
  "presence-log": { rows: (log: PresenceLog) => log.items.flatMap(({ spans, ...person }) => spans.map((span) => ({ ...person, ...span }))) },
  "blocked-numbers": { path: "exclusions", limit: WHOLE },
  "canned-answers": { limit: WHOLE },
  catalogues: { path: "catalogues/:name", params: ({ of }) => ({ name: of }) },
};

declare module "fastify" {
  interface FastifyInstance {
    listReader: (list: ExportList) => ReadPage;
  }
}

/**
 * Remembers the lists' own handlers as they are registered, so that a file has exactly what its list shows: the same filters, the same
 * rights, the same rows, whatever becomes of the list. Must be called before the lists' routes are registered, at or above where they are.
 */
export function learnLists(app: FastifyInstance): void {
  const routes = new Map<string, RouteOptions>();
  app.addHook("onRoute", (route) => {
    if ([route.method].flat().includes("GET")) routes.set(route.path.slice(route.prefix.length), route);
  });
  app.decorate("listReader", (list: ExportList): ReadPage => {
    const source = SOURCES[list] ?? {};
    const route = routes.get(`/${source.path ?? list}`);
    if (route === undefined) throw new AppError("not_found");
    const { querystring, params } = (route.schema ?? {}) as { querystring?: z.ZodType; params?: z.ZodType };
    return async (request, principal, query) => {
      const filter = parsed(querystring, { ...query, limit: source.limit ?? PAGE });
      const named = parsed(params, source.params?.(query) ?? {});
      const asked = Object.create(request, { principal: { value: principal }, query: { value: filter }, params: { value: named } }) as FastifyRequest;
      // A list answers by its return value; whatever it says about headers concerns its own answer alone.
      const unheard = { header: () => unheard, code: () => unheard } as unknown as FastifyReply;
      const answer = await (route.handler as (request: FastifyRequest, reply: FastifyReply) => unknown).call(app, asked, unheard);
      if (source.rows !== undefined) return { items: source.rows(answer as never), nextCursor: (answer as Partial<ListPage>).nextCursor ?? null };
      return Array.isArray(answer) ? { items: answer, nextCursor: null } : { nextCursor: null, ...(answer as { items: unknown[] }) };
    };
  });
}

function parsed(schema: z.ZodType | undefined, given: Record<string, unknown>): unknown {
  const answer = schema?.safeParse(given);
  if (answer?.success === false) throw new AppError("validation", { issues: answer.error.issues });
  return answer?.data ?? given;
}

/** The principal with the reading of a list narrowed to what may be exported of it; forbidden without both rights to its first object. */
export function exporterOf(principal: Principal, list: ExportList): Principal {
  const permissions = { ...principal.permissions };
  for (const [i, object] of EXPORTS[list].entries()) {
    const scope = exportable(principal, object);
    if (scope === null && i === 0) throw new AppError("forbidden");
    const { read: _, ...others } = permissions[object] ?? {};
    permissions[object] = scope === null ? others : { ...others, read: scope };
  }
  return { ...principal, permissions };
}

/** How far somebody may both read and export. */
function exportable(principal: Principal, object: AccessObject): Scope | null {
  const [read, send] = [scopeOf(principal, object, "read"), scopeOf(principal, object, "export")];
  return read === null || send === null ? null : (SCOPES[Math.min(SCOPES.indexOf(read), SCOPES.indexOf(send))] as Scope);
}
