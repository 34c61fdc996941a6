import { smsSmpp } from "@kommutator/adapters/sms-smpp";
import type { Channel, MessageStateReported } from "@kommutator/contract/channel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Ledger } from "../../conformance/host.ts";
import { fieldsOf } from "../../emulators/smpp/pdu.ts";
import { until } from "../support/wait.ts";
import { type Centre, startCentre } from "./centre.ts";
import { commandOf, isReceipt } from "./wire.ts";

const OURS = "77010000001";
const PHONE = "77011112233";
const SUBMIT_SM = 0x04;
const DELIVER_SM = 0x05;
/** 170 Cyrillic characters: three segments of 67 UCS-2 characters at most. */
const LONG = "Здравствуйте! Ваш заказ на насосы собран и ждёт вас на складе по адресу Абая, 10. ".repeat(3).slice(0, 170);
/** Characters of two UCS-2 units, one of them just where a segment of 67 units ends. */
const EMOJI = `${"я".repeat(66)}🚚💨 Семья 👨‍👩‍👧‍👦 рада ❤️ ${"👍🏽".repeat(12)}`;

let centre: Centre;
let channel: Channel;
const ledger = new Ledger();
const abort = new AbortController();

beforeAll(async () => {
  centre = await startCentre({ systemId: "house", password: "secret" });
  const config = smsSmpp.parseConfig({ host: "127.0.0.1", port: centre.port, systemId: "house", password: "secret", sourceAddress: OURS });
  channel = await smsSmpp.open(config, ledger.open(abort.signal));
  await until("we are bound", () => ledger.status?.state === "up", { timeoutMs: 20_000 });
});
afterAll(async () => {
  await channel?.close();
  abort.abort();
  await centre?.stop();
});

const submits = (): Buffer[] => centre.wire.fromEsme.filter((frame) => commandOf(frame) === SUBMIT_SM);
const delivers = (): Buffer[] => centre.wire.fromCentre.filter((frame) => commandOf(frame) === DELIVER_SM && !isReceipt(frame));
const receipts = (): Buffer[] => centre.wire.fromCentre.filter(isReceipt);
const states = (messageKey: string): MessageStateReported[] =>
  ledger.events.filter((event): event is MessageStateReported => event.kind === "message.state" && event.messageKey === messageKey);

describe("Kannel is the SMS centre", () => {
  it.each([
    ["170 Cyrillic characters", LONG, 3],
    ["emoji over the border of a segment", EMOJI, 3],
    ["one emoji", "👍🏽", 1],
  ])("%s leave us in their segments, reach the phone whole, and their delivery is shown once though each receipt is told twice", async (_, text, segments) => {
    const [before, onAir, told, taken] = [submits().length, centre.air.length, receipts().length, centre.wire.receiptsTaken];
    const command = { id: crypto.randomUUID(), threadKey: `+${PHONE}`, to: { kind: "phone", value: `+${PHONE}` }, text, files: [], references: [] } as const;
    expect(await channel.handlers["message.send"]?.({ ...command, files: [], references: [] })).toEqual({ messageKey: command.id });
    expect(submits().length - before).toBe(segments);
    const sms = await until("the phone has them all", () => (centre.air.length - onAir === segments ? centre.air.slice(onAir) : null));
    expect(new TextDecoder("utf-16be").decode(Buffer.concat(sms.map((each) => each.octets)))).toBe(text);
    // Header of a part: length, "concatenated", length, reference, of how many, which.
    expect(sms.map((each) => (each.header === null ? null : [...each.header.subarray(4)]))).toEqual(
      segments === 1 ? [null] : Array.from({ length: segments }, (_each, i) => [segments, i + 1]),
    );
    await until("Kannel has told of every segment", () => receipts().length - told === segments, { timeoutMs: 20_000 });
    await until("all are taken, the doubled ones too", () => centre.wire.receiptsTaken - taken === 2 * segments);
    expect(states(command.id).map((event) => event.state)).toEqual(["delivered"]);
  });

  it.each([
    ["170 Cyrillic characters", LONG, 3],
    ["emoji over the border of a segment", EMOJI, 3],
    ["one emoji", "👍🏽", 1],
  ])("%s from a phone come from Kannel in their segments and are one message with the whole text", async (_, text, segments) => {
    const before = delivers().length;
    centre.write({ from: `+${PHONE}`, to: OURS, text });
    const message = await until("it is reported", () => ledger.messages.find((one) => one.text === text), { timeoutMs: 20_000 });
    expect(message).toMatchObject({ thread: { key: `+${PHONE}` }, from: { kind: "phone", value: `+${PHONE}` } });
    const parts = delivers().slice(before);
    expect(parts).toHaveLength(segments);
    // Kannel counts octets: it does cut a character of two units in half.
    if (text === EMOJI) expect(fieldsOf(parts[0] as Buffer).octets.readUInt16BE(138)).toBe(0xd83d);
    expect(ledger.messages.filter((one) => one.text === text)).toHaveLength(1);
  });

  it("the test button finds it alive, and a wrong password is said", async () => {
    expect(await channel.test?.()).toMatchObject({ ok: true });
    const config = smsSmpp.parseConfig({ host: "127.0.0.1", port: centre.port, systemId: "house", password: "wrong", sourceAddress: OURS });
    const other = new AbortController();
    const refused = await smsSmpp.open(config, new Ledger().open(other.signal));
    expect(await refused.test?.()).toMatchObject({ ok: false });
    await refused.close();
    other.abort();
  });
});
