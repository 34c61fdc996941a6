import { ChannelError } from "@kommutator/contract/channel";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { ApiDeps } from "./deps.ts";

/** The most that any provider's request may weigh; each channel's own limit is checked below it. */
const HARD_LIMIT = 64 * 1024 * 1024;
const OVERHEAD = 1024 * 1024;
const METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"] as const;

/** /hooks/:channelId/*: what providers and visitors' browsers send, with the raw body; the channel checks who it is. */
export async function addWebhooks(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: HARD_LIMIT }, (_request, body, done) => done(null, body));
    for (const url of ["/hooks/:channelId", "/hooks/:channelId/*"]) {
      scope.route({
        method: [...METHODS],
        url,
        bodyLimit: HARD_LIMIT,
        config: { public: true },
        schema: { hide: true, params: z.object({ channelId: z.uuid(), "*": z.string().optional() }) },
        handler: async (request, reply) => {
          const { channelId, "*": rest } = request.params as { channelId: string; "*"?: string };
          const body = Buffer.isBuffer(request.body) ? new Uint8Array(request.body) : new Uint8Array();
          const limit = (deps.supervisor.open(channelId)?.limits.attachmentBytes ?? OVERHEAD) + OVERHEAD;
          if (body.byteLength > limit)
            return reply
              .code(413)
              .type("application/json")
              .send(JSON.stringify({ code: "too_large", details: { limit } }));
          try {
            const answer = await deps.supervisor.webhook(channelId, {
              method: request.method,
              path: `/${rest ?? ""}`,
              query: Object.fromEntries(new URL(request.url, "http://x").searchParams),
              headers: Object.fromEntries(Object.entries(request.headers).map(([k, v]) => [k, Array.isArray(v) ? v.join(", ") : v])),
              body,
              remoteAddress: request.ip,
            });
            reply
              .header("cross-origin-resource-policy", "cross-origin")
              .code(answer.status)
              .headers(answer.headers ?? {});
            return reply.send(typeof answer.body === "string" || answer.body === undefined ? answer.body : Buffer.from(answer.body));
          } catch (error) {
            // A provider tries again later; what went wrong is ours to know.
            if (!(error instanceof ChannelError)) request.log.error({ err: error, channelId }, "the webhook failed");
            return reply
              .code(503)
              .header("retry-after", "5")
              .type("application/json")
              .send(JSON.stringify({ code: "channel_down", details: {} }));
          }
        },
      });
    }
  });
}
