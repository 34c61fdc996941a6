import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { smsSmpp } from "@kommutator/adapters/sms-smpp";
import type { Channel } from "@kommutator/contract/channel";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Ledger } from "../../conformance/host.ts";
import { freePort } from "../../support/house.ts";
import { until } from "../support/wait.ts";

const MESSAGES = 25;
/** Kannel's SMS centre hands on to a bearerbox at this port and no other. */
const SMSBOX_PORT = 13_001;

let dir: string;
let port: number;
let channel: Channel;
const children: ChildProcess[] = [];
const ledger = new Ledger();
const abort = new AbortController();
const log = (): Promise<string> => readFile(join(dir, "drive.log"), "latin1").catch(() => "");

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-drive-"));
  const [admin, fake] = [await freePort(), await freePort()];
  port = await freePort();
  const file = join(dir, "bearerbox.conf");
  const core = `group = core\nadmin-port = ${admin}\nadmin-password = lab\nadmin-interface = 127.0.0.1\nsmsbox-port = ${SMSBOX_PORT}\nsmsbox-interface = 127.0.0.1`;
  // Without this group bearerbox opens no port for boxes.
  const box = `group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = ${await freePort()}\n`;
  await writeFile(file, `${core}\nbox-allow-ip = "127.0.0.1"\n\ngroup = smsc\nsmsc = fake\nport = ${fake}\nconnect-allow-ip = 127.0.0.1\n\n${box}`);
  const run = (program: string, args: string[]): void => {
    const path = `${process.env["PATH"]}:/usr/sbin:/usr/lib/kannel/test`;
    children.push(spawn(program, args, { stdio: "ignore", env: { ...process.env, PATH: path } }));
  };
  const listens = (at: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = createConnection({ port: at, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  run("bearerbox", ["-v", "4", file]);
  await until("bearerbox listens", () => listens(SMSBOX_PORT), { timeoutMs: 30_000 });
  run("drive_smpp", ["-v", "4", "-l", join(dir, "drive.log"), "-p", String(port), "-m", String(MESSAGES)]);
  await until("the SMS centre has begun", async () => (await log()).includes("accept_thread"), { timeoutMs: 30_000 });
  const config = { host: "127.0.0.1", port, systemId: "house", password: "secret", sourceAddress: "77010000001", connections: "pair" };
  channel = await smsSmpp.open(smsSmpp.parseConfig(config), ledger.open(abort.signal));
});
afterAll(async () => {
  await channel?.close();
  abort.abort();
  for (const child of children) {
    const gone = new Promise<void>((resolve) => (child.exitCode === null && child.signalCode === null ? child.once("exit", () => resolve()) : resolve()));
    child.kill("SIGKILL");
    await gone;
  }
  await rm(dir, { recursive: true, force: true });
});

it("Kannel's own SMS centre, which knows no transceiver, is bound by two connections: its messages come once each, in order", async () => {
  await until("all have come", () => ledger.messages.length === MESSAGES, { timeoutMs: 20_000 });
  expect(ledger.messages.map((message) => message.text)).toEqual(Array.from({ length: MESSAGES }, (_, i) => String(i + 1)));
  expect(new Set(ledger.messages.map((message) => message.thread.key)).size).toBe(1);
  expect(ledger.events.filter((event) => event.kind === "unparseable")).toEqual([]);
});

it("our replies reach it, long ones in their segments", async () => {
  const send = channel.handlers["message.send"];
  const to = { kind: "phone", value: "+77011112233" } as const;
  for (const text of ["Hello from the house", "x".repeat(200)]) {
    const id = crypto.randomUUID();
    expect(await send?.({ id, threadKey: to.value, to, text, files: [], references: [] })).toEqual({ messageKey: id });
  }
  const said = await until("it has all", async () => {
    const texts = [...(await log()).matchAll(/submit_sm: short_message = <([\s\S]*?)>\n/g)].map((match) => match[1] as string);
    return texts.length === 3 ? texts : null;
  });
  // Its log ends a text at a NUL, which the header of a segment has.
  expect(said[0]).toBe("Hello from the house");
});

it("the test button finds the SMS centre alive", async () => {
  expect(await channel.test?.()).toMatchObject({ ok: true });
});
