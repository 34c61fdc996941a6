import type { Principal } from "@kommutator/contract/access";
import { type AccessObject, SCOPES, scopeOf } from "@kommutator/contract/access";
import type { ExportList } from "@kommutator/contract/api/export";
import { AppError } from "@kommutator/contract/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { z } from "zod";

/** The right by which each list is read. */
export const OBJECT_OF: Record<ExportList, AccessObject> = {
  customers: "customer",
  contacts: "customer",
  leads: "lead",
  interests: "interest",
  interactions: "interaction",
  inquiries: "inquiry",
  tasks: "task",
};

interface ListPage {
  items: unknown[];
  nextCursor: string | null;
}
/** Rows of a list, page after page. */
export type ReadPage = (request: FastifyRequest, principal: Principal, query: Record<string, unknown>) => Promise<ListPage>;

/**
 * Remembers the lists' own handlers as they are registered, so that a file has exactly what its list shows: the same filters, the same
 * rights, the same rows, whatever becomes of the list. Must be called before the lists' routes are registered.
 */
export function listReaders(app: FastifyInstance): (list: ExportList) => ReadPage {
  const routes = new Map<string, RouteOptions>();
  app.addHook("onRoute", (route) => {
    if ([route.method].flat().includes("GET")) routes.set(route.path.slice(route.prefix.length), route);
  });
  return (list) => {
    const route = routes.get(`/${list}`);
    if (route === undefined) throw new AppError("not_found");
    const filter = (route.schema as { querystring: z.ZodType } | undefined)?.querystring;
    return async (request, principal, query) => {
      const parsed = filter?.safeParse(query);
      if (parsed?.success === false) throw new AppError("validation", { issues: parsed.error.issues });
      const asked = Object.create(request, { principal: { value: principal }, query: { value: parsed?.data ?? query } }) as FastifyRequest;
      // A list answers by its return value; whatever it says about headers concerns its own answer alone.
      const unheard = { header: () => unheard, code: () => unheard } as unknown as FastifyReply;
      return (await (route.handler as (request: FastifyRequest, reply: FastifyReply) => unknown).call(app, asked, unheard)) as ListPage;
    };
  };
}

/** The principal with the reading of a list narrowed to what may be exported of it; forbidden without both rights. */
export function exporterOf(principal: Principal, object: AccessObject): Principal {
  const [read, send] = [scopeOf(principal, object, "read"), scopeOf(principal, object, "export")];
  if (read === null || send === null) throw new AppError("forbidden");
  const scope = SCOPES[Math.min(SCOPES.indexOf(read), SCOPES.indexOf(send))] as (typeof SCOPES)[number];
  return { ...principal, permissions: { ...principal.permissions, [object]: { ...principal.permissions[object], read: scope } } };
}
