import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/house.ts";
import { until } from "../support/wait.ts";

/** A text message that Kannel's service was given, decoded and put together by Kannel. */
export interface Served {
  from: string;
  to: string;
  text: string;
}

/** A real Kannel: bearerbox bound to an SMS centre over SMPP, smsbox with its HTTP interface in front. */
export interface Kannel {
  /** What arrived at Kannel's own subscriber. */
  readonly served: Served[];
  /** Delivery states that Kannel was told of what it sent: 1 delivered, 2 failed. */
  readonly receipts: number[];
  send(message: { from: string; to: string; text: string }): Promise<void>;
  stop(): Promise<void>;
}

/** Starts bearerbox and smsbox as processes of their own; resolves when smsbox takes messages. */
export async function startKannel(smsc: { port: number; systemId: string; password: string }): Promise<Kannel> {
  const dir = await mkdtemp(join(tmpdir(), "kommutator-kannel-"));
  const served: Served[] = [];
  const receipts: number[] = [];
  const service = createServer((request, response) => {
    const url = request.url ?? "";
    if (url.startsWith("/dlr")) receipts.push(Number(/type=(\d+)/.exec(url)?.[1]));
    else served.push(asServed(url));
    response.end();
  });
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  const servicePort = (service.address() as { port: number }).port;
  const [admin, box, sendsms] = [await freePort(), await freePort(), await freePort()];
  const file = join(dir, "kannel.conf");
  await writeFile(
    file,
    `
group = core
admin-port = ${admin}
admin-password = lab
admin-interface = 127.0.0.1
smsbox-port = ${box}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
log-file = "${dir}/bearerbox.log"
log-level = 0

group = smsc
smsc = smpp
smsc-id = house
host = 127.0.0.1
port = ${smsc.port}
transceiver-mode = true
smsc-username = ${smsc.systemId}
smsc-password = ${smsc.password}
system-type = ""
interface-version = 34
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = ${box}
sendsms-port = ${sendsms}
sendsms-interface = 127.0.0.1
log-file = "${dir}/smsbox.log"
log-level = 0

group = sendsms-user
username = lab
password = lab
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:${servicePort}/mo?from=%p&to=%P&coding=%c&body=%b"
`,
  );
  const children = new Set<ChildProcess>();
  let stopping = false;
  // Kannel's boxes are known to fall over now and then and are run under a watchdog (run_kannel_box of its own); so are ours.
  const run = (program: string): void => {
    const child = spawn(program, ["-v", "4", file], { stdio: "ignore", env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` } });
    children.add(child);
    child.once("exit", () => {
      children.delete(child);
      if (!stopping) run(program);
    });
  };
  const answers = (url: string): Promise<boolean> =>
    fetch(url).then(
      () => true,
      () => false,
    );
  const stop = async (): Promise<void> => {
    stopping = true;
    for (const child of [...children].reverse()) {
      const gone = new Promise<void>((resolve) => (child.exitCode === null && child.signalCode === null ? child.once("exit", () => resolve()) : resolve()));
      // It says goodbye slowly; the lab has nothing in it that must be kept.
      child.kill("SIGKILL");
      await gone;
    }
    service.closeAllConnections();
    await new Promise<void>((resolve) => service.close(() => resolve()));
    await rm(dir, { recursive: true, force: true });
  };
  try {
    run("bearerbox");
    await until("bearerbox is up", () => answers(`http://127.0.0.1:${admin}/status?password=lab`), { timeoutMs: 30_000 });
    run("smsbox");
    await until("smsbox is up", () => answers(`http://127.0.0.1:${sendsms}/`), { timeoutMs: 30_000 });
    const status = async (): Promise<string> => (await fetch(`http://127.0.0.1:${admin}/status.txt?password=lab`)).text();
    await until("Kannel is bound, its boxes joined", async () => /online/.test(await status()) && /smsbox/.test(await status()), { timeoutMs: 30_000 });
  } catch (error) {
    const log = await readFile(join(dir, "bearerbox.log"), "utf8").catch(() => "no log");
    await stop();
    throw new Error(`Kannel did not start:\n${log.slice(-4_000)}`, { cause: error });
  }
  return {
    served,
    receipts,
    async send({ from, to, text }) {
      const gsm = /^[\x20-\x7e€\n]*$/.test(text);
      const query = new URLSearchParams({ username: "lab", password: "lab", from, to, text, charset: "UTF-8", coding: gsm ? "0" : "2" });
      query.set("dlr-mask", "3");
      query.set("dlr-url", `http://127.0.0.1:${servicePort}/dlr?type=%d`);
      await until("smsbox is up", () => answers(`http://127.0.0.1:${sendsms}/`), { timeoutMs: 10_000 });
      const answer = await fetch(`http://127.0.0.1:${sendsms}/cgi-bin/sendsms?${query}`);
      if (answer.status !== 202) throw new Error(`sendsms: ${answer.status} ${await answer.text()}`);
    },
    stop,
  };
}

/** Kannel hands UCS-2 on as it came (coding 2), other texts as UTF-8. */
function asServed(url: string): Served {
  const field = (name: string): string => new RegExp(`[?&]${name}=([^&]*)`).exec(url)?.[1] ?? "";
  const octets = Buffer.from(
    field("body")
      .replaceAll("+", "%20")
      .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
  const text = field("coding") === "2" ? new TextDecoder("utf-16be").decode(octets) : octets.toString("utf8");
  return { from: decodeURIComponent(field("from")), to: decodeURIComponent(field("to")), text };
}
