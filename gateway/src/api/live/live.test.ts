import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { emit } from "../../dialogs/emit.ts";
import type { Browser } from "../testing/api.fixture.ts";
import { chat, closeHouse, closeScreens, comesIn, head, heard, house, openHouse, Screen, say, stamped, until, url, who } from "./live.fixture.ts";

beforeAll(openHouse);
afterEach(closeScreens);
afterAll(closeHouse);

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
    // What the dialog began with may come, too.
    const bodies = () => watching.of("message").flatMap((m) => (m.message.text.startsWith("message ") ? [m.message.id] : []));
    await until("all bodies", () => bodies().length === 60);
    expect(bodies()).toEqual(ids);
    await until("the last change", () => mine.dialog(id)?.lastMessage?.text === "message 59");
    const seconds = (performance.now() - began) / 1000;
    expect(mine.of("dialog.changed").length).toBeLessThanOrEqual(4 * seconds + 2);
    expect(mine.dialog(id)?.unread).toBe(61);
    expect(mine.of("message")).toEqual([]);
    await heard(colleague, house.company.employees.bolat.id);
    // Lists hear of other tests' dialogs a moment later.
    expect(colleague.got.filter((g) => JSON.stringify(g).includes(id))).toEqual([]);
  });

  test("what could not be read when it came is sent as soon as it can be, though nothing comes after it", async () => {
    const { aigul } = house.company.employees;
    const id = await house.dialog({ channelId: chat, assignee: aigul.id });
    const watching = await new Screen("aigul", { watch: [id] }).ready();
    await stamped();
    await house.sql`ALTER TABLE message_attachment RENAME TO taken_away`;
    let stored: Id;
    try {
      stored = await comesIn(id, "the last word");
      await stamped();
      // The feed has looked by now, and again.
      await new Screen("bolat").ready();
    } finally {
      await house.sql`ALTER TABLE taken_away RENAME TO message_attachment`;
    }
    await until("the last word", () => watching.of("message").at(-1)?.message.id === stored);
  });

  test("those who only have a dialog in a list hear of it a moment later, once, and of one taken meanwhile not at all", async () => {
    const [first, second] = [await house.dialog({ channelId: chat }), await house.dialog({ channelId: chat })];
    await stamped();
    const colleague = await new Screen("bolat").ready();
    const told = (id: Id) => colleague.of("dialog.changed").filter((c) => c.dialog.id === id);
    for (let i = 0; i < 5; i++) await comesIn(first, `word ${i}`);
    await comesIn(second, "and this one is taken");
    await house.sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (gen_random_uuid(), ${second}, ${house.company.employees.aigul.id}, 'chat', now())`;
    await say({ kind: "dialog.assigned", dialogId: second, payload: { employeeId: house.company.employees.aigul.id, by: null, offerId: null } });
    await until("the list is told", () => told(first).at(-1)?.dialog.lastMessage?.text === "word 4");
    await until(
      "it is gone from the list, or never came",
      () => colleague.of("dialog.removed").some((r) => r.dialogId === second) || told(second).length === 0,
    );
    expect(told(first).length).toBeLessThanOrEqual(2);
  });

  test("to who watches a dialog its change comes along with the message, once; others hear of the dialog alone", async () => {
    const id = await house.dialog({ channelId: chat, assignee: house.company.employees.aigul.id });
    await stamped();
    const watcher = await new Screen("aigul", { watch: [id] }).ready();
    const list = await new Screen("aigul").ready();
    await comesIn(id, "Is anybody there?");
    const told = (screen: Screen) => screen.of("dialog.changed").filter((c) => c.dialog.lastMessage?.text === "Is anybody there?");
    await until("both have it", () => told(watcher).length > 0 && told(list).length > 0);
    await heard(watcher, house.company.employees.aigul.id);
    expect(watcher.of("message")).toMatchObject([{ message: { text: "Is anybody there?" }, dialog: { id, unread: 2 } }]);
    expect(told(watcher)).toHaveLength(1);
    expect(list.of("message")).toEqual([]);
    expect(told(list)).toHaveLength(1);
  });

  test("an edit, a deletion and a file that came are shown at once to who watches", async () => {
    const id = await house.dialog({ channelId: chat, assignee: house.company.employees.aigul.id });
    await stamped();
    const screen = await new Screen("aigul", { watch: [id] }).ready();
    const messageId = await comesIn(id, "Mondey");
    await until("the message", () => screen.of("message").length === 1);
    await house.sql`UPDATE message SET body = 'Monday', edited_at = now() WHERE id = ${messageId}`;
    await say({ kind: "message.changed", dialogId: id, payload: { messageId, seq: 2, what: "edited" } });
    await until("the edit", () => screen.of("message").length === 2);
    expect(screen.of("message").at(-1)?.message).toMatchObject({ id: messageId, text: "Monday", editedAt: expect.any(String), deletedAt: null });
    await house.sql`UPDATE message SET deleted_at = now() WHERE id = ${messageId}`;
    await say({ kind: "message.changed", dialogId: id, payload: { messageId, seq: 2, what: "deleted" } });
    await until("the deletion", () => screen.of("message").length === 3);
    expect(screen.of("message").at(-1)?.message).toMatchObject({ id: messageId, text: "", deletedAt: expect.any(String) });
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

  test("a line that is closed is told to everybody, and so is its opening", async () => {
    const screens = [await new Screen("aigul").ready(), await new Screen("dana").ready()];
    const ends = new Date(Date.now() + 60_000).toISOString();
    const chief = who["head"] as Browser;
    const closed = await chief.call("POST", "/emergency", { queueId: house.company.queueId, mode: "closed", until: ends });
    const { id } = closed.json() as { id: Id };
    const told = (screen: Screen) => screen.of("changed").filter((c) => c.kind === "emergency.changed" && c.payload["emergencyId"] === id).length;
    for (const screen of screens) await until("the banner", () => told(screen) === 1);
    expect((await (who["dana"] as Browser).call("GET", "/emergency")).json()).toMatchObject([{ id, queue: { id: house.company.queueId }, mode: "closed" }]);
    expect((await chief.call("DELETE", `/emergency/${id}`)).statusCode).toBe(204);
    for (const screen of screens) await until("its end", () => told(screen) === 2);
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
    await until("read", () => two.dialog(id)?.unread === 0);
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
    await until("before", () => from.of("message").some((m) => m.message.text === "before"));
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
    expect(from.of("message").map((m) => m.message.text)).not.toContain("after");
    await until("the new assignee is shown", () => to.dialog(id)?.assignee?.id === bolat.id);
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

  test("who is dismissed is shut out on every open screen at once and does not come back", async () => {
    const { company } = house;
    const admin = await house.login(company.employees.admin);
    const body = {
      login: "leaver",
      name: "Leaver",
      departmentId: company.departments.a,
      calendarId: company.calendars.always,
      roleIds: [company.roles.agent],
      password: "long enough",
    };
    const { id } = (await admin.call("POST", "/employees", body)).json();
    const [first, second] = [await house.login(body), await house.login(body)];
    const [one, two] = [await new Screen("leaver", { cookie: first.cookie }).ready(), await new Screen("leaver", { cookie: second.cookie }).ready()];
    expect((await admin.call("POST", `/employees/${id}/dismiss`, {})).statusCode).toBe(200);
    await until("bye", () => one.of("bye").length === 1 && two.of("bye").length === 1);
    expect(one.of("bye")).toEqual([{ reason: "dismissed" }]);
    for (const screen of [one, two]) await until("shut out", () => screen.refused === "unauthenticated" || !screen.socket.connected);
    expect((await first.call("GET", "/me")).statusCode).toBe(401);
  });
});
