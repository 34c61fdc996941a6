import { randomBytes } from "node:crypto";
import { smsHttp } from "@kommutator/adapters/sms-http";
import { HouseDoor } from "../../emulators/http/house-door.ts";
import { MobizonEmulator } from "../../emulators/sms-http/mobizon.ts";
import { SmscEmulator } from "../../emulators/sms-http/smsc.ts";
import type { Wire } from "../../emulators/sms-http/wire.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";

const CUSTOMER = "77011112233";
const secret = (): string => randomBytes(12).toString("hex");
const settings = (wire: Wire) => ({ apiUrl: `http://127.0.0.1:${wire.port}`, pollMs: 25, timeoutMs: 1_000, utcOffsetHours: 3 });
const next = (wire: Wire, refusal: unknown, words: RegExp): NonNullable<Provider["next"]> => ({
  limit() {
    wire.plan.push({ kind: "limit", seconds: 7 });
    return { retryAfterMs: 7_000 };
  },
  fail() {
    wire.plan.push({ kind: "status", status: 503 });
    return { code: "unreachable" };
  },
  swallow() {
    wire.plan.push({ kind: "swallow", take: true });
    return { code: "uncertain" };
  },
  refuse() {
    wire.plan.push({ kind: "answer", body: refusal });
    return { words };
  },
});

/** SMSC asked for its incoming messages: it counts as delivered what we ask past. */
async function smscPolled(): Promise<Provider> {
  const smsc = new SmscEmulator();
  await smsc.wire.up();
  const hostile = (name: string, rubbish: unknown) => ({
    name,
    async act() {
      smsc.rubbish.push(rubbish);
    },
  });
  return {
    config: { provider: "smsc", login: smsc.login, password: smsc.password, ...settings(smsc.wire) },
    say: async (text) => smsc.hear(CUSTOMER, text),
    async sayTogether(texts) {
      for (const [i, text] of texts.entries()) smsc.hear(`770111122${10 + i}`, text);
    },
    async sayBackwards(texts) {
      // In one list, the newest at its head.
      for (const text of texts) smsc.answers.unshift({ id: 1_000 + smsc.answers.length, phone: CUSTOMER, message: text });
    },
    acknowledged: async () => smsc.answers.filter((one) => one.id <= smsc.acknowledgedUpTo).length,
    async redeliver() {
      smsc.everythingAgain = true;
    },
    down: () => smsc.wire.down(),
    up: () => smsc.wire.up(),
    hostile: [
      hostile("null", null),
      hostile("a number", 17),
      hostile("no id", { phone: CUSTOMER, message: "x" }),
      hostile("no sender", { id: "a", message: "x" }),
      hostile("deep nonsense", { id: { id: [] }, phone: { phone: 1 }, message: ["x"] }),
      hostile("NULs", { phone: "\0", message: "a\0b" }),
      hostile("a list in a list", [[[]]]),
    ],
    customer: () => ({ kind: "phone", value: `+${CUSTOMER}` }),
    received: async () => smsc.taken.map((one) => one.mes),
    credentials: {
      async revoke() {
        smsc.accepted = false;
      },
      async restore() {
        smsc.accepted = true;
      },
    },
    next: next(smsc.wire, { error: "invalid number", error_code: 7, id: 175 }, /invalid number/),
    sendWhileDown: "unreachable",
    stop: () => smsc.wire.down(),
  };
}

/** SMSC calling us: it repeats each callback until it is answered with 200. */
async function smscCalling(): Promise<Provider> {
  const smsc = new SmscEmulator();
  await smsc.wire.up();
  const server = await HouseDoor.open();
  const webhookSecret = secret();
  let acknowledged = 0;
  let stopped = false;
  let count = 0;
  const sent: string[] = [];
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const call = (raw: string | Buffer, path = webhookSecret) => server.request("POST", path, { raw, headers: form, timeoutMs: 1_500 });
  const deliver = async (raw: string, counts: boolean): Promise<void> => {
    while (!stopped) {
      const answer = await call(raw).catch(() => null);
      if (answer?.status === 200) {
        if (counts) acknowledged++;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const payload = (text: string, phone = CUSTOMER): string => {
    const raw = new URLSearchParams({ id: String(5_000 + count++), phone, mes: text, to: "79000000000", time: "21.11.2026 12:00:00" }).toString();
    sent.push(raw);
    return raw;
  };
  let queue: Promise<void> = Promise.resolve();
  const hostile = (name: string, raw: string | Buffer, path?: string) => ({
    name,
    async act() {
      const { status } = await call(raw, path);
      const wanted = path === undefined ? [200, 413] : [403];
      if (!wanted.includes(status)) throw new Error(`${name} was answered with ${status}`);
    },
  });
  return {
    config: { provider: "smsc", login: smsc.login, password: smsc.password, polling: false, webhookSecret, ...settings(smsc.wire) },
    attach: (channel) => server.attach(channel),
    door: server,
    async say(text) {
      const raw = payload(text);
      queue = queue.then(() => deliver(raw, true));
    },
    async sayBackwards(texts) {
      const news = texts.map((text) => payload(text));
      for (const raw of news.reverse()) await deliver(raw, true);
    },
    async sayTogether(texts) {
      await Promise.all(texts.map((text, i) => deliver(payload(text, `770111122${10 + i}`), true)));
    },
    acknowledged: async () => acknowledged,
    async redeliver() {
      for (const raw of sent) await deliver(raw, false);
    },
    async down() {
      await smsc.wire.down();
      await server.down();
    },
    async up() {
      await smsc.wire.up();
      await server.up();
    },
    hostile: [
      hostile("a wrong secret", "phone=1&mes=x", secret()),
      hostile("no secret", "phone=1&mes=x", ""),
      hostile("a path", "phone=1&mes=x", "../../etc/passwd"),
      hostile("no sender", "id=1&mes=x"),
      hostile("half a JSON", '{"id":'),
      hostile("invalid UTF-8", Buffer.from([0x6d, 0x3d, 0xff, 0xfe])),
      hostile("NULs", "a%00b=x%00y&mes=%00"),
      hostile("a body of a megabyte", "x".repeat(1_000_000)),
      hostile("a polluted prototype", '{"__proto__":{"status":1},"mes":"x"}'),
    ],
    customer: () => ({ kind: "phone", value: `+${CUSTOMER}` }),
    received: async () => smsc.taken.map((one) => one.mes),
    credentials: {
      async revoke() {
        smsc.accepted = false;
      },
      async restore() {
        smsc.accepted = true;
      },
    },
    next: next(smsc.wire, { error: "message is denied", error_code: 6, id: 542 }, /message is denied/),
    sendWhileDown: "unreachable",
    async stop() {
      stopped = true;
      await server.down();
      await smsc.wire.down();
      await queue;
    },
  };
}

async function mobizon(): Promise<Provider> {
  const service = new MobizonEmulator();
  await service.wire.up();
  const server = await HouseDoor.open();
  const webhookSecret = secret();
  const hostile = (name: string, raw: string | Buffer, wanted: number, path = webhookSecret) => ({
    name,
    async act() {
      const { status } = await server.request("POST", path, { raw, headers: { "content-type": "application/json" } });
      if (status !== wanted) throw new Error(`${name} was answered with ${status}`);
    },
  });
  return {
    config: { provider: "mobizon", apiKey: service.apiKey, webhookSecret, ...settings(service.wire) },
    attach: (channel) => server.attach(channel),
    door: server,
    say: () => Promise.reject(new Error("Mobizon receives nothing")),
    acknowledged: async () => 0,
    redeliver: async () => {},
    down: () => service.wire.down(),
    up: () => service.wire.up(),
    hostile: [
      hostile("a wrong secret", "{}", 403, secret()),
      hostile("half a JSON", '{"eventId":', 200),
      hostile("a list", "[1,2,3]", 200),
      hostile("a forged signature", '{"eventId":26,"eventType":"sms-delivery-report","attempt":1,"sign":"3f0a37cf5e27fe0615504b6d700b4b657ecfd39d"}', 403),
      hostile("a report without its message", '{"eventId":27,"eventType":"sms-delivery-report","data":{}}', 200),
      hostile("an event of a form", '{"eventId":40,"eventType":"form-submission","data":{"formId":846}}', 200),
      hostile("invalid UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), 200),
    ],
    customer: () => ({ kind: "phone", value: `+${CUSTOMER}` }),
    received: async () => service.taken.map((one) => one.text),
    credentials: {
      async revoke() {
        service.accepted = false;
      },
      async restore() {
        service.accepted = true;
      },
    },
    next: next(
      service.wire,
      { code: 1, data: { recipient: "Incorrect recipient number" }, message: "Validation error" },
      /recipient: Incorrect recipient number/,
    ),
    sendWhileDown: "unreachable",
    async stop() {
      await server.down();
      await service.wire.down();
    },
  };
}

const under = (name: string, provider: () => Promise<Provider>): AdapterUnderTest => ({
  name,
  adapter: smsHttp as never,
  commands: ["message.send"],
  provider,
});
export const smscUnderTest = under("sms-http, SMSC asked", smscPolled);
export const smscCallingUnderTest = under("sms-http, SMSC calling", smscCalling);
export const mobizonUnderTest: AdapterUnderTest = { ...under("sms-http, Mobizon", mobizon), oneWay: "out" };
