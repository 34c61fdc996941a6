import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookRequest } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture } from "./testing/api.fixture.ts";
import { messenger, Provider } from "./testing/messenger.fixture.ts";

let house: ApiFixture;
let provider: Provider;
let port: number;
let guarded: Id;
let plain: Id;
let chat: Id;
/** What reached a channel. */
const reached: WebhookRequest[] = [];
const webhook = async (request: WebhookRequest) => {
  reached.push(request);
  return { status: 200, body: String(request.body.byteLength) };
};

beforeAll(async () => {
  provider = await Provider.start();
  const guard = { webhook, admit: ({ path }: { path: string }) => (path === "/secret" ? 100 : { status: 403, body: "who are you?" }) };
  house = await apiFixture({
    registry: {
      telegram: { exclusive: false, load: async () => messenger("telegram", () => provider, {}, guard) },
      viber: { exclusive: false, load: async () => messenger("viber", () => provider, { attachmentBytes: 50_000_000 }, { webhook }) },
    },
  });
  guarded = await house.channel("telegram");
  plain = await house.channel("viber");
  chat = await house.channel("web-chat");
  await house.app.listen({ port: 0, host: "127.0.0.1" });
  port = (house.app.server.address() as AddressInfo).port;
});
afterAll(async () => {
  await house.close();
  await provider.close();
});

interface Sent {
  headers?: Record<string, string | number>;
  /** Sent one after the other; the request ends behind the last. Without any, only the head goes out. */
  chunks?: Buffer[];
}
/** One request on a connection of its own; resolves with the answer, though the body may not be through. */
const post = (path: string, { headers = {}, chunks }: Sent): Promise<{ status: number; body: string; connection: string }> =>
  new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, method: "POST", path, agent: false, headers: { "content-type": "text/plain", ...headers } });
    request.on("response", (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, body, connection: String(response.headers.connection) });
        request.destroy();
      });
    });
    request.on("error", reject);
    if (chunks === undefined) request.flushHeaders();
    else {
      for (const chunk of chunks) request.write(chunk);
      request.end();
    }
  });

describe("before anything of a body is read", () => {
  test("whoever lacks the channel's secret is turned away with the channel's words, and the connection ends", async () => {
    const answer = await post(`/hooks/${guarded}/guess`, { headers: { "content-length": 40_000_000 } });
    expect(answer).toEqual({ status: 403, body: "who are you?", connection: "close" });
  });

  test("a body that says it is too large is refused, with or without a channel of that number", async () => {
    for (const path of [`/hooks/${guarded}/secret`, `/hooks/${plain}/`, `/hooks/${randomUUID()}/x`]) {
      const answer = await post(path, { headers: { "content-length": 1_048_577 } });
      expect([path, answer.status, (JSON.parse(answer.body) as { code: string }).code]).toEqual([path, 413, "too_large"]);
    }
    expect(reached).toEqual([]);
  });
});

test("a body that does not say how long it is is read as far as it may go", async () => {
  const pieces = (count: number) => Array.from({ length: count }, () => Buffer.alloc(64 * 1024));
  const within = await post(`/hooks/${plain}/`, { chunks: pieces(16) });
  expect([within.status, within.body]).toEqual([200, String(1024 * 1024)]);
  const answer = await post(`/hooks/${plain}/`, { chunks: pieces(17) }).catch(() => null);
  // The rest of the body is still on its way when the answer goes out: the client hears it, or that the connection is gone.
  expect([413, undefined]).toContain(answer?.status);
  expect(reached.map((request) => request.body.byteLength)).toEqual([1024 * 1024]);
});

test("whoever has the secret is heard, up to the channel's own limit", async () => {
  const heard = await post(`/hooks/${guarded}/secret?a=1`, { chunks: [Buffer.from("Сәлем")] });
  expect([heard.status, heard.body]).toEqual([200, "10"]);
  expect(reached.at(-1)).toMatchObject({ method: "POST", path: "/secret", query: { a: "1" }, remoteAddress: "127.0.0.1" });
  expect((await post(`/hooks/${guarded}/secret`, { chunks: [Buffer.alloc(101)], headers: { "content-length": 101 } })).status).toBe(413);
});

test("of a visitor's chat only a file may be large, and only somebody with a token may send one", async () => {
  const token = { authorization: `Bearer ${"a".repeat(43)}` };
  const large = { "content-length": 9_000_000 };
  const refused = await Promise.all([
    post(`/hooks/${chat}/file?key=${randomUUID()}&name=a`, { headers: large }),
    post(`/hooks/${chat}/message`, { headers: { ...token, ...large } }),
    post(`/hooks/${chat}/session`, { headers: large }),
  ]);
  expect(refused.map((answer) => answer.status)).toEqual([413, 413, 413]);
  const taken = await post(`/hooks/${chat}/file?key=${randomUUID()}&name=a`, { headers: token, chunks: [Buffer.alloc(9_000_000)] });
  expect(taken.status).toBe(200);
});
