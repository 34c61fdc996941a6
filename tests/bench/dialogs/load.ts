import { createHmac, randomBytes } from "node:crypto";
import http from "node:http";
import type { ServerEvent } from "@kommutator/contract/api/socket";
import { io, type Socket } from "socket.io-client";
import { TelegramEmulator } from "../../emulators/telegram/telegram.ts";
import { ViberServer } from "../../emulators/viber/server.ts";
import { type Kind, numberIn, type Plan, type PlannedDialog, percentile, type Report, wordsOf } from "./plan.ts";

/**
 * The load generator, a process of its own on the same cores: it plays the customers of three channels over the providers' wires and
 * the browsers of all agents. Open loop: a message is due at its time whatever happened to the ones before; one customer's messages
 * follow each other, as they do in life.
 */
const VIBER_TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
const viber = await ViberServer.start(VIBER_TOKEN);
const telegram = await TelegramEmulator.start();
process.send?.({ viberApi: viber.apiUrl, telegramUrl: telegram.url });
const plan = await new Promise<Plan>((resolve) => process.once("message", (message) => resolve(message as Plan)));

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
let attempts = 0;
/** Milliseconds from the scheduled send to the house's acknowledgement (the event is durable then), of those sent over HTTP. */
const acknowledged: number[] = [];
let reconnects = 0;
/** Told that too much was missed: a page reads its lists and dialogs again. */
let resyncs = 0;

/** One POST; the status, or 0 when there was no answer. */
function post(path: string, body: string, headers: Record<string, string>): Promise<number> {
  attempts++;
  return new Promise((resolve) => {
    const request = http.request(
      new URL(path, plan.url),
      { method: "POST", agent, headers: { ...headers, "content-length": Buffer.byteLength(body) }, timeout: 10_000 },
      (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
        response.once("error", () => resolve(0));
      },
    );
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(0));
    request.end(body);
  });
}

const token = BigInt(Date.now()) * 1_000_000n;
/** Says it until it is acknowledged, always with the same key, as the page and the providers do. */
async function say(dialog: Pick<PlannedDialog, "kind" | "writer">, n: number): Promise<void> {
  const text = wordsOf(n);
  if (dialog.kind === "telegram") {
    telegram.say({ id: Number(dialog.writer), first_name: `Writer ${dialog.writer}` }, text);
    return;
  }
  for (;;) {
    let status: number;
    if (dialog.kind === "web-chat") {
      const headers = { "content-type": "application/json", authorization: `Bearer ${dialog.writer}` };
      status = await post(`/hooks/${plan.channels["web-chat"]}/message`, JSON.stringify({ key: `message-${n}`, text }), headers);
    } else {
      const fields = {
        event: "message",
        timestamp: Date.now(),
        message_token: 0,
        sender: { id: dialog.writer, name: "John McClane", country: "UK", language: "en", api_version: 1 },
        message: { type: "text", text },
      };
      const body = JSON.stringify(fields).replace('"message_token":0', `"message_token":${token + BigInt(n)}`);
      const signature = createHmac("sha256", plan.viberToken).update(body).digest("hex");
      status = await post(new URL(viber.webhook).pathname, body, { "content-type": "application/json", "x-viber-content-signature": signature });
    }
    if (status === 200) {
      acknowledged.push(performance.now() - (due.get(n)?.at ?? 0));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Message number -> when it was due, and when it was received. */
const due = new Map<number, { at: number; kind: Kind; isNew: boolean; timed: boolean }>();
const got = new Map<number, number>();
let repeated = 0;
function receive(n: number, again: boolean): void {
  if (n < 0 || !due.has(n)) return;
  if (!got.has(n)) got.set(n, performance.now());
  else if (!again) repeated++;
}

async function connect(): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (const { cookie, dialogs } of plan.agents) {
    let position: number | null = null;
    let connections = 0;
    const seen = new Set<string>();
    const socket = io(plan.url, {
      path: "/live",
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
      extraHeaders: { cookie },
      auth: (tell) => tell({ position, watch: dialogs.map((d) => d.id) }),
    });
    const hello = new Promise<void>((resolve) => socket.once("hello", () => resolve()));
    // The house said no (it has just started): socket.io leaves trying again to the page.
    socket.on("connect_error", () => {
      if (!socket.active) setTimeout(() => socket.connect(), 300);
    });
    socket.on("connect", () => {
      if (connections++ > 0) reconnects++;
    });
    socket.on("resync", () => {
      if (connections > 1) resyncs++;
    });
    socket.on("hello", (body: ServerEvent<"hello">) => {
      position = Math.max(position ?? 0, body.position);
    });
    socket.on("message", (body: ServerEvent<"message">) => {
      position = Math.max(position ?? 0, body.position);
      // After a reconnection what was under way may come again; a page shows it once, by its id.
      const known = seen.has(body.message.id);
      seen.add(body.message.id);
      receive(numberIn(body.message.text), known && connections > 1);
    });
    socket.on("dialog.changed", (body: ServerEvent<"dialog.changed">) => {
      position = Math.max(position ?? 0, body.position);
      const n = numberIn(body.dialog.lastMessage?.text ?? "");
      if (due.get(n)?.isNew === true) receive(n, true);
    });
    sockets.push(socket);
    await hello;
  }
  return sockets;
}

const sockets = await connect();
const dialogs = plan.agents.flatMap((a) => a.dialogs);
// Neighbours in time are strangers: every dialog once, then every dialog again.
dialogs.sort((a, b) => (a.id < b.id ? -1 : 1));
const total = plan.perSecond * (plan.warmUpSeconds + plan.seconds);
const lines = new Map<string, Promise<void>>();
process.send?.("ready");
const begun = performance.now() + 500;
const cpu = process.cpuUsage();
const deliveries: Promise<void>[] = [];
for (let n = 0, turn = 0; n < total; ) {
  const wait = begun + (n * 1_000) / plan.perSecond - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  while (n < total && begun + (n * 1_000) / plan.perSecond <= performance.now()) {
    const isNew = n % plan.newEvery === plan.newEvery - 1;
    const dialog = isNew
      ? { id: `new-${n}`, kind: "web-chat" as const, writer: randomBytes(32).toString("base64url") }
      : (dialogs[turn++ % dialogs.length] as PlannedDialog);
    const number = n++;
    due.set(number, { at: begun + (number * 1_000) / plan.perSecond, kind: dialog.kind, isNew, timed: number >= plan.perSecond * plan.warmUpSeconds });
    const before = lines.get(dialog.id) ?? Promise.resolve();
    const said = before.then(() => say(dialog, number));
    lines.set(dialog.id, said);
    deliveries.push(said);
  }
}
await Promise.all(deliveries);
for (const end = performance.now() + plan.graceSeconds * 1_000; got.size < due.size && performance.now() < end; )
  await new Promise((resolve) => setTimeout(resolve, 50));
const used = process.cpuUsage(cpu);
const busy = (used.user + used.system) / 1_000 / (performance.now() - begun);
const rows = [...due].map(([n, d]) => ({ ...d, ms: (got.get(n) ?? Number.POSITIVE_INFINITY) - d.at }));
const times = (of: (r: (typeof rows)[number]) => boolean) =>
  rows
    .filter(of)
    .map((r) => (Number.isFinite(r.ms) ? r.ms : 1e9))
    .sort((a, b) => a - b);
const summary = (sorted: number[]) => ({ n: sorted.length, p50: percentile(sorted, 50), p99: percentile(sorted, 99) });
const known = times((r) => r.timed && !r.isNew);
const report: Report = {
  scheduled: due.size,
  received: got.size,
  missing: [...due.keys()]
    .filter((n) => !got.has(n))
    .slice(0, 20)
    .map(String),
  repeated,
  reconnects,
  resyncs,
  attempts,
  acknowledged: summary(acknowledged.sort((a, b) => a - b)),
  latency: { p50: percentile(known, 50), p90: percentile(known, 90), p99: percentile(known, 99), max: percentile(known, 100) },
  byKind: Object.fromEntries((["web-chat", "viber", "telegram"] as const).map((kind) => [kind, summary(times((r) => r.timed && !r.isNew && r.kind === kind))])),
  newWriters: summary(times((r) => r.timed && r.isNew)),
  warmUp: summary(times((r) => !r.timed)),
  generatorBusy: Math.round(busy * 100) / 100,
};
await new Promise<void>((resolve) => process.send?.(report, undefined, undefined, () => resolve()));
for (const socket of sockets) socket.disconnect();
process.exit(0);
