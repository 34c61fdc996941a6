import { randomUUID } from "node:crypto";
import cookie from "@fastify/cookie";
import multipart from "@fastify/multipart";
import underPressure from "@fastify/under-pressure";
import { AppError } from "@kommutator/contract/errors";
import { learnLists } from "@kommutator/crm-core/export/lists";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { blobRoutes } from "./blobs/routes.ts";
import { registerRoutes } from "./calls/register-routes.ts";
import { callRoutes } from "./calls/routes.ts";
import { lineRoutes } from "./channels/lines.ts";
import { channelRoutes } from "./channels/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { dialogRoutes } from "./dialogs/routes.ts";
import { startRoutes } from "./dialogs/start.ts";
import { setErrorHandler } from "./errors.ts";
import { addHealth } from "./health.ts";
import { endIdleConnections } from "./idle-connections.ts";
import { attachLive, type Live } from "./live/server.ts";
import { addMetrics } from "./metrics.ts";
import { addOpenApi } from "./openapi.ts";
import { addPages } from "./pages.ts";
import { addRateLimit } from "./rate-limit.ts";
import { addSecurityHeaders, PhoneOrigins } from "./security.ts";
import { addSessionHook } from "./session-hook.ts";
import { addWebhooks } from "./webhooks.ts";

export interface Api {
  /** Composed, not listening: `app.listen` serves HTTP and the sockets, `app.inject` serves tests. */
  app: FastifyInstance;
  live: Live;
  /** Every route, for the tests of completeness. */
  routes: { method: string; url: string; isPublic: boolean; hidden: boolean }[];
}

const VERSION = "0.1.0";
const JSON_LIMIT = 1024 * 1024;

/** The whole HTTP API and the live sockets on one Fastify application. `app.close()` says goodbye to the sockets first. */
export async function buildApi(deps: ApiDeps): Promise<Api> {
  const { config } = deps;
  const app: FastifyInstance = Fastify({
    loggerInstance: deps.log as unknown as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: config.trustProxy,
    bodyLimit: JSON_LIMIT,
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: "idle",
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  setErrorHandler(app);
  const routes: Api["routes"] = [];
  app.addHook("onRoute", (route) => {
    for (const method of [route.method].flat()) {
      if (method !== "HEAD") routes.push({ method, url: route.url, isPublic: route.config?.public === true, hidden: route.schema?.hide === true });
    }
  });
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.addHook("onResponse", async (request, reply) => {
    request.log.info({ req: request, res: reply, ms: Math.round(reply.elapsedTime), employeeId: request.principal?.employeeId }, "request");
  });

  const phones = new PhoneOrigins(deps.sql, config.publicUrl);
  await phones.refresh();
  await addSecurityHeaders(app, { https: config.publicUrl.startsWith("https:"), phones });
  await app.register(cookie);
  await addRateLimit(app, { max: config.requestsPerMinute ?? 1_200, redis: deps.redis });
  await app.register(underPressure, {
    maxEventLoopDelay: 5_000,
    // The plugin takes an interval without a single sample for endless delay: at its usual second one stall would already refuse people.
    sampleInterval: 5_000,
    retryAfter: 2,
    pressureHandler: () => {
      throw new AppError("overloaded");
    },
  });
  await app.register(multipart, { limits: { files: 1, fields: 5, fieldSize: 10_000, parts: 6 }, throwFileSizeLimit: true });
  addSessionHook(app, deps);
  await addOpenApi(app, VERSION);
  const metrics = addMetrics(app, deps);
  addHealth(app, deps);
  await addWebhooks(app, deps);
  const live = attachLive(app, deps, metrics.live);
  await app.register(
    async (v1) => {
      learnLists(v1);
      await v1.register(dialogRoutes(deps, live));
      await v1.register(startRoutes(deps));
      await v1.register(blobRoutes(deps));
      await v1.register(callRoutes(deps));
      await v1.register(registerRoutes(deps));
      await v1.register(channelRoutes(deps, () => phones.refresh()));
      await v1.register(lineRoutes(deps));
      for (const plugin of deps.routes) await v1.register(plugin);
    },
    { prefix: "/api/v1" },
  );
  await addPages(app, deps);
  endIdleConnections(app);
  return { app, live, routes };
}
