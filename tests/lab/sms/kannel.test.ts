import { smsSmpp } from "@kommutator/adapters/sms-smpp";
import type { Channel, MessageStateReported } from "@kommutator/contract/channel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Ledger } from "../../conformance/host.ts";
import { Smsc } from "../../emulators/smpp/smsc.ts";
import { until } from "../support/wait.ts";
import { type Kannel, startKannel } from "./kannel.ts";

const OURS = "77010000001";
const PHONE = "77011112233";
/** 170 Cyrillic characters: three segments of 67 UCS-2 characters at most. */
const LONG = "Здравствуйте! Ваш заказ на насосы собран и ждёт вас на складе по адресу Абая, 10. ".repeat(3).slice(0, 170);
const EMOJI = "Спасибо 👍🏽, скоро будем 🚚💨! Семья 👨‍👩‍👧‍👦 рада ❤️";
/** A character of two UCS-2 units just where a segment of 67 units ends. */
const BORDER = `${"я".repeat(66)}🚚💨 едем 👍🏽`;

let smsc: Smsc;
let kannel: Kannel;
let channel: Channel;
const ledger = new Ledger();
const abort = new AbortController();

beforeAll(async () => {
  smsc = await Smsc.start([
    { systemId: "house", password: "secret", numbers: [OURS] },
    { systemId: "kannel", password: "secret", numbers: [PHONE] },
  ]);
  // Every receipt is told twice, as SMS centres do after a lost answer.
  smsc.receipts = ({ id }) => Array<string>(2).fill(`id:${id} sub:001 dlvrd:001 submit date:2401011200 done date:2401011201 stat:DELIVRD err:000 text:`);
  const config = smsSmpp.parseConfig({ host: "127.0.0.1", port: smsc.port, systemId: "house", password: "secret", sourceAddress: OURS });
  channel = await smsSmpp.open(config, ledger.open(abort.signal));
  kannel = await startKannel({ port: smsc.port, systemId: "kannel", password: "secret" });
});
afterAll(async () => {
  await channel?.close();
  abort.abort();
  await kannel?.stop();
  await smsc?.down();
});

const reply = async (text: string): Promise<string> => {
  const command = { id: crypto.randomUUID(), threadKey: `+${PHONE}`, to: { kind: "phone", value: `+${PHONE}` }, text, files: [], references: [] } as const;
  const sent = await channel.handlers["message.send"]?.({ ...command, files: [], references: [] });
  expect(sent).toEqual({ messageKey: command.id });
  return command.id;
};
const states = (messageKey: string): MessageStateReported[] =>
  ledger.events.filter((event): event is MessageStateReported => event.kind === "message.state" && event.messageKey === messageKey);

describe("against a real Kannel", () => {
  it.each([
    ["170 Cyrillic characters", LONG, 3],
    ["emoji", EMOJI, 1],
    ["emoji over the border of a segment", BORDER, 2],
    ["a short Latin text", "Hello, where is my order?", 1],
    ["the extension of the GSM alphabet", "Price {5 €} [net] ~ 100 | 200 \\ 300 ^ 2", 1],
    ["400 Latin characters", "The quick brown fox jumps over the lazy dog. ".repeat(9).slice(0, 400), 3],
    ["Kazakh letters", "Сәлеметсіз бе! Тапсырысым қайда? Ұ Ң Ө Һ", 1],
  ])("%s from Kannel arrives whole", async (_, text, segments) => {
    const before = smsc.submitted.length;
    await kannel.send({ from: PHONE, to: OURS, text });
    const message = await until("it is reported", () => ledger.messages.find((one) => one.text === text), { timeoutMs: 20_000 });
    expect(message).toMatchObject({ thread: { key: `+${PHONE}` }, from: { kind: "phone", value: `+${PHONE}` }, to: OURS });
    expect(smsc.submitted.length - before).toBe(segments);
    expect(ledger.messages.filter((one) => one.text === text)).toHaveLength(1);
  });

  it.each([
    ["170 Cyrillic characters", LONG, 3],
    ["emoji", EMOJI, 1],
    ["emoji over the border of a segment", BORDER, 2],
    ["long text full of emoji", "Ура 🎉🚀! ".repeat(30), 5],
    ["the extension of the GSM alphabet", "Price {5 €} [net] ~ 100 | 200 \\ 300 ^ 2", 1],
    ["400 Latin characters", "The quick brown fox jumps over the lazy dog. ".repeat(9).slice(0, 400), 3],
  ])("%s to Kannel arrives whole, and its delivery is shown once though reported twice", async (_, text, segments) => {
    const before = smsc.submitted.length;
    const id = await reply(text);
    await until("Kannel has it", () => kannel.served.find((one) => one.text === text), { timeoutMs: 20_000 });
    expect(smsc.submitted.length - before).toBe(segments);
    await until("it is delivered", () => states(id).length > 0, { timeoutMs: 20_000 });
    await until("all receipts are taken", () => smsc.queued("house") === 0, { timeoutMs: 20_000 });
    expect(states(id).map((event) => event.state)).toEqual(["delivered"]);
    expect(kannel.served.filter((one) => one.text === text)).toEqual([{ from: `+${OURS}`, to: `+${PHONE}`, text }]);
  });

  it("Kannel, too, hears that its message was delivered", async () => {
    await until("a receipt", () => kannel.receipts.includes(1), { timeoutMs: 20_000 });
  });
});
