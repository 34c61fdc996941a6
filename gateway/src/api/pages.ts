import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { AppError } from "@kommutator/contract/errors";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { ApiDeps } from "./deps.ts";
import { StaticFiles } from "./static-files.ts";

const ASIDE = /^\/(api|live|hooks|docs|health|metrics)(\/|$)/;

/** What other sites may load: the visitor's script and its files (hashed names carry nothing of a user). */
function letOthersLoad(reply: FastifyReply): void {
  reply.header("cross-origin-resource-policy", "cross-origin").header("access-control-allow-origin", "*");
}

/** The built workspace with its deep links, the visitor's chat page and script. */
export async function addPages(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  const { uiDir } = deps.config;
  app.setNotFoundHandler((_request, reply) =>
    reply
      .code(404)
      .type("application/json")
      .send(JSON.stringify({ code: "not_found", details: {} })),
  );
  if (uiDir === null || !existsSync(uiDir)) return;
  await app.register(fastifyStatic, { root: uiDir, serve: false, etag: true, cacheControl: false, dotfiles: "deny" });
  const files = new StaticFiles(uiDir);
  const page = (request: FastifyRequest, reply: FastifyReply, file: string) => files.send(request, reply.header("cache-control", "no-cache"), file);

  app.get("/chat/:channelId", { config: { public: true }, schema: { hide: true, params: z.object({ channelId: z.uuid() }) } }, async (request, reply) => {
    const { channelId } = request.params as { channelId: string };
    const embedding = deps.supervisor.open(channelId)?.embedding;
    const origins = (embedding?.origins ?? []).filter((o) => /^https?:\/\/[^\s;,'"]+$/.test(o) || o === "*");
    const csp = String(reply.getHeader("content-security-policy")).replace("frame-ancestors 'none'", `frame-ancestors ${["'self'", ...origins].join(" ")}`);
    reply.header("content-security-policy", csp).removeHeader("x-frame-options");
    letOthersLoad(reply);
    return page(request, reply, "chat.html");
  });
  app.get("/*", { config: { public: true }, schema: { hide: true } }, async (request, reply) => {
    const path = decodeURIComponent((request.url.split("?", 1)[0] ?? "/").replace(/%(?![0-9a-f]{2})/gi, ""));
    if (ASIDE.test(path)) throw new AppError("not_found");
    const isFile = /\.[a-z0-9]{1,8}$/i.test(path) && !path.includes("..") && existsSync(join(uiDir, path));
    if (!isFile) {
      if (/\.[a-z0-9]{1,8}$/i.test(path)) throw new AppError("not_found");
      return page(request, reply, "index.html");
    }
    if (path.endsWith(".html")) return page(request, reply, path);
    if (/^\/(assets|widget)/.test(path)) letOthersLoad(reply);
    reply.header("cache-control", path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    return files.send(request, reply, path);
  });
}
