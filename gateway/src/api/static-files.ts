import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";

const TEXT = /\.(js|css|html|svg|json|webmanifest)$/;
const SMALL_BYTES = 1_400;
type Encoding = "br" | "gzip";
const compress: Record<Encoding, (bytes: Buffer) => Promise<Buffer>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

/** Serves text files of the built pages compressed; each is compressed once for as long as it does not change. */
export class StaticFiles {
  readonly #root: string;
  readonly #kept = new Map<string, { mtimeMs: number; bytes: Promise<Buffer> }>();
  constructor(root: string) {
    this.#root = root;
  }

  async send(request: FastifyRequest, reply: FastifyReply, path: string): Promise<FastifyReply> {
    const accepted = String(request.headers["accept-encoding"] ?? "");
    const encoding: Encoding | null = /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : null;
    const { mtimeMs, size } = await stat(join(this.#root, path));
    if (encoding === null || !TEXT.test(path) || size < SMALL_BYTES || request.headers.range !== undefined) return reply.sendFile(path);
    const etag = `W/"${Math.round(mtimeMs).toString(36)}-${size.toString(36)}-${encoding}"`;
    reply.header("vary", "accept-encoding").header("etag", etag);
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    const key = `${encoding}:${path}`;
    let kept = this.#kept.get(key);
    if (kept?.mtimeMs !== mtimeMs) {
      kept = { mtimeMs, bytes: readFile(join(this.#root, path)).then(compress[encoding]) };
      this.#kept.set(key, kept);
    }
    return reply
      .header("content-encoding", encoding)
      .type(contentType(path))
      .send(await kept.bytes);
  }
}

function contentType(path: string): string {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  const types: Record<string, string> = {
    js: "text/javascript",
    css: "text/css",
    html: "text/html",
    svg: "image/svg+xml",
    json: "application/json",
    webmanifest: "application/manifest+json",
  };
  return `${types[ending] ?? "application/octet-stream"}; charset=utf-8`;
}
