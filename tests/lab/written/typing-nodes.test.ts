import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, freePort, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { Visitor } from "../../support/visitor.ts";
import { until } from "../support/wait.ts";

let db: TestDatabase;
let company: Company;
let folder: string;
let stopRedis: () => void;
const nodes: HouseProcess[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  const port = await freePort();
  const redis = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"], { stdio: "ignore" });
  stopRedis = () => redis.kill("SIGKILL");
  folder = await mkdtemp(join(tmpdir(), "kommutator-nodes-"));
  db = await testDatabase();
  company = await seedCompany(db.sql);
  for (const name of ["one", "two"]) {
    const env = { LOG_LEVEL: "warn", UI_DIR: "none", DATA_DIR: folder, NODE_NAME: name, REDIS_URL: `redis://127.0.0.1:${port}` };
    nodes.push(await startHouseProcess({ databaseUrl: db.url, env }));
  }
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  for (const node of nodes) await node.close();
  stopRedis?.();
  await db?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** A page of this person's at this node that watches the dialog: who types in it, oldest first. */
async function page(node: HouseProcess, person: ApiClient, dialogId: string): Promise<string[]> {
  const typed: string[] = [];
  const socket = io(node.url, {
    path: "/live",
    transports: ["websocket"],
    forceNew: true,
    extraHeaders: { cookie: person.cookie },
    auth: { position: null, watch: [dialogId] },
  });
  sockets.push(socket);
  socket.on("typing", (event: { dialogId: string; who: string }) => event.dialogId === dialogId && typed.push(event.who));
  await new Promise<void>((resolve, reject) => socket.once("hello", () => resolve()).once("connect_error", reject));
  return typed;
}

it("that the customer types is seen at every node by whoever may see the dialog, and so is a colleague", async () => {
  const [one, two] = nodes as [HouseProcess, HouseProcess];
  const login = (node: HouseProcess, who: keyof Company["employees"]) =>
    ApiClient.login(node.url, company.employees[who].login, company.employees[who].password);
  const [admin, head, aigul, bolat] = [await login(one, "admin"), await login(one, "head"), await login(two, "aigul"), await login(two, "bolat")];
  const { id: channelId } = await admin.post<{ id: string }>("/channels", { kind: "web-chat", name: "Chat", queueId: company.queueId, config: {} });
  const visitor = await until("the chat is open", () => Visitor.arrive(one.url, channelId).catch(() => null), { timeoutMs: 20_000 });
  await visitor.say("Здравствуйте");
  const dialogId = await until(
    "the dialog is there",
    async () => (await db.sql<{ id: string }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId}`)[0]?.id,
    {
      timeoutMs: 20_000,
    },
  );
  await until("Aigul has it", () =>
    aigul.post(`/dialogs/${dialogId}/take`).then(
      () => true,
      () => false,
    ),
  );
  await until("it is hers", async () => (await db.sql`SELECT FROM assignment WHERE dialog_id = ${dialogId} AND ended_at IS NULL`).length === 1);
  const [far, near, stranger] = [await page(two, aigul, dialogId), await page(one, head, dialogId), await page(two, bolat, dialogId)];

  await until("the customer is seen typing at the other node", async () => {
    await visitor.call("POST", "typing", {});
    return far.includes("") && near.includes("");
  });
  const { name } = await head.get<{ name: string }>("/me");
  await until("the chief is, too", async () => {
    await head.post(`/dialogs/${dialogId}/typing`);
    return far.includes(name);
  });
  expect(near, "not to oneself").not.toContain(name);
  expect(stranger).toEqual([]);
});
