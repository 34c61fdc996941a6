import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { ServerEvent, ServerEventName } from "@kommutator/contract/api/socket";
import { ServerEvents } from "@kommutator/contract/api/socket";
import type { NewDialogEvent } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import { io, type Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { emit } from "../../dialogs/emit.ts";
import { type ApiFixture, apiFixture, type Browser } from "../testing/api.fixture.ts";
import { Connections } from "./connections.ts";

let house: ApiFixture;
let url: string;
let chat: Id;
const who: Record<string, Browser> = {};
const screens: Screen[] = [];

beforeAll(async () => {
  house = await apiFixture();
  await house.app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(house.app.server.address() as AddressInfo).port}`;
  for (const e of Object.values(house.company.employees)) who[e.login] = await house.login(e);
  chat = await house.channel("web-chat");
});
afterEach(() => {
  for (const screen of screens.splice(0)) screen.socket.disconnect();
});
afterAll(async () => {
  await house.close();
});

/** A browser's live connection that writes down what it gets and keeps its cursor, as the workspace does. */
class Screen {
  readonly socket: Socket;
  readonly got: { [K in ServerEventName]: { event: K; body: ServerEvent<K> } }[ServerEventName][] = [];
  position: number | null;
  watch: Id[];
  refused: string | null = null;
  constructor(login: string, options: { position?: number | null; watch?: Id[]; origin?: string; cookie?: string } = {}) {
    this.position = options.position ?? null;
    this.watch = options.watch ?? [];
    this.socket = io(url, {
      path: "/live",
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: 10,
      reconnectionDelayMax: 20,
      extraHeaders: { cookie: options.cookie ?? (who[login] as Browser).cookie, ...(options.origin === undefined ? {} : { origin: options.origin }) },
      auth: (say) => say({ position: this.position, watch: this.watch }),
    });
    this.socket.on("connect_error", (error) => {
      this.refused = error.message;
    });
    this.socket.onAny((event: ServerEventName, body: ServerEvent<ServerEventName>) => {
      ServerEvents[event].parse(body);
      if ("position" in body) this.position = Math.max(this.position ?? 0, body.position);
      this.got.push({ event, body } as (typeof this.got)[number]);
    });
    screens.push(this);
  }
  of<K extends ServerEventName>(event: K): ServerEvent<K>[] {
    return this.got.filter((g) => g.event === event).map((g) => g.body as ServerEvent<K>);
  }
  async ready(): Promise<this> {
    await until("hello", () => this.of("hello").length > 0);
    return this;
  }
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const say = (...events: NewDialogEvent[]) => house.sql.begin((tx) => emit(tx, events));
const head = async () => (await house.sql<{ position: number }[]>`SELECT position FROM stream_head`)[0]?.position ?? 0;
const stamped = () => until("stamped", async () => (await house.sql`SELECT 1 FROM dialog_event WHERE position IS NULL`).length === 0);
/** A message of the customer, as ingest stores it. */
async function comesIn(dialogId: Id, text: string): Promise<Id> {
  return house.sql.begin(async (tx) => {
    const [row] = await tx<{ id: Id; seq: number }[]>`
      WITH d AS (UPDATE dialog SET next_seq = next_seq + 1, last_message_text = left(${text}, 200) WHERE id = ${dialogId} RETURNING id, channel_id, thread_key, next_seq - 1 AS seq)
      INSERT INTO message (dialog_id, seq, channel_id, thread_key, direction, author_kind, body) SELECT id, seq, channel_id, thread_key, 'in', 'customer', ${text} FROM d RETURNING id, seq`;
    const { id, seq } = row as { id: Id; seq: number };
    await emit(tx, [{ kind: "message.stored", dialogId, payload: { messageId: id, seq, direction: "in", employeeId: null, nature: "human", at: Date.now() } }]);
    return id;
  });
}
/** Everything said so far has reached this employee's screen: a word about the own presence comes after it. */
async function heard(screen: Screen, employeeId: Id): Promise<void> {
  await house.sql`INSERT INTO presence (employee_id) VALUES (${employeeId}) ON CONFLICT DO NOTHING`;
  const before = screen.of("presence").length;
  await say({ kind: "presence.changed", dialogId: null, payload: { employeeId } });
  await until("its own presence", () =>
    screen
      .of("presence")
      .slice(before)
      .some((p) => p.presence.employeeId === employeeId),
  );
}

describe("joining", () => {
  test("only a live session of our own pages is let in", async () => {
    const stranger = new Screen("aigul", { cookie: "kommutator_session=nobody" });
    await until("refused", () => stranger.refused !== null);
    expect(stranger.refused).toBe("unauthenticated");
    const foreign = new Screen("aigul", { origin: "https://evil.example" });
    await until("refused", () => foreign.refused !== null);
    expect(foreign.socket.connected).toBe(false);
    await new Screen("aigul", { origin: url }).ready();
  });

  test("a cursor older than the stream keeps, or from another database, is told to read again", async () => {
    const ahead = await new Screen("aigul", { position: 1_000_000 }).ready();
    expect(ahead.of("resync")).toHaveLength(1);
    await house.dialog({ channelId: chat });
    await until("stamped", async () => (await head()) > 0);
    await house.sql`UPDATE stream_head SET oldest_position = position + 1`;
    const old = await new Screen("aigul", { position: 0 }).ready();
    await house.sql`UPDATE stream_head SET oldest_position = 1`;
    expect(old.of("resync")).toHaveLength(1);
  });
});

describe("what a screen gets", () => {
  test("lists change for whom it concerns, bodies go to those who watch, four times a second a dialog at most", async () => {
    const { aigul } = house.company.employees;
    const id = await house.dialog({ channelId: chat, assignee: aigul.id });
    const [mine, watching, colleague] = [new Screen("aigul"), new Screen("aigul", { watch: [id] }), new Screen("bolat", { watch: [id] })];
    await Promise.all([mine.ready(), watching.ready(), colleague.ready()]);
    const began = performance.now();
    const ids: Id[] = [];
    for (let i = 0; i < 60; i++) ids.push(await comesIn(id, `message ${i}`));
    await until("all bodies", () => watching.of("message").length === 60);
    expect(watching.of("message").map((m) => m.message.id)).toEqual(ids);
    await until("the last change", () => mine.of("dialog.changed").at(-1)?.dialog.lastMessage?.text === "message 59");
    const seconds = (performance.now() - began) / 1000;
    expect(mine.of("dialog.changed").length).toBeLessThanOrEqual(4 * seconds + 2);
    expect(mine.of("dialog.changed").at(-1)?.dialog.unread).toBe(61);
    expect(mine.of("message")).toEqual([]);
    await heard(colleague, house.company.employees.bolat.id);
    expect(colleague.got.filter((g) => g.event !== "hello" && g.event !== "presence")).toEqual([]);
  });

  test("an offer goes at once to the one it is for, and nobody else learns of it", async () => {
    const { aigul } = house.company.employees;
    const id = await house.dialog({ channelId: chat });
    const [entry] = await house.sql<{ id: Id }[]>`SELECT id FROM entry WHERE dialog_id = ${id}`;
    const [offered, other] = [await new Screen("aigul").ready(), await new Screen("bolat").ready()];
    const offerId = randomUUID();
    const entryId = entry?.id as Id;
    await house.sql.begin(async (tx) => {
      await tx`
        INSERT INTO offer (id, command_id, entry_id, dialog_id, employee_id, rung, reason, state, created_at, deadline_at)
        VALUES (${offerId}, 'test:0', ${entryId}, ${id}, ${aigul.id}, 'responsible', '{"code":"responsible_customer"}', 'pending', now(), now() + interval '45 s')`;
      await emit(tx, [
        {
          kind: "offer.made",
          dialogId: id,
          payload: { offerId, entryId, employeeId: aigul.id, rung: "responsible", reason: { code: "responsible_customer" }, deadlineAt: Date.now() + 45_000 },
        },
      ]);
    });
    await until("the offer", () => offered.of("offer").length === 1);
    expect(offered.of("offer")[0]).toMatchObject({ offer: { id: offerId, reason: { code: "responsible_customer" } }, dialog: { id, state: "offered" } });
    await house.sql.begin(async (tx) => {
      await tx`UPDATE offer SET ended_at = now(), state = 'timed_out' WHERE id = ${offerId}`;
      await emit(tx, [{ kind: "offer.ended", dialogId: id, payload: { offerId, entryId, employeeId: aigul.id, outcome: "timed_out", cause: null } }]);
    });
    await until("its end", () => offered.of("offer.ended").length === 1);
    await heard(other, house.company.employees.bolat.id);
    expect(other.of("offer")).toEqual([]);
    expect(other.of("offer.ended")).toEqual([]);
    // Who comes back later is not rung by an offer that is over.
    const late = await new Screen("aigul", { position: 0 }).ready();
    expect(late.of("offer").filter((o) => o.offer.id === offerId)).toEqual([]);
  });

  test("presence is for oneself and for those who see the board of that department", async () => {
    const { aigul } = house.company.employees;
    const all = await Promise.all(["aigul", "bolat", "head", "admin"].map((login) => new Screen(login).ready()));
    const [self, peer, chief, admin] = all as [Screen, Screen, Screen, Screen];
    await house.sql`INSERT INTO presence (employee_id, state) VALUES (${aigul.id}, 'idle') ON CONFLICT (employee_id) DO UPDATE SET state = 'idle'`;
    await say({ kind: "presence.changed", dialogId: null, payload: { employeeId: aigul.id } });
    const told = (screen: Screen) => screen.of("presence").filter((p) => p.presence.employeeId === aigul.id).length;
    await until("presence", () => told(self) > 0 && told(chief) > 0 && told(admin) > 0);
    expect(self.of("presence").at(-1)?.presence).toMatchObject({ state: "idle", maxDialogs: 5 });
    expect(told(peer)).toBe(0);
  });

  test("a change of an Interest reaches who may see it, with or without a dialog", async () => {
    const { bolat, dana } = house.company.employees;
    const { interestKinds } = house.company.catalogues;
    const [customer] = await house.sql<{ id: Id }[]>`INSERT INTO customer (kind, name) VALUES ('person', 'Somebody') RETURNING id`;
    const [interest] = await house.sql<{ id: Id }[]>`
      INSERT INTO interest (kind_id, process_mode, customer_id, title, responsible_id, stage_id) VALUES (${interestKinds["sale"]?.id as Id}, 'typical', ${customer?.id as Id}, 'x', ${bolat.id}, ${interestKinds["sale"]?.stageIds[0] as Id}) RETURNING id`;
    const [owner, peer, stranger] = [await new Screen("bolat").ready(), await new Screen("aigul").ready(), await new Screen("dana").ready()];
    await say({ kind: "interest.changed", dialogId: null, payload: { interestId: interest?.id as Id, status: "open" } });
    await until("both", () => owner.of("changed").length === 1 && peer.of("changed").length === 1);
    await heard(stranger, dana.id);
    expect(stranger.of("changed")).toEqual([]);
  });

  test("typing is shown to who watches and may see; a read mark to one's own other window", async () => {
    const { aigul } = house.company.employees;
    const id = await house.dialog({ channelId: chat, assignee: aigul.id });
    const [one, two, chief, stranger] = [
      new Screen("aigul"),
      new Screen("aigul", { watch: [id] }),
      new Screen("head", { watch: [id] }),
      new Screen("bolat", { watch: [id] }),
    ];
    await Promise.all([one.ready(), two.ready(), chief.ready(), stranger.ready()]);
    one.socket.emit("typing", { dialogId: id });
    await until("typing", () => chief.of("typing").length === 1);
    expect(chief.of("typing")[0]).toEqual({ dialogId: id, who: "Aigul Nurlanova" });
    // A machine at its limit may answer "overloaded": a page would try again.
    await until("the mark is taken", async () => (await (who["aigul"] as Browser).call("POST", `/dialogs/${id}/read`, {})).statusCode === 204);
    await until("read", () => two.of("dialog.changed").at(-1)?.dialog.unread === 0);
    stranger.socket.emit("typing", { dialogId: id });
    await (who["head"] as Browser).call("POST", `/dialogs/${id}/typing`, {});
    await until("the chief types", () => two.of("typing").some((t) => t.who === "Serik Head"));
    expect(stranger.of("typing")).toEqual([]);
    expect(two.of("typing").some((t) => t.who === "Bolat Akhmetov")).toBe(false);
  });
});

describe("rights at sending", () => {
  test("who loses a dialog is told so, and gets no message of it any more though still watching", async () => {
    const { aigul, bolat } = house.company.employees;
    const id = await house.dialog({ channelId: chat, assignee: aigul.id });
    const [from, to] = [await new Screen("aigul", { watch: [id] }).ready(), await new Screen("bolat", { watch: [id] }).ready()];
    await comesIn(id, "before");
    await until("before", () => from.of("message").length === 1);
    await house.sql.begin(async (tx) => {
      await tx`UPDATE assignment SET ended_at = now(), end_reason = 'taken' WHERE dialog_id = ${id}`;
      await tx`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (${randomUUID()}, ${id}, ${bolat.id}, 'chat', now())`;
      await emit(tx, [
        { kind: "dialog.unassigned", dialogId: id, payload: { employeeId: aigul.id, by: bolat.id, why: "taken" } },
        { kind: "dialog.assigned", dialogId: id, payload: { employeeId: bolat.id, by: bolat.id, offerId: null } },
      ]);
    });
    await until("removed", () => from.of("dialog.removed").some((r) => r.dialogId === id));
    await comesIn(id, "after");
    await until("after", () => to.of("message").some((m) => m.message.text === "after"));
    await heard(from, aigul.id);
    expect(from.of("message").map((m) => m.message.text)).toEqual(["before"]);
    await until("the new assignee is shown", () => to.of("dialog.changed").at(-1)?.dialog.assignee?.id === bolat.id);
  });

  test("a right taken away counts for the next event without a new login, and the screen reads its lists again", async () => {
    const id = await house.dialog({ channelId: chat, assignee: house.company.employees.dana.id });
    const chief = await new Screen("head", { watch: [id] }).ready();
    const { head: employee } = house.company.employees;
    await house.sql`UPDATE employee SET department_id = ${house.company.departments.b} WHERE id = ${employee.id}`;
    await until("resync", () => chief.of("resync").length > 0);
    await comesIn(id, "now yours to see");
    await until("seen", () => chief.of("message").length === 1);
    await house.sql`UPDATE employee SET department_id = ${house.company.departments.a} WHERE id = ${employee.id}`;
    await until("resync again", () => chief.of("resync").length > 1);
    await comesIn(id, "not any more");
    await until("told of the loss", () => chief.of("dialog.removed").length > 0);
    await heard(chief, employee.id);
    expect(chief.of("message")).toHaveLength(1);
  });

  test("a session that ends says goodbye on every open screen at once: logout only on its own, a password on all", async () => {
    const { bolat, admin } = house.company.employees;
    const another = await house.login(bolat);
    const [one, two] = [await new Screen("bolat").ready(), await new Screen("bolat", { cookie: another.cookie }).ready()];
    await another.call("POST", "/logout", {});
    await until("bye", () => two.of("bye").length === 1);
    expect(two.of("bye")).toEqual([{ reason: "logout" }]);
    expect(one.socket.connected).toBe(true);
    await (await house.login(admin)).call("POST", `/employees/${bolat.id}/password`, { password: "something else" });
    await until("bye", () => one.of("bye").length === 1);
    await until("shut out", () => one.refused === "unauthenticated" || !one.socket.connected);
    who["bolat"] = await house.login({ login: "bolat", password: "something else" });
  });
});

describe("resuming (design 4.4)", () => {
  test("cut again and again in the middle of events, a screen receives exactly what the table holds, in order, each once", async () => {
    const { aigul } = house.company.employees;
    const dialogs = await Promise.all([1, 2, 3, 4].map(() => house.dialog({ channelId: chat, assignee: aigul.id })));
    const start = await (async () => {
      await stamped();
      return head();
    })();
    const screen = await new Screen("aigul", { position: start, watch: dialogs }).ready();
    let writing = true;
    let cuts = 0;
    const cutting = (async () => {
      while (writing) {
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 60));
        if (screen.socket.connected) {
          cuts++;
          screen.socket.io.engine.close();
        }
      }
    })();
    await Promise.all(
      dialogs.map(async (id) => {
        for (let i = 0; i < 80; i++) await comesIn(id, `m${i}`);
      }),
    );
    writing = false;
    await cutting;
    await stamped();
    const expected = await house.sql<{ id: Id }[]>`
      SELECT payload->>'messageId' AS id FROM dialog_event WHERE position > ${start} AND kind = 'message.stored' AND dialog_id = ANY(${dialogs}::uuid[]) ORDER BY position`;
    await until("everything", () => screen.of("message").length >= expected.length);
    await heard(screen, aigul.id);
    expect(cuts).toBeGreaterThan(10);
    expect(expected).toHaveLength(320);
    expect(screen.of("message").map((m) => m.message.id)).toEqual(expected.map((e) => e.id));
    for (const id of dialogs)
      expect(
        screen
          .of("dialog.changed")
          .filter((d) => d.dialog.id === id)
          .at(-1)?.dialog.lastMessage?.text,
      ).toBe("m79");
  });

  test("a snapshot and a watch from its position leave no gap between them", async () => {
    const id = await house.dialog({ channelId: chat, assignee: house.company.employees.aigul.id });
    const screen = await new Screen("aigul").ready();
    await stamped();
    const snapshot = (await (who["aigul"] as Browser).call("GET", `/dialogs/${id}`)).json() as { position: number };
    const between = await comesIn(id, "between");
    await until("stamped", async () => (await head()) > snapshot.position);
    screen.socket.emit("watch", { dialogId: id, position: snapshot.position });
    await until("the message", () => screen.of("message").length === 1);
    const after = await comesIn(id, "after");
    await until("both", () => screen.of("message").length === 2);
    expect(screen.of("message").map((m) => m.message.id)).toEqual([between, after]);
  });

  test("a page that watched before its first connection gets what came after its picture, once", async () => {
    const id = await house.dialog({ channelId: chat, assignee: house.company.employees.aigul.id });
    await stamped();
    const snapshot = (await (who["aigul"] as Browser).call("GET", `/dialogs/${id}`)).json() as { position: number };
    const between = await comesIn(id, "between");
    await stamped();
    const screen = new Screen("aigul", { watch: [id] });
    screen.socket.on("connect", () => screen.socket.emit("watch", { dialogId: id, position: snapshot.position }));
    await screen.ready();
    await until("the message", () => screen.of("message").length === 1);
    screen.socket.emit("watch", { dialogId: id, position: snapshot.position });
    await heard(screen, house.company.employees.aigul.id);
    expect(screen.of("message").map((m) => m.message.id)).toEqual([between]);
  });

  test("a screen that does not read is cut, others are not kept waiting, and it resumes complete", async () => {
    const { aigul } = house.company.employees;
    const id = await house.dialog({ channelId: chat, assignee: aigul.id });
    await stamped();
    const start = await head();
    const [slow, quick] = [
      await new Screen("aigul", { position: start, watch: [id] }).ready(),
      await new Screen("head", { position: start, watch: [id] }).ready(),
    ];
    const wire = (slow.socket.io.engine as unknown as { transport: { ws: { _socket: { pause(): void; destroy(): void } } } }).transport.ws._socket;
    wire.pause();
    let cut = false;
    slow.socket.io.engine.on("close", () => {
      cut = true;
    });
    const ids: Id[] = [];
    for (let i = 0; i < 50; i++) ids.push(...(await Promise.all([1, 2, 3, 4, 5].map((n) => comesIn(id, `${i}.${n} ${"x".repeat(90_000)}`)))));
    await until("the quick one has all", () => quick.of("message").length >= 250);
    const metric = async () => /kommutator_sockets_cut_total (\d+)/.exec((await house.app.inject({ url: "/metrics" })).body)?.[1];
    expect(Number(await metric())).toBeGreaterThan(0);
    wire.destroy();
    await until("cut", () => cut);
    await until("complete", () => slow.of("message").length >= 250);
    await heard(slow, aigul.id);
    expect(slow.of("message").map((m) => m.message.id)).toEqual(quick.of("message").map((m) => m.message.id));
    expect(new Set(ids)).toEqual(new Set(slow.of("message").map((m) => m.message.id)));
  }, 90_000);
});

describe("who is online", () => {
  const inputsOf = async (employeeId: Id) =>
    (await house.inputs()).filter((i) => i.kind === "agent.connection" && i["employeeId"] === employeeId).map((i) => i["online"]);

  test("the first window tells routing, the last one gone tells it again; a second window tells nothing", async () => {
    const { id } = house.company.employees.admin;
    await until("nobody", async () => (await house.sql`SELECT 1 FROM agent_connection WHERE employee_id = ${id}`).length === 0);
    const before = (await inputsOf(id)).length;
    const one = await new Screen("admin").ready();
    const two = await new Screen("admin").ready();
    expect((await inputsOf(id)).slice(before)).toEqual([true]);
    one.socket.disconnect();
    await until("one left", async () => (await house.sql`SELECT 1 FROM agent_connection WHERE employee_id = ${id}`).length === 1);
    expect((await inputsOf(id)).slice(before)).toEqual([true]);
    two.socket.disconnect();
    await until("told", async () => (await inputsOf(id)).length === before + 2);
    expect((await inputsOf(id)).slice(before)).toEqual([true, false]);
  });

  test("the agents of a node that died are offline once its heartbeat is fifteen seconds old; those with another window are not", async () => {
    const { dana, head: chief } = house.company.employees;
    await until("nobody", async () => (await house.sql`SELECT 1 FROM agent_connection`).length === 0);
    const told: unknown[] = [];
    const node = (name: string) =>
      new Connections({
        sql: house.sql,
        node: name,
        clock: { now: () => Date.now() },
        log: { warn: () => undefined } as never,
        enqueue: async (_tx, inputs) => {
          told.push(...inputs.map((i) => ("employeeId" in i && i.kind === "agent.connection" ? [i.employeeId, i.online] : i)));
        },
      });
    const [dead, alive] = [node("dead"), node("alive")];
    await dead.add("s1", dana.id);
    await dead.add("s2", chief.id);
    await alive.add("s3", chief.id);
    await house.sql`UPDATE agent_connection SET last_seen = now() - interval '16 s' WHERE node = 'dead'`;
    await alive.beat();
    expect(told).toEqual([
      [dana.id, true],
      [chief.id, true],
      [dana.id, false],
    ]);
    // It was only stopped: its heart beats again and its windows count again; dana had no other.
    await dead.beat();
    expect(told.slice(3)).toEqual([[dana.id, true]]);
    await dead.stop();
    await alive.stop();
    expect(told.at(-1)).toEqual([chief.id, false]);
  });
});
