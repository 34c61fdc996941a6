import { createHash } from "node:crypto";
import rateLimit, { type RateLimitPluginOptions } from "@fastify/rate-limit";
import { SESSION_COOKIE } from "@kommutator/crm-core/access/cookies";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { RateCounter } from "./deps.ts";

type Done = (error: Error | null, result?: { current: number; ttl: number }) => void;

/** The counters of @fastify/rate-limit in Redis, so that several nodes count together. Redis down means no limit, not no service. */
export function redisStore(redis: RateCounter) {
  return class RedisStore {
    readonly #prefix: string;
    constructor(options: { timeWindow?: number | undefined }, prefix = "rate:") {
      this.#prefix = prefix;
      void options;
    }
    incr(key: string, done: Done, timeWindowMs: number): void {
      this.#count(`${this.#prefix}${key}`, timeWindowMs).then(
        (result) => done(null, result),
        () => done(null, { current: 0, ttl: timeWindowMs }),
      );
    }
    async #count(key: string, timeWindowMs: number): Promise<{ current: number; ttl: number }> {
      const current = await redis.incr(key);
      if (current === 1) await redis.pExpire(key, timeWindowMs);
      const ttl = await redis.pTTL(key);
      if (ttl < 0) await redis.pExpire(key, timeWindowMs);
      return { current, ttl: Math.max(0, ttl) };
    }
    child(route: { routeInfo?: { url?: string } }) {
      return new RedisStore({}, `${this.#prefix}${route.routeInfo?.url ?? ""}:`);
    }
  };
}

/** Who is counted: a signed-in browser by its session, everybody else by address. Logins always by address. */
function clientOf(request: FastifyRequest): string {
  const token = request.routeOptions.config.public === true ? undefined : request.cookies[SESSION_COOKIE];
  return token === undefined ? request.ip : createHash("sha256").update(token).digest("base64url");
}

/** A wide limit for everything under the API; single routes narrow it by `config.rateLimit`. */
export async function addRateLimit(app: FastifyInstance, options: { max: number; redis?: RateCounter | undefined }): Promise<void> {
  const settings: RateLimitPluginOptions = {
    max: options.max,
    timeWindow: 60_000,
    cache: 20_000,
    keyGenerator: clientOf,
    allowList: (request) => !request.url.startsWith("/api/"),
  };
  if (options.redis !== undefined) settings.store = redisStore(options.redis) as unknown as NonNullable<RateLimitPluginOptions["store"]>;
  await app.register(rateLimit, settings);
}
