import { createHmac, randomUUID } from "node:crypto";
import { deliverSm, Smsc, textsOf } from "../../emulators/smpp/smsc.ts";
import { SmscEmulator } from "../../emulators/sms-http/smsc.ts";
import { Visitor } from "../../support/visitor.ts";
import { type ChannelDriver, sound } from "./driver.ts";

/** A visitor on the chat's page. */
export async function webChat(): Promise<ChannelDriver> {
  let visitor: Visitor;
  const send = (name: string, mime: string, bytes: Buffer) => visitor.sendFile(name, mime, bytes);
  return {
    kind: "web-chat",
    config: () => ({ messagesPerMinute: 1_000 }),
    async opened(houseUrl, channelId) {
      visitor = await Visitor.arrive(houseUrl, channelId);
    },
    say: (text) => visitor.say(text, { claims: { name: "Посетитель Чатов" } }),
    sendPicture: (name, png) => send(name, "image/png", png),
    sendSound: () => send("tone.wav", "audio/wav", sound()),
    received: async () => (await visitor.read()).filter((each) => !each.mine).map((each) => each.text),
    hasFile: async (bytes) => (await visitor.files()).some((each) => Buffer.from(each).equals(bytes)),
    // The page has shown all that is there.
    arrives: () => visitor.seen(),
    best: "read",
    close: async () => undefined,
  };
}

/** SMSC by HTTP, asked for answers and states. */
export async function smsHttp(): Promise<ChannelDriver> {
  const smsc = new SmscEmulator();
  await smsc.wire.up();
  const phone = "77015550101";
  return {
    kind: "sms-http",
    config: () => ({
      provider: "smsc",
      login: smsc.login,
      password: smsc.password,
      apiUrl: `http://127.0.0.1:${smsc.wire.port}`,
      polling: true,
      pollMs: 50,
      timeoutMs: 1_000,
    }),
    say: (text) => smsc.hear(phone, text),
    received: () => smsc.taken.filter((each) => each.phones === phone).map((each) => each.mes),
    arrives: () => {
      for (const each of smsc.taken) smsc.states.set(each.id, { status: 1, err: 0 });
    },
    best: "delivered",
    close: () => smsc.wire.down(),
  };
}

/** An SMS centre over SMPP; a receipt comes as a deliver_sm. */
export async function smsSmpp(): Promise<ChannelDriver> {
  const [ours, phone] = ["77010000001", "77015550202"];
  const smsc = await Smsc.start([{ systemId: "house", password: "hunter2", numbers: [ours] }]);
  const mine = () => smsc.submitted.filter((each) => each.to.endsWith(phone));
  return {
    kind: "sms-smpp",
    config: () => ({
      host: "127.0.0.1",
      port: smsc.port,
      security: "none",
      systemId: "house",
      password: "hunter2",
      sourceAddress: ours,
      reconnectFloorMs: 50,
      pduTimeoutMs: 2_000,
    }),
    say: (text) => smsc.deliver("house", deliverSm({ from: phone, to: ours, text })),
    received: () => textsOf(mine()),
    arrives: () => {
      for (const each of mine())
        smsc.deliver(
          "house",
          deliverSm({
            from: phone,
            to: ours,
            esmClass: 4,
            text: Buffer.from(`id:${each.id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:`, "latin1"),
            dataCoding: 0,
          }),
        );
    },
    best: "delivered",
    close: () => smsc.down(),
  };
}

/** A site's own server that sends its signed requests. Nothing can be answered on a form. */
export async function webForm(): Promise<ChannelDriver> {
  const secret = "a secret of the site's server";
  let hook = "";
  return {
    kind: "web-form",
    config: () => ({ secret, formName: "callback", minFillSeconds: 0 }),
    opened: (houseUrl, channelId) => {
      hook = `${houseUrl}/hooks/${channelId}`;
    },
    async say(text) {
      const body = JSON.stringify({ name: "Форма Сайтова", phone: "+77015550303", message: text, _key: randomUUID() });
      const at = String(Math.floor(Date.now() / 1000));
      const signature = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
      const answer = await fetch(hook, {
        method: "POST",
        headers: { "content-type": "application/json", "x-timestamp": at, "x-signature": `sha256=${signature}` },
        body,
      });
      if (!answer.ok) throw new Error(`the form was answered with ${answer.status}: ${await answer.text()}`);
    },
    close: async () => undefined,
  };
}
