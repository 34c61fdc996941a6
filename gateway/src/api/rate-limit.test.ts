import { type ChildProcess, spawn } from "node:child_process";
import Fastify, { type FastifyInstance } from "fastify";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../tests/support/house.ts";
import { addRateLimit } from "./rate-limit.ts";

let server: ChildProcess;
let redis: ReturnType<typeof createClient>;
const nodes: FastifyInstance[] = [];

beforeAll(async () => {
  const port = await freePort();
  server = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { stdio: "ignore" });
  redis = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: 50 } });
  redis.on("error", () => undefined);
  await redis.connect();
  for (let i = 0; i < 2; i++) {
    const node = Fastify();
    await node.register((await import("@fastify/cookie")).default);
    await addRateLimit(node, { max: 5, redis });
    node.get("/api/v1/thing", { config: { public: true } }, async () => "ok");
    nodes.push(node);
  }
});
afterAll(async () => {
  for (const node of nodes) await node.close();
  redis.destroy();
  server.kill("SIGKILL");
});

test("two nodes with one Redis count together, and serve on without limit when Redis is gone", async () => {
  const ask = async (i: number) => (await (nodes[i % 2] as FastifyInstance).inject({ url: "/api/v1/thing", remoteAddress: "192.0.2.1" })).statusCode;
  const answers = [];
  for (let i = 0; i < 8; i++) answers.push(await ask(i));
  expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
  expect((await (nodes[0] as FastifyInstance).inject({ url: "/api/v1/thing", remoteAddress: "192.0.2.2" })).statusCode).toBe(200);
  redis.destroy();
  expect([await ask(0), await ask(1)]).toEqual([200, 200]);
});
