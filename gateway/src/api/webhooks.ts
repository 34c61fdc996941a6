import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { ChannelError, type WebhookHead, type WebhookResponse } from "@kommutator/contract/channel";
import { AppError } from "@kommutator/contract/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ApiDeps } from "./deps.ts";

/** The most that any request may weigh, whatever its channel says. */
const HARD_LIMIT = 64 * 1024 * 1024;
/** What a request to a channel that says nothing may weigh: callbacks are a few kilobytes. */
const USUAL_LIMIT = 1024 * 1024;
/** Answers to machines: what the pages' policy (worked out anew for every answer) would forbid, these never hold. */
const HEADERS = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
};
const METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"] as const;

/**
 * /hooks/:channelId/*: what providers and visitors' browsers send, with the raw body; the channel checks who it is. Before anything
 * of a body is read, the channel's `admit` has seen the head: nobody without its secret makes us hold megabytes.
 */
export async function addWebhooks(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  await app.register(async (scope) => {
    const limits = new WeakMap<FastifyRequest, number>();
    const admit = (request: FastifyRequest, channelId: string) =>
      deps.supervisor.admit(channelId, headOf(request)).catch((error: unknown) => comeAgain(request, channelId, error));
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", async (request: FastifyRequest, payload: Readable) => {
      const limit = limits.get(request) ?? USUAL_LIMIT;
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of payload as AsyncIterable<Buffer>) {
        size += chunk.byteLength;
        if (size > limit) throw new AppError("too_large", { limit });
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    });
    for (const url of ["/hooks/:channelId", "/hooks/:channelId/*"]) {
      scope.route({
        method: [...METHODS],
        url,
        bodyLimit: HARD_LIMIT,
        helmet: false,
        config: { public: true },
        schema: { hide: true, params: z.object({ channelId: z.uuid(), "*": z.string().optional() }) },
        onRequest: async (request, reply) => {
          reply.headers(HEADERS);
          const { channelId } = request.params as { channelId: string };
          const admitted = (await admit(request, channelId)) ?? USUAL_LIMIT;
          // Unread, the rest of the body would be taken for the next request: the connection ends with the answer.
          if (typeof admitted !== "number") return send(reply.header("connection", "close"), admitted);
          const limit = Math.min(admitted, HARD_LIMIT);
          if (Number(request.headers["content-length"] ?? 0) > limit) {
            reply.header("connection", "close");
            throw new AppError("too_large", { limit });
          }
          limits.set(request, limit);
        },
        handler: async (request, reply) => {
          const { channelId } = request.params as { channelId: string };
          const body = Buffer.isBuffer(request.body) ? new Uint8Array(request.body) : new Uint8Array();
          try {
            return send(reply, await deps.supervisor.webhook(channelId, { ...headOf(request), body }));
          } catch (error) {
            return send(reply, comeAgain(request, channelId, error));
          }
        },
      });
    }
  });
}

/** A provider tries again later; what went wrong is ours to know. */
function comeAgain(request: FastifyRequest, channelId: string, error: unknown): WebhookResponse {
  if (!(error instanceof ChannelError)) request.log.error({ err: error, channelId }, "the webhook failed");
  const headers = { "retry-after": "5", "content-type": "application/json" };
  return { status: 503, headers, body: JSON.stringify({ code: "channel_down", details: {} }) };
}

function headOf(request: FastifyRequest): WebhookHead {
  const { "*": rest } = request.params as { "*"?: string };
  return {
    method: request.method,
    path: `/${rest ?? ""}`,
    query: Object.fromEntries(new URL(request.url, "http://x").searchParams),
    headers: flat(request.headers),
    remoteAddress: request.ip,
  };
}

const flat = (headers: IncomingHttpHeaders): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]));

function send(reply: FastifyReply, answer: WebhookResponse): FastifyReply {
  reply
    .header("cross-origin-resource-policy", "cross-origin")
    .code(answer.status)
    .headers(answer.headers ?? {});
  return reply.send(typeof answer.body === "string" || answer.body === undefined ? answer.body : Buffer.from(answer.body));
}
