import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../tests/support/house.ts";
import { until } from "../../tests/support/routing.ts";
import { connectRedis, type NodeSignals } from "./redis.ts";

let port: number;
let server: ChildProcess;
const nodes: NodeSignals[] = [];
const woken = { ann: 0, bob: 0 };
const warned: string[] = [];
const log = { warn: (_: unknown, what: string) => void warned.push(what), error: () => undefined };

const startServer = () => spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { stdio: "ignore" });
const join = async (name: "ann" | "bob") => {
  const node = await connectRedis(`redis://127.0.0.1:${port}`, name, () => void woken[name]++, log);
  nodes.push(node);
  return node;
};
/** Announces until it is heard: a word said before both are connected is lost, and the database is polled all the same. */
const wakes = (from: NodeSignals, whom: "ann" | "bob") => {
  const before = woken[whom];
  return until(() => {
    from.announce();
    return woken[whom] > before;
  });
};

beforeAll(async () => {
  port = await freePort();
  server = startServer();
});
afterAll(async () => {
  for (const node of nodes) await node.close();
  server.kill("SIGKILL");
});

test("a node that has written wakes the others and not itself, goes on while Redis is away, and wakes them again when it is back", async () => {
  const [ann, bob] = [await join("ann"), await join("bob")];
  await wakes(ann, "bob");
  expect(woken.ann).toBe(0);
  await wakes(bob, "ann");

  server.kill("SIGKILL");
  await once(server, "exit");
  await until(() => warned.includes("Redis is away"));
  expect(() => ann.announce()).not.toThrow();
  await expect(ann.counter.incr("anything")).rejects.toThrow();

  server = startServer();
  await wakes(ann, "bob");
  expect(await ann.counter.incr("visits")).toBe(1);
  expect(await bob.counter.incr("visits")).toBe(2);
});

test("a thousand words in a moment are a few: whoever is woken looks at everything", async () => {
  const [ann] = nodes as [NodeSignals];
  const before = woken.bob;
  const begun = performance.now();
  for (let i = 0; i < 1000; i++) ann.announce();
  const tookMs = performance.now() - begun;
  await wakes(ann, "bob");
  expect(woken.bob - before).toBeLessThanOrEqual(tookMs / 10 + 40);
});

test("words are heard by every other node and not by oneself; what is none of ours on that channel is passed over", async () => {
  const [ann, bob] = nodes as [NodeSignals, NodeSignals];
  const heard: [string, unknown][] = [];
  const forget = [ann.onTold((word) => heard.push(["ann", word])), bob.onTold((word) => heard.push(["bob", word]))];
  const stranger = createClient({ url: `redis://127.0.0.1:${port}` });
  await stranger.connect();
  for (const said of ["not JSON", "null", "[]", '{"from":7,"word":1}', '{"from":"cleo"}']) await stranger.publish("kommutator:words", said);
  await stranger.close();
  ann.tell({ typing: "first" });
  await until(() => heard.length > 0);
  expect(heard).toEqual([["bob", { typing: "first" }]]);
  for (const stop of forget) stop();
  expect(warned.filter((w) => w !== "Redis is away")).toEqual([]);
});
