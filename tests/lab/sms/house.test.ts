import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deliverSm, Smsc } from "../../emulators/smpp/smsc.ts";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../../support/house.ts";
import { until } from "../support/wait.ts";
import { type Kannel, startKannel } from "./kannel.ts";

const OURS = "77010000001";
const PHONE = "77011112233";
const LONG = "Здравствуйте! Ваш заказ на насосы собран и ждёт вас на складе по адресу Абая, 10. ".repeat(3).slice(0, 170);

let smsc: Smsc;
let kannel: Kannel;
let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let admin: ApiClient;
let aigul: ApiClient;
let channelId: string;
let dialogId: string;

beforeAll(async () => {
  smsc = await Smsc.start([
    { systemId: "house", password: "secret", numbers: [OURS] },
    { systemId: "kannel", password: "secret", numbers: [PHONE] },
  ]);
  smsc.receipts = ({ id }) => Array<string>(2).fill(`id:${id} sub:001 dlvrd:001 submit date:2401011200 done date:2401011201 stat:DELIVRD err:000 text:`);
  db = await testDatabase();
  company = await seedCompany(db.sql);
  [kannel, house] = await Promise.all([
    startKannel({ port: smsc.port, systemId: "kannel", password: "secret" }),
    startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: "none" } }),
  ]);
  admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
  const config = { host: "127.0.0.1", port: smsc.port, security: "none", systemId: "house", password: "secret", sourceAddress: OURS };
  ({ id: channelId } = await admin.post<{ id: string }>("/channels", { kind: "sms-smpp", name: "SMS", queueId: company.queueId, config }));
  await until("the SMS channel is up", async () => (await channelState()) === "up", { timeoutMs: 20_000 });
});
afterAll(async () => {
  await house?.close();
  await kannel?.stop();
  await smsc?.down();
  await db?.drop();
});

const channelState = async (): Promise<string | undefined> =>
  (await db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${channelId}`)[0]?.state;

interface Row {
  id: string;
  dialog_id: string;
  direction: string;
  delivery: string | null;
  failure: string | null;
}
const messages = (body: string): Promise<Row[]> => db.sql<Row[]>`SELECT * FROM message WHERE channel_id = ${channelId} AND body = ${body}`;
const becomes = (body: string, delivery: string): Promise<Row> =>
  until(`"${body.slice(0, 20)}" is ${delivery}`, async () => (await messages(body)).find((row) => row.delivery === delivery), { timeoutMs: 20_000 });
const deliveries = async (messageId: string): Promise<string[]> =>
  (
    await db.sql<{ delivery: string }[]>`
      SELECT payload->>'delivery' AS delivery FROM dialog_event WHERE kind = 'message.delivery' AND payload->>'messageId' = ${messageId} ORDER BY position`
  ).map((row) => row.delivery);

async function take(id: string): Promise<void> {
  await until(
    "the dialog is taken",
    async () => {
      await aigul.post(`/dialogs/${id}/take`).catch(() => null);
      const [row] = await db.sql<{ employee_id: string }[]>`SELECT employee_id FROM assignment WHERE dialog_id = ${id} AND ended_at IS NULL`;
      return row?.employee_id === company.employees.aigul.id;
    },
    { timeoutMs: 20_000, everyMs: 100 },
  );
}
const answer = (text: string): Promise<unknown> => aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text, takeOver: true });

describe("SMS through the whole house, with a real Kannel as the customer's phone", () => {
  it("a long SMS opens one dialog with its whole text", async () => {
    await kannel.send({ from: PHONE, to: OURS, text: LONG });
    const [message] = await until("it is stored", async () => ((await messages(LONG)).length > 0 ? messages(LONG) : null), { timeoutMs: 20_000 });
    dialogId = message?.dialog_id as string;
    const [dialog] = await db.sql`SELECT thread_key, identity_kind, identity_value FROM dialog WHERE id = ${dialogId}`;
    expect(dialog).toEqual({ thread_key: `+${PHONE}`, identity_kind: "phone", identity_value: `+${PHONE}` });
  });

  it("the agent's reply of 170 Cyrillic characters arrives as three SMS, and its delivery is one change though told twice", async () => {
    await take(dialogId);
    const before = smsc.submitted.length;
    await answer(`${LONG.slice(0, 169)}!`);
    const row = await becomes(`${LONG.slice(0, 169)}!`, "delivered");
    expect(smsc.submitted.length - before).toBe(3);
    expect(kannel.served.map((one) => one.text)).toEqual([`${LONG.slice(0, 169)}!`]);
    await until("all receipts are taken", () => smsc.queued("house") === 0);
    expect(await deliveries(row.id)).toEqual(["sent", "delivered"]);
  });

  it("an emoji comes and goes whole, and the dialog stays one", async () => {
    await kannel.send({ from: PHONE, to: OURS, text: "Спасибо 👍🏽" });
    const [message] = await until("it is stored", async () => ((await messages("Спасибо 👍🏽")).length > 0 ? messages("Спасибо 👍🏽") : null), {
      timeoutMs: 20_000,
    });
    expect(message?.dialog_id).toBe(dialogId);
    await answer("Пожалуйста 🤝");
    await becomes("Пожалуйста 🤝", "delivered");
    expect(kannel.served.at(-1)?.text).toBe("Пожалуйста 🤝");
  });

  it("a refusal of the SMS centre is shown with its words, and the second try goes out", async () => {
    smsc.whims.push({ kind: "status", status: 0x0b });
    await answer("Вторая попытка");
    const failed = await becomes("Вторая попытка", "failed");
    expect(failed.failure).toMatch(/number is wrong or not served \(ESME_RINVDSTADR\)/);
    await aigul.post(`/messages/${failed.id}/retry`);
    await becomes("Вторая попытка", "delivered");
  });

  it("the operator's failure is shown with its code, and the second try may succeed", async () => {
    const receipts = smsc.receipts;
    smsc.receipts = ({ id }) => [`id:${id} sub:001 dlvrd:000 submit date:2401011200 done date:2401011201 stat:UNDELIV err:27 text:`];
    await answer("Не дошло?");
    const failed = await becomes("Не дошло?", "failed");
    expect(failed.failure).toBe("The operator could not deliver the message (UNDELIV, error 27)");
    smsc.receipts = receipts;
    await aigul.post(`/messages/${failed.id}/retry`);
    await becomes("Не дошло?", "delivered");
  });

  it("throttled replies go out by themselves, in their order", async () => {
    smsc.whims.push({ kind: "status", status: 0x58 });
    await answer("первый");
    await answer("второй");
    await becomes("второй", "delivered");
    expect(kannel.served.slice(-2).map((one) => one.text)).toEqual(["первый", "второй"]);
  });

  it("writing first: a number gets an SMS, and its answer joins the dialog", async () => {
    const started = await aigul.post<{ dialogId: string }>("/dialogs", { clientKey: randomUUID(), channelId, to: "8 701 999 88 77", text: "Ваш мастер едет" });
    await becomes("Ваш мастер едет", "sent");
    expect(smsc.submitted.at(-1)?.to).toBe("77019998877");
    smsc.deliver("house", deliverSm({ from: "77019998877", to: OURS, text: "Жду" }));
    const [reply] = await until("the answer is stored", async () => ((await messages("Жду")).length > 0 ? messages("Жду") : null), { timeoutMs: 20_000 });
    expect(reply?.dialog_id).toBe(started.dialogId);
  });

  it("a name that writes is kept as it is; that it cannot be answered is said before anything is queued", async () => {
    smsc.deliver("house", deliverSm({ from: "Kaspi", to: OURS, text: "Kod: 1234", ton: 5 }));
    const [message] = await until("it is stored", async () => ((await messages("Kod: 1234")).length > 0 ? messages("Kod: 1234") : null), { timeoutMs: 20_000 });
    const [dialog] = await db.sql`SELECT thread_key, display_name FROM dialog WHERE id = ${message?.dialog_id ?? null}`;
    expect(dialog).toEqual({ thread_key: "Kaspi", display_name: "Kaspi" });
    dialogId = message?.dialog_id as string;
    await take(dialogId);
    const detail = await aigul.get<{ capabilities: { canReply: boolean; cannotReplyReason: string } }>(`/dialogs/${dialogId}`);
    expect(detail.capabilities).toMatchObject({ canReply: false, cannotReplyReason: "no_number" });
    await expect(answer("Кто вы?")).rejects.toThrow(/no_number/);
    expect(await messages("Кто вы?")).toEqual([]);
  });

  it("an SMS that is no text stands in the error list, and the test button talks to the SMS centre", async () => {
    smsc.deliver("house", deliverSm({ from: PHONE, to: OURS, text: Buffer.from([1, 2, 3]), dataCoding: 4 }));
    await until("it is in the error list", async () => {
      const [row] = await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM raw_event WHERE channel_id = ${channelId} AND error LIKE '%carries no text%'`;
      return (row?.n ?? 0) > 0;
    });
    expect(await admin.post(`/channels/${channelId}/test`)).toMatchObject({ ok: true, detail: expect.stringMatching(/Connected to/) });
  });

  it("killed between the parts of a long message, and in the middle of forty messages: nothing is lost, nothing twice, all in order", async () => {
    const texts = ["Первая часть, ", "вторая часть", " и третья."];
    const part = (sequence: number): Buffer => {
      const text = Buffer.from(texts[sequence - 1] as string, "utf16le").swap16();
      return deliverSm({ from: PHONE, to: OURS, text, dataCoding: 8, udh: Buffer.from([5, 0, 3, 9, 3, sequence]) });
    };
    smsc.deliver("house", part(3));
    smsc.deliver("house", part(1));
    await until("two parts are taken", () => smsc.queued("house") === 0);
    const kill = async (): Promise<void> => {
      await house.kill("SIGKILL");
      await house.restart();
    };
    await kill();
    smsc.deliver("house", part(2));
    await until("it is whole", async () => (await messages(texts.join(""))).length === 1, { timeoutMs: 30_000 });
    const numbered = Array.from({ length: 40 }, (_, i) => `Письмо ${i}`);
    const before = smsc.acknowledged;
    for (const text of numbered) smsc.deliver("house", deliverSm({ from: PHONE, to: OURS, text }));
    await until("some are taken", () => smsc.acknowledged >= before + 7, { everyMs: 1 });
    await kill();
    await until("the rest is taken", () => smsc.queued("house") === 0, { timeoutMs: 30_000 });
    const stored = (): Promise<{ body: string }[]> =>
      db.sql`SELECT body FROM message WHERE channel_id = ${channelId} AND body LIKE 'Письмо %' ORDER BY created_at, seq`;
    await until("all are stored", async () => (await stored()).length >= numbered.length, { timeoutMs: 20_000 });
    expect((await stored()).map((row) => row.body)).toEqual(numbered);
  }, 120_000);
});
