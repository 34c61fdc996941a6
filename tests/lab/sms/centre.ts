import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/house.ts";
import { until } from "../support/wait.ts";
import { startWire, type Wire } from "./wire.ts";

const BOX = join(process.env["SMPPBOX_PREFIX"] ?? join(tmpdir(), "kommutator-lab", "smppbox"), "opensmppbox");

/** One SMS as Kannel puts it on the air: a long message is several of them, each with a header. */
export interface OnAir {
  from: string;
  to: string;
  /** User data header of a part (3GPP TS 23.040 section 9.2.3.24); null: the message is one SMS. */
  header: Buffer | null;
  octets: Buffer;
}

/** Kannel as the SMS centre that we bind to: opensmppbox takes us in, bearerbox routes, its "fake" network is the air. */
export interface Centre {
  /** Where an ESME binds. */
  readonly port: number;
  /** What went over the line between the ESME and Kannel. */
  readonly wire: Wire;
  /** Every SMS that reached the phone, in its order. */
  readonly air: OnAir[];
  /** The phone writes: Kannel divides what is longer than one SMS. */
  write(message: { from: string; to: string; text: string }): void;
  stop(): Promise<void>;
}

/** Starts Kannel's three parts and a phone on its network; the account's name and password are the ESME's. */
export async function startCentre(account: { systemId: string; password: string }): Promise<Centre> {
  if (!existsSync(BOX)) throw new Error(`${BOX} is missing: tests/lab/setup-smppbox.sh builds it`);
  const dir = await mkdtemp(join(tmpdir(), "kommutator-centre-"));
  const [admin, boxes, network, smpp, sendsms] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  const core = join(dir, "kannel.conf");
  await writeFile(
    core,
    `
group = core
admin-port = ${admin}
admin-password = lab
admin-interface = 127.0.0.1
smsbox-port = ${boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
dlr-storage = internal
log-file = "${dir}/bearerbox.log"
log-level = 0

group = smsc
smsc = fake
smsc-id = air
port = ${network}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sendsms}

group = smsbox-route
smsbox-id = ${account.systemId}
smsc-id = air
`,
  );
  const box = join(dir, "opensmppbox.conf");
  await writeFile(join(dir, "logins.txt"), `${account.systemId} ${account.password} house 127.0.0.1\n`);
  await writeFile(
    box,
    `
group = core
dlr-storage = internal

group = opensmppbox
opensmppbox-id = smppbox
opensmppbox-port = ${smpp}
bearerbox-host = 127.0.0.1
bearerbox-port = ${boxes}
our-system-id = Kannel
use-systemid-as-smsboxid = true
route-to-smsc = air
smpp-logins = "${dir}/logins.txt"
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1
timeout = 600
log-file = "${dir}/opensmppbox.log"
log-level = 0
`,
  );
  const children: ChildProcess[] = [];
  const air: OnAir[] = [];
  let phone: Socket | null = null;
  let wire: Wire | null = null;
  const run = (program: string, file: string): void => {
    children.push(spawn(program, ["-v", "4", file], { stdio: "ignore", env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` } }));
  };
  const stop = async (): Promise<void> => {
    phone?.destroy();
    await wire?.close();
    for (const child of [...children].reverse()) {
      const gone = new Promise<void>((resolve) => (child.exitCode === null && child.signalCode === null ? child.once("exit", () => resolve()) : resolve()));
      child.kill("SIGKILL");
      await gone;
    }
    await rm(dir, { recursive: true, force: true });
  };
  try {
    run("bearerbox", core);
    await until("bearerbox is up", () => listens(boxes), { timeoutMs: 30_000 });
    run(BOX, box);
    await until("opensmppbox is up", () => listens(smpp), { timeoutMs: 30_000 });
    const switchedOn = createConnection({ port: network, host: "127.0.0.1" });
    phone = switchedOn;
    await new Promise<void>((resolve, reject) => switchedOn.once("connect", resolve).once("error", reject));
    let text = "";
    switchedOn.setEncoding("latin1").on("data", (chunk: string) => {
      const lines = (text + chunk).split("\n");
      text = lines.pop() as string;
      air.push(...lines.map(asOnAir));
    });
    wire = await startWire(smpp);
  } catch (error) {
    const log = await readFile(join(dir, "bearerbox.log"), "utf8").catch(() => "no log");
    await stop();
    throw new Error(`Kannel did not start:\n${log.slice(-4_000)}`, { cause: error });
  }
  return {
    port: wire.port,
    wire,
    air,
    write: ({ from, to, text }) => {
      const octets = [...Buffer.from(text, "utf16le").swap16()].map((octet) => `%${octet.toString(16).padStart(2, "0")}`).join("");
      phone?.write(`${from} ${to} ucs2 ${octets}\n`);
    },
    stop,
  };
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

/** A line of Kannel's fake network: "from to udh HEADER data OCTETS", "from to ucs-2 OCTETS" or "from to text WORDS". */
function asOnAir(line: string): OnAir {
  const [from = "", to = "", kind = "", first = "", , last = ""] = line.split(" ");
  if (kind === "udh") return { from, to, header: octetsOf(first), octets: octetsOf(last) };
  if (kind === "ucs-2") return { from, to, header: null, octets: octetsOf(first) };
  return { from, to, header: null, octets: Buffer.from(line.slice(`${from} ${to} ${kind} `.length), "latin1") };
}

const octetsOf = (encoded: string): Buffer =>
  Buffer.from(
    encoded.replaceAll("+", " ").replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
