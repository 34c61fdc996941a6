// `npm run demo`: the sample company with real traffic. A real Asterisk whose callers really ring, a real mail server with
// letters, visitors in the chat; all on loopback, all gone when you press Ctrl-C. Run through start.mjs, which brings tsx.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import nodemailer from "nodemailer";
import { startMailServer } from "../tests/lab/mail/server.ts";
import { startAsterisk } from "../tests/lab/support/asterisk.ts";
import { SipPeer } from "../tests/lab/support/sip.ts";
import { ApiClient, eventually } from "../tests/support/house.ts";
import { Visitor } from "../tests/support/visitor.ts";
import { houseArguments } from "./house-process.mjs";
import { ensureMachine, ROOT } from "./machine.mjs";

const missing = ensureMachine();
if (missing.length > 0) {
  console.error(`The demonstration needs, as root on Debian:\n  ${missing.join("\n  ")}`);
  process.exit(1);
}
const PASSWORD = "demo-demo-demo";
const port = process.env.PORT ?? "8080";
const url = `http://127.0.0.1:${port}`;
const dataDir = process.env.DATA_DIR ?? join(ROOT, "data", "demo");
mkdirSync(dataDir, { recursive: true });

const asterisk = await startAsterisk({
  ip: "127.0.0.31",
  sipPort: 35060,
  httpPort: 38088,
  trunkHost: "127.0.0.32",
  trunkPort: 35070,
  rtpStart: 34000,
  rtpEnd: 35999,
});
const mail = await startMailServer(["sales@romashka.example", "ivan@acme.example", "olga@client.example"]);
const channels = [
  {
    kind: "asterisk-ari",
    name: "Телефония",
    config: { url: asterisk.ari, user: asterisk.user, password: asterisk.password, app: asterisk.app, cdrFile: asterisk.cdrFile, mediaAddress: asterisk.ip },
  },
  {
    kind: "email",
    name: "Почта отдела продаж",
    config: {
      address: "sales@romashka.example",
      displayName: "Отдел продаж",
      imapHost: "127.0.0.1",
      imapPort: mail.imapPort,
      imapSecurity: "none",
      imapUser: "sales@romashka.example",
      imapPassword: mail.password,
      smtpHost: "127.0.0.1",
      smtpPort: mail.smtpPort,
      smtpSecurity: "none",
    },
  },
];
const house = spawn(process.execPath, houseArguments(), {
  cwd: ROOT,
  stdio: "inherit",
  env: {
    ...process.env,
    PORT: port,
    HOST: "127.0.0.1",
    DATA_DIR: dataDir,
    FIRST_PASSWORD: PASSWORD,
    CHANNELS: JSON.stringify(channels),
    LOG_LEVEL: process.env.LOG_LEVEL ?? "warn",
  },
});

const timers = [];
let ended = false;
async function end() {
  if (ended) return;
  ended = true;
  for (const t of timers) clearInterval(t);
  carrier?.close();
  if (house.exitCode === null) {
    const gone = new Promise((resolve) => house.once("exit", resolve));
    house.kill("SIGTERM");
    await gone;
  }
  await mail.stop();
  await asterisk.close();
  process.exit(0);
}
process.on("SIGINT", () => void end());
process.on("SIGTERM", () => void end());
house.on("exit", () => void end());
let carrier = null;

await eventually("the house answers", async () => (await fetch(`${url}/health`)).ok, 120_000);
const admin = await ApiClient.login(url, "admin", PASSWORD);
const { done } = await admin.get("/setup");
if (!done) {
  const sample = await admin.post("/setup/sample");
  console.log("\nSign in as one of these (another browser profile for each):");
  console.log(`  admin    ${PASSWORD}`);
  for (const p of sample.people) console.log(`  ${p.login.padEnd(8)} ${p.password}   ${p.name}, ${p.role}`);
  console.log(`A visitor's chat page: ${sample.chatUrl}`);
}
console.log("\nTraffic: a call every 40 s, a chat every 30 s, a letter every minute. Ctrl-C ends everything.");

const { items } = await admin.get("/customers?limit=50");
const numbers = items.map((c) => c.mainPhone).filter((p) => p !== null);
const chat = (await admin.get("/channels")).find((c) => c.kind === "web-chat");
carrier = await SipPeer.open({ ip: "127.0.0.32", port: 35070, server: asterisk });
const pick = (list) => list[Math.floor(Math.random() * list.length)];
const quietly = (what) => () => void what().catch((error) => console.warn(String(error)));
const SAYINGS = [
  "Здравствуйте, есть ли в наличии офисные кресла?",
  "Сәлеметсіз бе, тапсырысым қайда?",
  "Доброго дня! Скільки коштує доставка?",
  "Hello, do you deliver to Almaty?",
  "Когда приедет мастер?",
];

timers.push(
  setInterval(
    quietly(async () => {
      const call = await carrier.call("7272000000", {
        from: Math.random() < 0.7 && numbers.length > 0 ? pick(numbers) : `+7701${Math.floor(1e6 + Math.random() * 9e6)}`,
      });
      setTimeout(() => (call.state === "up" ? call.bye() : call.cancel()), 35_000);
    }),
    40_000,
  ),
  setInterval(
    quietly(async () => (await Visitor.arrive(url, chat.id)).say(pick(SAYINGS))),
    30_000,
  ),
  setInterval(
    quietly(async () => {
      const transport = nodemailer.createTransport({ host: "127.0.0.1", port: mail.smtpPort, secure: false, ignoreTLS: true });
      await transport.sendMail({
        from: pick(["Иван <ivan@acme.example>", "Ольга <olga@client.example>"]),
        to: "sales@romashka.example",
        subject: "Вопрос по заказу",
        text: pick(SAYINGS),
      });
    }),
    60_000,
  ),
);
