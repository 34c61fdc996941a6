import { smsSmpp } from "@kommutator/adapters/sms-smpp";
import type { Channel, MessageStateReported } from "@kommutator/contract/channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deliverSm, Smsc, textsOf } from "../emulators/smpp/smsc.ts";
import { until } from "../lab/support/wait.ts";
import { Ledger } from "./host.ts";

const OURS = "77010000001";
const PHONE = "77011112233";
const LONG = "Ваш заказ собран и ждёт на складе. ".repeat(6).slice(0, 170);

let smsc: Smsc;
let ledger: Ledger;
let abort: AbortController;
let channel: Channel;
/** How far the channel's clock is ahead. */
let skewMs = 0;

beforeEach(async () => {
  skewMs = 0;
  smsc = await Smsc.start([{ systemId: "house", password: "secret", numbers: [OURS] }]);
  ledger = new Ledger();
});
afterEach(async () => {
  await channel.close();
  abort.abort();
  await smsc.down();
});

async function open(settings: Record<string, unknown> = {}): Promise<void> {
  abort = new AbortController();
  const common = { host: "127.0.0.1", port: smsc.port, systemId: "house", password: "secret", sourceAddress: OURS, reconnectFloorMs: 20, pduTimeoutMs: 2_000 };
  channel = await smsSmpp.open(smsSmpp.parseConfig({ ...common, ...settings }), { ...ledger.open(abort.signal), now: () => Date.now() + skewMs });
}
const up = () => until("the channel is up", () => ledger.status?.state === "up" && smsc.link("house") !== undefined);
const send = (text: string, id: string = crypto.randomUUID(), to = `+${PHONE}`) => {
  const perform = channel.handlers["message.send"];
  if (perform === undefined) throw new Error("the channel cannot send");
  return perform({ id, threadKey: to, to: { kind: "phone", value: to }, text, files: [], references: [] });
};
const receipt = (id: string, stat = "DELIVRD", err = "000"): Buffer => {
  const text = `id:${id} sub:001 dlvrd:001 submit date:2401011200 done date:2401011201 stat:${stat} err:${err} text:`;
  return deliverSm({ from: PHONE, to: OURS, text, esmClass: 4 });
};
const states = (): MessageStateReported[] => ledger.events.filter((event): event is MessageStateReported => event.kind === "message.state");
const taken = () => until("all is taken", () => smsc.queued("house") === 0);
const part = (sequence: number, text: string, reference = 7, total = 3): Buffer =>
  deliverSm({
    from: PHONE,
    to: OURS,
    text: Buffer.from(text, "utf16le").swap16(),
    dataCoding: 8,
    esmClass: 0x40,
    udh: Buffer.from([5, 0, 3, reference, total, sequence]),
  });

describe("receipts", () => {
  it("a message of three segments is delivered when all three are, told once", async () => {
    await open();
    await up();
    const id = crypto.randomUUID();
    await send(LONG, id);
    const ids = smsc.submitted.map((one) => one.id);
    expect(ids).toHaveLength(3);
    for (const one of [2, 0, 0]) smsc.deliver("house", receipt(ids[one] as string));
    await taken();
    expect(states()).toEqual([]);
    for (const one of [1, 1, 2]) smsc.deliver("house", receipt(ids[one] as string));
    await taken();
    expect(states()).toMatchObject([{ messageKey: id, state: "delivered" }]);
  });

  it("a message of three segments fails when one does, with the operator's words", async () => {
    await open();
    await up();
    const id = crypto.randomUUID();
    await send(LONG, id);
    smsc.deliver("house", receipt(smsc.submitted[0]?.id as string));
    smsc.deliver("house", receipt(smsc.submitted[1]?.id as string, "UNDELIV", "27"));
    await until("it failed", () => states().length > 0);
    expect(states()).toMatchObject([{ messageKey: id, state: "failed", failure: "The operator could not deliver the message (UNDELIV, error 27)" }]);
  });

  it("after a failure the agent's second try goes out and has a state of its own", async () => {
    await open();
    await up();
    const id = crypto.randomUUID();
    for (const stat of ["EXPIRED", "EXPIRED", "DELIVRD"]) {
      await send("Алло", id);
      smsc.deliver("house", receipt(smsc.submitted.at(-1)?.id as string, stat));
      await taken();
    }
    expect(smsc.submitted).toHaveLength(3);
    expect(states().map((event) => event.state)).toEqual(["failed", "failed", "delivered"]);
    expect(new Set(states().map((event) => event.eventKey)).size).toBe(3);
  });

  it("a receipt that comes before the answer to its submit waits for that answer", async () => {
    await open();
    await up();
    smsc.whims.push({ kind: "late", ms: 300 });
    const sending = send("Быстро");
    await until("the SMS centre has it", () => smsc.submitted.length === 1);
    smsc.deliver("house", receipt(smsc.submitted[0]?.id as string));
    const { messageKey } = await sending;
    await until("it is delivered", () => states().length > 0);
    expect(states()).toMatchObject([{ messageKey, state: "delivered" }]);
  });

  it("receipts find their messages after a restart, also when the first segments were reported before it", async () => {
    await open();
    await up();
    const { messageKey } = await send(LONG);
    const ids = smsc.submitted.map((one) => one.id);
    smsc.deliver("house", receipt(ids[0] as string));
    smsc.deliver("house", receipt(ids[1] as string));
    await taken();
    await channel.close();
    await open();
    await up();
    smsc.deliver("house", receipt(ids[2] as string));
    await until("it is delivered", () => states().length > 0);
    expect(states()).toMatchObject([{ messageKey, state: "delivered" }]);
  });

  it("hexadecimal ids in answers and decimal ones in receipts are the same message", async () => {
    smsc.nextId = () => "0A3F";
    await open();
    await up();
    const { messageKey } = await send("Привет");
    smsc.deliver("house", receipt("2623"));
    await until("it is delivered", () => states().length > 0);
    expect(states()).toMatchObject([{ messageKey, state: "delivered" }]);
  });
});

describe("sending", () => {
  it("no more submits than the window allows wait at once", async () => {
    await open({ window: 3, pduTimeoutMs: 30_000 });
    await up();
    for (let i = 0; i < 8; i++) smsc.whims.push({ kind: "late", ms: 60 });
    let most = 0;
    const all = Promise.all(Array.from({ length: 8 }, (_, i) => send(`Текст ${i}`)));
    const counting = setInterval(() => {
      most = Math.max(most, smsc.submitted.length - smsc.answered);
    }, 1);
    await all;
    clearInterval(counting);
    expect(most).toBe(3);
    expect(textsOf(smsc.submitted)).toEqual(Array.from({ length: 8 }, (_, i) => `Текст ${i}`));
  });

  it("a message of which one segment was throttled goes on with that segment alone, under the same reference", async () => {
    await open();
    await up();
    const id = crypto.randomUUID();
    smsc.whims.push({ kind: "take" }, { kind: "status", status: 0x58 });
    await expect(send(LONG, id)).rejects.toMatchObject({ code: "rate-limited" });
    expect(smsc.submitted).toHaveLength(2);
    await send(LONG, id);
    expect(smsc.submitted).toHaveLength(3);
    expect(textsOf(smsc.submitted)).toEqual([LONG]);
  });

  it("an answer that comes after the time limit settles the uncertain message", async () => {
    await open({ pduTimeoutMs: 150 });
    await up();
    smsc.whims.push({ kind: "late", ms: 500 });
    const id = crypto.randomUUID();
    await expect(send("Алло", id)).rejects.toMatchObject({ code: "uncertain" });
    await until("it is sent after all", () => states().length > 0);
    expect(states()).toMatchObject([{ messageKey: id, state: "sent" }]);
    await send("Алло", id);
    expect(smsc.submitted).toHaveLength(1);
  });

  it("a connection that breaks after the request was written leaves the message uncertain", async () => {
    await open();
    await up();
    smsc.whims.push({ kind: "swallow" });
    const sending = send("Алло");
    sending.catch(() => {});
    await until("it was swallowed", () => smsc.swallowed === 1);
    smsc.drop();
    await expect(sending).rejects.toMatchObject({ code: "uncertain" });
  });

  it("by message_payload a long text goes out in one piece", async () => {
    await open({ longMessages: "message-payload" });
    await up();
    await send(LONG);
    expect(smsc.submitted).toHaveLength(1);
    expect(textsOf(smsc.submitted)).toEqual([LONG]);
  });
});

describe("long messages in", () => {
  const texts = ["Первая часть, ", "вторая часть 👍", " и третья."];

  it("parts out of order and doubled make one message", async () => {
    await open();
    await up();
    for (const sequence of [3, 1, 3, 1, 2, 2, 3]) smsc.deliver("house", part(sequence, texts[sequence - 1] as string));
    await taken();
    expect(ledger.messages.map((message) => message.text)).toEqual([texts.join("")]);
  });

  it("parts before and after a restart make one message", async () => {
    await open();
    await up();
    smsc.deliver("house", part(2, texts[1] as string));
    await taken();
    await channel.close();
    await open();
    await up();
    smsc.deliver("house", part(1, texts[0] as string));
    await taken();
    smsc.drop();
    smsc.deliver("house", part(3, texts[2] as string));
    await until("it is whole", () => ledger.messages.length > 0);
    expect(ledger.messages.map((message) => message.text)).toEqual([texts.join("")]);
  });

  it("the part that completes the message is acknowledged only when the whole is stored", async () => {
    await open();
    await up();
    smsc.deliver("house", part(1, texts[0] as string));
    smsc.deliver("house", part(2, texts[1] as string));
    await taken();
    ledger.trouble = { at: ledger.calls, kind: "fail" };
    smsc.deliver("house", part(3, texts[2] as string));
    await taken();
    expect(smsc.answers).toEqual([0, 0, 0x64, 0]);
    expect(ledger.messages.map((message) => message.text)).toEqual([texts.join("")]);
  });

  it("what never becomes whole is shown as far as it came", async () => {
    await open({ incompleteAfterMs: 200 });
    await up();
    smsc.deliver("house", part(1, texts[0] as string));
    smsc.deliver("house", part(3, texts[2] as string));
    await until("it is given up", () => ledger.messages.length > 0);
    expect(ledger.messages).toMatchObject([{ text: "Первая часть, […] и третья.", truncated: true, thread: { key: `+${PHONE}` } }]);
  });
});

describe("the connection breaks before and after every PDU of ours", () => {
  it.each(["before", "after"] as const)("%s: what comes is there once and in order, what goes is never lost in silence", async (when) => {
    let visited = 0;
    const said: string[] = [];
    const uncertain: string[] = [];
    const replied: string[] = [];
    await open();
    for (let at = 0; ; at++) {
      await up();
      smsc.cut = { at, when };
      const texts = [`раз ${at}`, `${LONG} ${at}`, `два ${at}`];
      said.push(...texts);
      smsc.deliver("house", deliverSm({ from: PHONE, to: OURS, text: texts[0] as string }));
      const long = texts[1] as string;
      for (const i of [2, 0, 1]) smsc.deliver("house", part(i + 1, long.slice(i * 67, i === 2 ? undefined : (i + 1) * 67), at));
      smsc.deliver("house", deliverSm({ from: PHONE, to: OURS, text: texts[2] as string }));
      await taken();
      const reply = `ответ ${at}`;
      await until("it can be sent", async () => {
        const outcome = await send(reply, `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`).then(
          () => "sent",
          (error: { code: string }) => error.code,
        );
        (outcome === "uncertain" ? uncertain : outcome === "sent" ? replied : []).push(reply);
        return outcome !== "unreachable";
      });
      if (smsc.cut !== null) break;
      visited++;
    }
    smsc.cut = null;
    expect(ledger.messages.map((message) => message.text)).toEqual(said);
    const arrived = textsOf(smsc.submitted);
    expect(new Set(arrived).size).toBe(arrived.length);
    for (const reply of replied) expect(arrived).toContain(reply);
    expect(replied.length + uncertain.length).toBe(visited + 1);
    console.log(`${visited} PDUs were the last of their connection (${when})`);
    expect(visited).toBeGreaterThanOrEqual(6);
  });
});

describe("the connection", () => {
  it("asks for life, answers the same question, and says goodbye", async () => {
    await open({ enquireLinkMs: 50 });
    await up();
    await until("it has asked", () => smsc.enquired >= 2);
    expect(await smsc.link("house")?.ask(Buffer.from("00000010000000150000000000bada55", "hex"))).toBe(0);
    await channel.close();
    expect(smsc.unbound).toBe(1);
    expect(ledger.status?.state).toBe("up");
  });

  it.each(["refuse", "close"] as const)("an SMS centre that knows no transceiver (it would %s) is bound by two connections", async (how) => {
    smsc.transceivers = how;
    await open();
    await up();
    await send("Туда");
    smsc.deliver("house", deliverSm({ from: PHONE, to: OURS, text: "Сюда" }));
    smsc.deliver("house", receipt(smsc.submitted[0]?.id as string));
    await taken();
    expect(ledger.messages.map((message) => message.text)).toEqual(["Сюда"]);
    expect(states()).toMatchObject([{ state: "delivered" }]);
    await channel.close();
    expect(smsc.unbound).toBe(2);
  });

  it("an SMS centre that has fallen silent is left, and found again", async () => {
    await open({ enquireLinkMs: 50, pduTimeoutMs: 200 });
    await up();
    smsc.silent = true;
    await until("it is seen as down", () => ledger.status?.state === "down");
    expect(ledger.status?.detail).toMatch(/does not answer/);
    smsc.silent = false;
    await up();
  });

  it("a wrong password is said in words, and no password stands in the transcript", async () => {
    await open({ password: "wrong-one" });
    await until("it is told", () => ledger.status?.state === "bad-credentials");
    expect(await channel.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/refused the system id or the password.*ESME_RINVPASWD/) });
    await expect(send("Алло")).rejects.toMatchObject({ code: "bad-credentials" });
    expect(JSON.stringify([ledger.transcript, ledger.statuses])).not.toContain("wrong-one");
  });

  it("the test asks the SMS centre itself", async () => {
    await open();
    await up();
    expect(await channel.test?.()).toMatchObject({ ok: true, detail: expect.stringMatching(/Connected to 127\.0\.0\.1:\d+ as "house"/) });
    await smsc.down();
    await until("it is down", () => ledger.status?.state === "down");
    expect(await channel.test?.()).toMatchObject({ ok: false, detail: expect.stringMatching(/cannot be reached.*ECONNREFUSED/) });
  });

  it("the same words a minute later are a new message, within it the same one", async () => {
    await open();
    await up();
    smsc.deliver("house", deliverSm({ from: PHONE, to: OURS, text: "Да" }));
    smsc.deliver("house", deliverSm({ from: PHONE, to: OURS, text: "Да" }));
    await taken();
    expect(ledger.reported).toHaveLength(2);
    expect(ledger.messages).toHaveLength(1);
    skewMs = 61_000;
    smsc.deliver("house", deliverSm({ from: PHONE, to: OURS, text: "Да" }));
    await taken();
    expect(ledger.messages).toHaveLength(2);
  });
});
