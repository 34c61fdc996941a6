import type { FastifyInstance } from "fastify";
import type { ApiDeps } from "./deps.ts";

/** GET /health (public): 200 while the database answers; leases and channels are told, not judged. */
export function addHealth(app: FastifyInstance, deps: ApiDeps): void {
  app.get("/health", { config: { public: true }, schema: { hide: true } }, async (_request, reply) => {
    const { sql } = deps;
    reply.header("cache-control", "no-store");
    try {
      const leases = await sql<{ duty: string; live: boolean; mine: boolean }[]>`
        SELECT duty, expires_at > clock_timestamp() AS live, holder = ${deps.config.node} AS mine FROM lease WHERE duty NOT LIKE 'channel:%' ORDER BY duty`;
      const channels = await sql<{ kind: string; state: string; n: number }[]>`
        SELECT kind, coalesce(status->>'state', 'connecting') AS state, count(*)::int AS n FROM channel WHERE enabled AND archived_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2`;
      return await reply.send({ status: "ok", database: "up", leases, channels });
    } catch (error) {
      deps.log.error({ err: error }, "the database does not answer");
      return reply.code(503).send({ status: "down", database: "down", leases: [], channels: [] });
    }
  });
}
