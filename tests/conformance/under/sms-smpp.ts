import { smsSmpp } from "@kommutator/adapters/sms-smpp";
import { deliverSm, Smsc, textsOf } from "../../emulators/smpp/smsc.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";

const OURS = "77010000001";
const CUSTOMER = "77011112233";
const ACCOUNT = "house";

async function provider(): Promise<Provider> {
  const smsc = await Smsc.start([{ systemId: ACCOUNT, password: "hunter2", numbers: [OURS] }]);
  const account = smsc.accounts[0] as { password: string };
  const said: string[] = [];
  const message = (text: string, from = CUSTOMER) => deliverSm({ from, to: OURS, text });
  const hostile = (name: string, frame: Buffer) => ({ name, act: async () => smsc.deliver(ACCOUNT, frame, { counts: false }) });
  const raw = (name: string, octets: Buffer) => ({ name, act: async () => smsc.raw(ACCOUNT, octets) });
  return {
    config: {
      host: "127.0.0.1",
      port: smsc.port,
      security: "none",
      systemId: ACCOUNT,
      password: "hunter2",
      sourceAddress: OURS,
      reconnectFloorMs: 50,
      pduTimeoutMs: 2_000,
    },
    async say(text) {
      said.push(text);
      smsc.deliver(ACCOUNT, message(text));
    },
    acknowledged: async () => smsc.acknowledged,
    async redeliver() {
      for (const text of said) smsc.deliver(ACCOUNT, message(text), { counts: false });
    },
    down: () => smsc.down(),
    up: () => smsc.up(),
    async sayTogether(texts) {
      await smsc.deliverTogether(
        ACCOUNT,
        texts.map((text, i) => message(text, `770111100${String(i).padStart(2, "0")}`)),
      );
    },
    next: {
      limit() {
        smsc.whims.push({ kind: "status", status: 0x58 });
        return { retryAfterMs: null };
      },
      fail() {
        smsc.whims.push({ kind: "status", status: 0x08 });
        return { code: "unreachable" };
      },
      refuse() {
        smsc.whims.push({ kind: "status", status: 0x0b });
        return { words: /number is wrong or not served/ };
      },
      swallow() {
        smsc.whims.push({ kind: "swallow" });
        return { code: "uncertain" };
      },
    },
    hostile: [
      hostile("an SMS that is no text", deliverSm({ from: CUSTOMER, to: OURS, text: Buffer.from([1, 2, 3]), dataCoding: 4 })),
      hostile("an SMS from nobody", deliverSm({ from: "", to: OURS, text: "x" })),
      hostile("NULs", deliverSm({ from: CUSTOMER, to: OURS, text: Buffer.from("\0a\0\0", "latin1"), dataCoding: 8 })),
      hostile("half a surrogate pair", deliverSm({ from: CUSTOMER, to: OURS, text: Buffer.from([0xd8, 0x3d]), dataCoding: 8 })),
      hostile("an odd number of UCS-2 octets", deliverSm({ from: CUSTOMER, to: OURS, text: Buffer.from([4, 0x10, 4]), dataCoding: 8 })),
      hostile("a header longer than the message", deliverSm({ from: CUSTOMER, to: OURS, text: Buffer.from([200, 0, 3]), esmClass: 0x40 })),
      hostile("part 9 of 2", deliverSm({ from: CUSTOMER, to: OURS, text: Buffer.from([5, 0, 3, 1, 2, 9, 65]), esmClass: 0x40 })),
      hostile("a receipt of nothing", deliverSm({ from: CUSTOMER, to: OURS, text: "thank you", esmClass: 4 })),
      hostile("a receipt of a stranger's message", deliverSm({ from: CUSTOMER, to: OURS, text: "id:77 stat:DELIVRD", esmClass: 4 })),
      hostile("a PDU that ends in its middle", truncated()),
      raw("a command that does not exist", Buffer.from("00000010000000990000000000000007", "hex")),
      raw("an answer that nobody asked for", Buffer.from("00000010800000040000000000007777", "hex")),
      raw("no SMPP at all", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")),
      raw("a length of nothing", Buffer.alloc(16)),
      raw("a length of four gigabytes", Buffer.alloc(64, 0xff)),
    ],
    customer: () => ({ kind: "phone", value: `+${CUSTOMER}` }),
    received: async () => textsOf(smsc.submitted),
    credentials: {
      async revoke() {
        account.password = "another";
        smsc.drop();
      },
      async restore() {
        account.password = "hunter2";
      },
    },
    sendWhileDown: "unreachable",
    stop: () => smsc.down(),
  };
}

/** A deliver_sm cut off in its short_message, its length in order. */
function truncated(): Buffer {
  const whole = deliverSm({ from: CUSTOMER, to: OURS, text: "Hello, is anybody there?" });
  const cut = Buffer.from(whole.subarray(0, whole.length - 10));
  cut.writeUInt32BE(cut.length, 0);
  return cut;
}

export const smsSmppUnderTest: AdapterUnderTest = {
  name: "sms-smpp",
  adapter: smsSmpp as never,
  commands: ["message.send"],
  lacks: { backwards: "an SMS has no number of its own; the parts of a long one come backwards in smpp-wire.test.ts" },
  provider,
};
