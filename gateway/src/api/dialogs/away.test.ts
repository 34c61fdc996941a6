import { randomUUID } from "node:crypto";
import type { StartOption } from "@kommutator/contract/api/dialogs";
import type { Adapter } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../../tests/lab/support/wait.ts";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";
import { messenger, Provider } from "../testing/messenger.fixture.ts";

// One node, and a channel whose provider lets nobody in for a while: its rules stand, and what is written waits for it.
let house: ApiFixture;
let provider: Provider;
let admin: Browser;
let aigul: Browser;
let sms: Id;
let letsIn = true;

beforeAll(async () => {
  provider = await Provider.start();
  const limits = { startKinds: ["phone" as const], dailyPerAddress: 2, segments: true as const, textLength: 70, attachments: { count: 0 } };
  const open = messenger("sms-http", () => provider, limits, { webhook: async () => ({ status: 200 }) });
  const adapter: Adapter = {
    ...open,
    async open(config, host) {
      if (!letsIn) throw new Error("the provider lets nobody in");
      return open.open(config, host);
    },
  };
  house = await apiFixture({ registry: { "sms-http": { exclusive: true, load: async () => adapter } } });
  [admin, aigul] = [await house.login(house.company.employees.admin), await house.login(house.company.employees.aigul)];
  sms = await house.channel("sms-http");
}, 60_000);
afterAll(async () => {
  await house.close();
  await provider.close();
});

interface Shown {
  version: number;
  webhookUrl: string | null;
  status: { state: string };
}
const shown = async (): Promise<Shown> => (await admin.call("GET", "/channels")).json().find((c: { id: Id }) => c.id === sms);
async function reopen(state: string): Promise<void> {
  const { version } = await shown();
  expect((await admin.call("PATCH", `/channels/${sms}`, { version, name: `SMS ${randomUUID()}` })).statusCode).toBe(200);
  await until(`the channel is ${state}`, async () => (await shown()).status.state === state);
}
const write = (dialogId: Id, text: string) => aigul.call("POST", `/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text });
const deliveries = async (dialogId: Id) =>
  (await house.sql<{ delivery: string }[]>`SELECT delivery FROM message WHERE dialog_id = ${dialogId} AND direction = 'out' ORDER BY seq`).map(
    (m) => m.delivery,
  );

test("while the channel is away its limits and its day's cap stand, one may write first, and all of it goes when it is back", async () => {
  const dialogId = await house.dialog({ channelId: sms, assignee: house.company.employees.aigul.id, medium: "message" });
  const can = async () => (await aigul.call("GET", `/dialogs/${dialogId}`)).json().capabilities;
  const open = await can();
  expect(open).toMatchObject({ canReply: true, textLength: 70, segments: true, attachments: { count: 0 } });
  letsIn = false;
  await reopen("down");
  expect(await can()).toEqual(open);
  expect((await write(dialogId, "x".repeat(71))).json()).toMatchObject({ code: "validation", details: { field: "text", reason: "too_long", max: 70 } });
  for (const text of ["one", "two"]) expect((await write(dialogId, text)).statusCode).toBe(201);
  expect((await write(dialogId, "three")).json()).toMatchObject({ code: "unsupported", details: { what: "daily_limit", max: 2 } });
  expect(await can()).toMatchObject({ canReply: false, cannotReplyReason: "daily_limit" });

  const [option] = (await aigul.call("GET", "/dialog-starts?to=%2B77011234567")).json().items as StartOption[];
  expect(option).toMatchObject({ channelId: sms, reason: null, textLength: 70, segments: true, attachments: { count: 0 } });
  const started = await aigul.call("POST", "/dialogs", { clientKey: randomUUID(), channelId: sms, to: "+77011234567", text: "first" });
  expect(started.statusCode).toBe(201);
  const { dialogId: first } = started.json() as { dialogId: Id };
  expect([await deliveries(dialogId), await deliveries(first), provider.sent]).toEqual([["queued", "queued"], ["queued"], []]);

  letsIn = true;
  await reopen("up");
  // Every job of a channel that opens is due again at once; the next look of the workers takes it.
  await until("all of it has left", async () => [...(await deliveries(dialogId)), ...(await deliveries(first))].every((d) => d === "sent"));
  expect(provider.sent.map((m) => m["text"]).sort()).toEqual(["first", "one", "two"]);
}, 60_000);

test("a channel that nobody has open keeps its address; its test says why it is closed, and its provider is asked to come again", async () => {
  const open = await shown();
  expect(open.webhookUrl).toMatch(new RegExp(`/hooks/${sms}$`));
  letsIn = false;
  await reopen("down");
  expect((await shown()).webhookUrl).toBe(open.webhookUrl);
  expect((await admin.call("POST", `/channels/${sms}/test`, {})).json()).toMatchObject({ ok: false, detail: "the provider lets nobody in", balance: null });
  const callback = await house.app.inject({ method: "POST", url: `/hooks/${sms}/secret`, payload: "id=1" });
  expect([callback.statusCode, callback.headers["retry-after"], callback.json()]).toEqual([503, "5", { code: "channel_down", details: {} }]);
  letsIn = true;
  await reopen("up");
  expect((await house.app.inject({ method: "POST", url: `/hooks/${sms}/secret`, payload: "id=1" })).statusCode).toBe(200);
}, 60_000);

test("a channel that was never open says so to whoever wants to write first", async () => {
  letsIn = false;
  const [row] = await house.sql<{ id: Id }[]>`
    INSERT INTO channel (kind, name, queue_id) VALUES ('sms-http', 'Newest', ${house.company.queueId}) RETURNING id`;
  const items = (await aigul.call("GET", "/dialog-starts?to=%2B77011234567")).json().items as StartOption[];
  expect(items.find((o) => o.channelId === row?.id)?.reason).toBe("channel_down");
  const started = await aigul.call("POST", "/dialogs", { clientKey: randomUUID(), channelId: row?.id, to: "+77011234567", text: "first" });
  expect(started.json().code).toBe("channel_down");
});
