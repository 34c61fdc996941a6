import type { AddressInfo } from "node:net";
import type { Id } from "@kommutator/contract/ids";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { until } from "../lab/support/wait.ts";
import { asSeen, nameOf, openWorld, type Request, readsAll, requestOf, send, type World } from "./matrix.ts";
import type { Role } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import type { Kind } from "./world.ts";

/** What happens in another department changes no list, count, search, export or screen of whoever may not see it (AD-02). */
vi.setConfig({ testTimeout: 90_000 });
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.house.close());

interface Question {
  line: string;
  request: Request;
}
/** Every question that is not about one thing. */
async function questions(): Promise<Question[]> {
  const lists = Object.entries(OPERATIONS).filter(([line, o]) => /^GET (?!.*\{id\})/.test(line) && o.elsewhere === undefined && o.everybodys !== true);
  const asked: Question[] = [];
  for (const [line, operation] of lists) {
    const described = world.described.find((d) => d.name === nameOf(line));
    if (described !== undefined) asked.push({ line, request: await requestOf(described, operation, world.ours) });
  }
  return asked;
}
/** All answers at once; the audit before or after the others, since to ask for a file is written down too. */
async function answers(role: Role, asked: Question[], auditLast: boolean): Promise<Map<string, string>> {
  const ask = async (some: Question[]) =>
    Promise.all(some.map(async ({ line, request }) => [line, asSeen(await send(world.browsers[role], request), "never")] as const));
  const audit = asked.filter((q) => q.line === "GET /audit");
  const others = asked.filter((q) => q.line !== "GET /audit");
  const inTurn = auditLast ? [others, audit] : [audit, others];
  const all: (readonly [string, string])[] = [];
  for (const some of inTurn) all.push(...(await ask(some)));
  return new Map(all);
}

/** Where two answers part, with a little of what stands around. */
function difference(before: string, after: string): string {
  let at = 0;
  while (before[at] === after[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 150), at + 250);
  return `was …${around(before)}… and is …${around(after)}…`;
}

/** The other department at work: of everything one, and what is changed of it. */
const MADE: Kind[] = [
  ...(["contact", "contactPoint", "lead", "interest", "interaction", "message", "call", "inquiry", "absence", "task", "file", "canned"] as const),
  ...(["savedFilter", "notification", "employee", "department", "queue", "import"] as const),
];
async function theyWork(): Promise<void> {
  const { theirs } = world;
  for (const kind of MADE) await theirs.of(kind);
  await theirs.waiting();
  const [a, b] = [await theirs.customer(), await theirs.customer()].sort() as [Id, Id];
  await theirs.house.sql`INSERT INTO duplicate_candidate (object_kind, a_id, b_id, score, signals) VALUES ('customer', ${a}, ${b}, 0.9, '[]')`;
  await theirs.house.sql`
    INSERT INTO presence_log (employee_id, state, intent, from_at, to_at) VALUES (${theirs.me.id}, 'idle', 'available', now() - interval '2 s', now() - interval '1 s')`;
  const interest = await theirs.interest();
  const stageId = theirs.catalogues.interestKinds["sale"]?.stageIds[1];
  await theirs.browser.call("POST", `/interests/${interest}/stage`, { stageId, version: await theirs.version(interest) });
  const lost = await theirs.interest();
  const body = { status: "lost", lossReasonId: Object.values(theirs.catalogues.lossReasons)[0], version: await theirs.version(lost) };
  await theirs.browser.call("POST", `/interests/${lost}/close`, body);
  const call = await theirs.of("call");
  await theirs.house.sql`UPDATE call SET state = 'ended', ended_at = now(), disposition = 'answered', answered_by = ${theirs.me.id} WHERE id = ${call}`;
}

test("no list, count, search or export of another department changes by it; for whoever may see it they all do", async () => {
  await world.ours.interest();
  const asked = await questions();
  const before = {
    nobody: await answers("nobody", asked, true),
    agent: await answers("agent", asked, true),
    head: await answers("head", asked, true),
    admin: await answers("admin", asked, true),
  };
  await theyWork();
  const wrong: string[] = [];
  let compared = 0;
  for (const role of ["nobody", "agent", "head"] as const) {
    const after = await answers(role, asked, false);
    for (const { line } of asked) {
      const { of, action } = OPERATIONS[line] ?? {};
      if (of !== undefined && readsAll(role, of, action)) continue;
      compared++;
      if (after.get(line) !== before[role].get(line)) wrong.push(`${role}: ${line} ${difference(before[role].get(line) ?? "", after.get(line) ?? "")}`);
    }
  }
  // The permitted twin: the same questions of somebody who may see all of it have other answers now.
  const after = await answers("admin", asked, false);
  for (const { line, request } of asked) {
    const { of } = OPERATIONS[line] ?? {};
    const byOwn = Object.values(request.query).some((v) => world.ours.kinds.has(v));
    if (of !== undefined && !byOwn && after.get(line) === before.admin.get(line)) wrong.push(`admin: ${line} says the same as before: ${after.get(line)}`);
  }
  if (wrong.length > 0) throw new Error(wrong.map((w) => w.slice(0, 1500)).join("\n\n"));
  expect(compared).toBeGreaterThan(100);
});

test("a screen hears nothing of another department, whatever it asks to watch; its owner's screen does", async () => {
  const { house, ours, theirs, browsers } = world;
  await house.app.listen({ host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(house.app.server.address() as AddressInfo).port}`;
  const foreign = await theirs.dialog();
  const own = await ours.dialog();
  const screens: { socket: Socket; got: string[] }[] = [];
  const open = async (cookie: string, watch: Id[]) => {
    const screen = {
      socket: io(url, { path: "/live", transports: ["websocket"], forceNew: true, extraHeaders: { cookie }, auth: { position: null, watch } }),
      got: [] as string[],
    };
    screens.push(screen);
    screen.socket.onAny((event: string, body: unknown) => screen.got.push(`${event} ${JSON.stringify(body)}`));
    await until("hello", () => screen.got.some((g) => g.startsWith("hello")));
    return screen;
  };
  try {
    const watch = [foreign, own];
    const mine = await open(browsers.agent.cookie, watch);
    const nobodys = await open(browsers.nobody.cookie, watch);
    const danas = await open(theirs.browser.cookie, watch);
    const known = new Set(ours.kinds.keys());
    await theyWork();
    await theirs.browser.call("POST", `/dialogs/${foreign}/typing`);
    await theirs.browser.call("POST", `/dialogs/${foreign}/messages`, { clientKey: crypto.randomUUID(), text: "Nobody else hears this" });
    // What comes after it in the stream has come: so it has passed by.
    await ours.browser.call("POST", `/dialogs/${own}/messages`, { clientKey: crypto.randomUUID(), text: "The last word" });
    await until("the own last word", () => mine.got.some((g) => g.includes("The last word")));
    await until("the owner hears it", () => danas.got.some((g) => g.includes("Nobody else hears this")));
    const theirIds = [...theirs.kinds.keys()].filter((id) => !known.has(id)).concat(foreign);
    const leaked = [mine, nobodys].flatMap((s) => s.got.filter((g) => theirIds.some((id) => g.includes(id)) || g.includes("Nobody else")));
    expect(leaked).toEqual([]);
    expect(danas.got.filter((g) => g.includes("The last word"))).toEqual([]);
  } finally {
    for (const { socket } of screens) socket.disconnect();
  }
});
