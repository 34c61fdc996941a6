import { randomUUID } from "node:crypto";
import type { Adapter } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "./testing/api.fixture.ts";
import { auditOf, newcomerOf } from "./testing/people.fixture.ts";

let house: ApiFixture;
/** SMS as they leave the house. */
const sent: Record<string, unknown>[] = [];
const sms: Adapter = {
  kind: "sms-http",
  medium: "message",
  fields: [],
  parseConfig: (raw) => raw,
  open: async () => ({
    handlers: {
      "message.send": async (command: Record<string, unknown>) => {
        sent.push(command);
        return { messageKey: String(command["id"]) };
      },
    },
    limits: { textLength: 300, attachmentBytes: 0, replyWindowMs: null, canStart: true },
    close: async () => undefined,
  }),
};
const who: Record<string, Browser> = {};
beforeAll(async () => {
  house = await apiFixture({ registry: { "sms-http": { exclusive: false, load: async () => sms } } });
  for (const e of Object.values(house.company.employees)) who[e.login] = await house.login(e);
});
afterAll(async () => {
  await house.close();
});

const as = (login: string) => who[login] as Browser;
const newcomer = (more: object = {}) => newcomerOf(house, more);
const audit = (objectId: Id) => auditOf(house, objectId);

describe("employees (AD-04)", () => {
  test("hiring makes a login, a phone, an audit row without the password, and tells routing, all at once", async () => {
    await house.channel("asterisk-ari");
    house.performed.length = 0;
    const made = await as("admin").call("POST", "/employees", newcomer({ login: "saule", name: "Saule Omarova", extension: "301" }));
    expect([made.statusCode, made.json()]).toMatchObject([
      201,
      { login: "saule", extension: "301", state: "active", version: 0, department: { name: "Department A" } },
    ]);
    const { id } = made.json();
    expect(house.performed).toMatchObject([{ kind: "phone.provision", command: { endpoint: "301", displayName: "Saule Omarova" } }]);
    expect(await audit(id)).toMatchObject([{ action: "create", actor_label: "Admin Adminov", changes: { login: "saule" } }]);
    expect(JSON.stringify(await audit(id))).not.toContain("long enough");
    expect((await house.inputs()).some((i) => i.kind === "facts.changed" && i["what"] === "employee" && i["id"] === id)).toBe(true);
    await house.login({ login: "saule", password: "long enough" });
    for (const [body, field] of [
      [newcomer({ login: "SAULE" }), "login"],
      [newcomer({ extension: "301" }), "extension"],
    ] as const) {
      expect((await as("admin").call("POST", "/employees", body)).json()).toEqual({ code: "duplicate", details: { field } });
    }
  });

  test("a mobile number is kept in its international form, and notifications go there by the house's SMS channel", async () => {
    const { id } = (await as("admin").call("POST", "/employees", newcomer({ login: "texted", mobile: "8 701 123 45 67", locale: "en" }))).json();
    for (const mobile of ["112", "no number", "+7 701 123 45 67 ext. 5"])
      expect((await as("admin").call("PATCH", `/employees/${id}`, { version: 0, mobile })).json()).toMatchObject({
        code: "validation",
        details: { fields: { mobile: "format" } },
      });
    const me = await house.login({ login: "texted", password: "long enough" });
    const preferences = { events: [{ event: "task.new", channels: ["sms"], leadMinutes: null }], quiet: { enabled: false, from: "21:00", to: "09:00" } };
    await house.channel("sms-http");
    expect((await me.call("PUT", "/notifications/preferences", preferences)).json().available).toEqual(["app", "sms"]);
    const task = (await as("admin").call("POST", "/tasks", { title: "Count the stock", executorId: id })).json();
    await house.runJob("notice-letters");
    await house.runJob("notice-letters");
    expect(sent).toMatchObject([
      { to: { kind: "phone", value: "+77011234567" }, text: `A new task: Count the stock http://localhost/tasks/${task.id}`, automatic: true },
    ]);
    const changed = await as("admin").call("PATCH", `/employees/${id}`, { version: 0, mobile: null });
    expect(changed.json()).toMatchObject({ mobile: null });
    expect((await audit(id)).at(-1)?.changes).toEqual({ mobile: ["+77011234567", null] });
  });

  test("a change names what it changes and leaves the rest; the phone follows the extension; a stale version learns the current row", async () => {
    const { id } = (await as("admin").call("POST", "/employees", newcomer({ extension: "310", maxDialogs: 7, email: "a@b.example" }))).json();
    house.performed.length = 0;
    const changed = await as("admin").call("PATCH", `/employees/${id}`, { version: 0, extension: "311" });
    expect(changed.json()).toMatchObject({ extension: "311", maxDialogs: 7, email: "a@b.example", version: 1 });
    expect(house.performed.map((p) => [p.kind, p.command["endpoint"]])).toEqual([
      ["phone.remove", "310"],
      ["phone.provision", "311"],
    ]);
    expect((await audit(id)).at(-1)).toMatchObject({ action: "edit", changes: { extension: ["310", "311"] } });
    expect(Object.keys((await audit(id)).at(-1)?.changes ?? {})).toEqual(["extension"]);
    const stale = await as("admin").call("PATCH", `/employees/${id}`, { version: 0, name: "Late" });
    expect([stale.statusCode, stale.json()]).toMatchObject([409, { code: "version_conflict", details: { current: { extension: "311", version: 1 } } }]);
    const [one, two] = await Promise.all(["X", "Y"].map((name) => as("admin").call("PATCH", `/employees/${id}`, { version: 1, name })));
    expect([one?.statusCode, two?.statusCode].sort()).toEqual([200, 409]);
  });

  test("nobody is dismissed with work in their hands; then every session ends at once and the phone goes", async () => {
    const { id, login } = (await as("admin").call("POST", "/employees", newcomer({ extension: "320" }))).json();
    const browser = await house.login({ login, password: "long enough" });
    const chat = await house.channel("web-chat");
    const dialogId = await house.dialog({ channelId: chat, assignee: id });
    const [customer] = await house.sql<
      { id: Id }[]
    >`INSERT INTO customer (kind, name, responsible_id, responsible_since) VALUES ('person', 'Held', ${id}, now()) RETURNING id`;
    const refused = await as("admin").call("POST", `/employees/${id}/dismiss`, {});
    expect([refused.statusCode, refused.json()]).toEqual([409, { code: "in_use", details: { counts: { dialogs: 1, customers: 1 } } }]);
    expect((await browser.call("GET", "/me")).statusCode).toBe(200);
    await house.sql`UPDATE assignment SET ended_at = now() WHERE dialog_id = ${dialogId}`;
    await house.sql`UPDATE customer SET responsible_id = NULL, responsible_since = NULL WHERE id = ${customer?.id as Id}`;
    house.performed.length = 0;
    expect((await as("admin").call("POST", `/employees/${id}/dismiss`, {})).json()).toMatchObject({ state: "dismissed" });
    expect((await browser.call("GET", "/me")).statusCode).toBe(401);
    expect((await house.app.inject({ method: "POST", url: "/api/v1/login", payload: { login, password: "long enough" } })).json()).toMatchObject({
      code: "bad_credentials",
    });
    expect(house.performed).toMatchObject([{ kind: "phone.remove", command: { endpoint: "320" } }]);
    // The extension is free for the next one.
    expect((await as("admin").call("POST", "/employees", newcomer({ extension: "320" }))).statusCode).toBe(201);
    const { admin } = house.company.employees;
    expect((await as("admin").call("POST", `/employees/${admin.id}/dismiss`, {})).json().code).toBe("forbidden");
  });

  test("suspending shuts out at once and can be undone", async () => {
    const { id, login } = (await as("admin").call("POST", "/employees", newcomer())).json();
    const browser = await house.login({ login, password: "long enough" });
    await as("admin").call("PATCH", `/employees/${id}`, { version: 0, state: "suspended" });
    expect((await browser.call("GET", "/me")).statusCode).toBe(401);
    await as("admin").call("PATCH", `/employees/${id}`, { version: 1, state: "active" });
    await house.login({ login, password: "long enough" });
  });

  test("rights end at the department, nobody gives away more than they have, and a foreign employee is none", async () => {
    const { employees, roles, departments } = house.company;
    expect((await as("aigul").call("GET", "/employees")).json().map((e: { login: string }) => e.login)).toEqual(
      expect.arrayContaining(["aigul", "bolat", "head"]),
    );
    expect((await as("aigul").call("GET", "/employees")).json().some((e: { login: string }) => ["dana", "admin"].includes(e.login))).toBe(false);
    const [foreign, missing] = [await as("aigul").call("GET", `/employees/${employees.dana.id}`), await as("aigul").call("GET", `/employees/${randomUUID()}`)];
    expect([foreign.statusCode, foreign.body]).toEqual([404, missing.body]);
    expect((await as("aigul").call("POST", "/employees", newcomer())).statusCode).toBe(403);
    // A deputy who may hire in the own department, but not make administrators or take over their accounts.
    await house.sql`INSERT INTO role_permission ${house.sql(["create", "edit"].map((action) => ({ role_id: roles.supervisor, object: "employee", action, scope: "subtree" })))}`;
    const head = await house.login(employees.head);
    expect((await head.call("POST", "/employees", newcomer())).statusCode).toBe(201);
    expect((await head.call("POST", "/employees", newcomer({ departmentId: departments.b }))).json().code).toBe("not_found");
    expect((await head.call("POST", "/employees", newcomer({ roleIds: [roles.admin] }))).json().code).toBe("forbidden");
    await house.sql`UPDATE employee SET department_id = ${departments.a} WHERE login = 'admin'`;
    expect((await head.call("POST", `/employees/${employees.admin.id}/password`, { password: "mine now ok" })).json().code).toBe("forbidden");
    expect((await head.call("PATCH", `/employees/${employees.aigul.id}`, { version: 0, roleIds: [roles.admin] })).json().code).toBe("forbidden");
    expect((await head.call("POST", `/employees/${employees.dana.id}/password`, { password: "mine now ok" })).json().code).toBe("not_found");
    expect((await head.call("PATCH", `/employees/${employees.bolat.id}`, { version: 0, departmentId: departments.b })).json().code).toBe("not_found");
    await house.sql`DELETE FROM role_permission WHERE role_id = ${roles.supervisor} AND object = 'employee' AND action IN ('create', 'edit')`;
  });
});

describe("departments", () => {
  const create = async (name: string, parentId: Id | null) => (await as("admin").call("POST", "/departments", { name, parentId })).json();
  test("the tree stays without cycles, also when two moves meet", async () => {
    const a = await create("A1", house.company.departments.a);
    const b = await create("B1", a.id);
    const c = await create("C1", b.id);
    const move = (d: { id: Id }, parentId: Id, version = 0) => as("admin").call("PATCH", `/departments/${d.id}`, { version, parentId });
    for (const under of [a, b, c]) expect((await move(a, under.id)).json()).toMatchObject({ code: "validation", details: { fields: { parentId: "cycle" } } });
    const x = await create("X", null);
    const y = await create("Y", null);
    const answers = await Promise.all([move(x, y.id), move(y, x.id)]);
    expect(answers.map((r) => r.statusCode).sort()).toEqual([200, 422]);
    expect((await as("admin").call("GET", "/departments")).json().find((d: { id: Id }) => d.id === c.id)).toMatchObject({ parentId: b.id, employees: 0 });
  });

  test("who heads a department sees what is below it, from the next request on", async () => {
    const { departments, employees } = house.company;
    expect((await as("head").call("GET", "/departments")).json().some((d: { id: Id }) => d.id === departments.b)).toBe(false);
    const [row] = await house.sql<{ version: number }[]>`SELECT version FROM department WHERE id = ${departments.b}`;
    expect((await as("admin").call("PATCH", `/departments/${departments.b}`, { version: row?.version, headId: employees.head.id })).statusCode).toBe(200);
    expect((await as("head").call("GET", "/departments")).json().some((d: { id: Id }) => d.id === departments.b)).toBe(true);
    expect((await as("head").call("PATCH", `/departments/${departments.b}`, { version: 1, name: "Mine" })).statusCode).toBe(403);
    expect((await house.inputs()).some((i) => i.kind === "facts.changed" && i["id"] === employees.dana.id)).toBe(true);
  });
});

describe("calendars (AD-08)", () => {
  test("a week with a holiday is kept as said; every fault is named at once; routing hears of a change", async () => {
    const body = {
      name: "Shop",
      tz: "Asia/Almaty",
      week: {
        mon: [
          ["09:00", "13:00"],
          ["14:00", "18:00"],
        ],
        sat: [["10:00", "24:00"]],
      },
      exceptions: [{ day: "2026-12-16", intervals: [] }],
    };
    const made = await as("admin").call("POST", "/calendars", body);
    expect([made.statusCode, made.json()]).toMatchObject([201, { ...body, version: 0 }]);
    const faulty = {
      ...body,
      name: "Bad",
      tz: "Mars/Olympus",
      week: {
        mon: [["09:00", "09:00"]],
        tue: [
          ["09:00", "12:00"],
          ["11:00", "13:00"],
        ],
        wed: [
          ["22:00", "06:00"],
          ["23:00", "24:00"],
        ],
        thu: [["09:00", "25:00"]],
      },
    };
    expect((await as("admin").call("POST", "/calendars", faulty)).json()).toEqual({
      code: "validation",
      details: { fields: { tz: "unknown", "week.mon": "interval", "week.tue": "overlap", "week.wed": "interval", "week.thu": "interval" } },
    });
    const changed = await as("admin").call("PATCH", `/calendars/${made.json().id}`, { version: 0, exceptions: [] });
    expect(changed.json()).toMatchObject({ week: body.week, exceptions: [], version: 1 });
    expect((await house.inputs()).some((i) => i.kind === "facts.changed" && i["what"] === "calendar" && i["id"] === made.json().id)).toBe(true);
    expect((await as("head").call("PATCH", `/calendars/${made.json().id}`, { version: 1, name: "Mine" })).statusCode).toBe(403);
    expect((await as("aigul").call("GET", "/calendars")).statusCode).toBe(200);
  });
});

describe("working time of a stored calendar", () => {
  const measure = (id: Id, from: string, to: string) => as("aigul").call("POST", `/calendars/${id}/measure`, { from, to });

  test("a night shift, a holiday and both changes of the clock are counted as they are", async () => {
    const night = { name: "Night in Kyiv", tz: "Europe/Kyiv", week: { sat: [["22:00", "06:00"]] }, exceptions: [{ day: "2026-03-14", intervals: [] }] };
    const { id } = (await as("admin").call("POST", "/calendars", night)).json();
    const hours = async (from: string, to: string) => (await measure(id, from, to)).json().workingSeconds / 3600;
    expect(await hours("2026-03-20T12:00:00Z", "2026-03-23T12:00:00Z")).toBe(8);
    expect(await hours("2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z")).toBe(7);
    expect(await hours("2026-10-23T12:00:00Z", "2026-10-26T12:00:00Z")).toBe(9);
    expect(await hours("2026-03-13T12:00:00Z", "2026-03-16T12:00:00Z")).toBe(0);
    expect((await measure(id, "2026-03-28T20:00:00Z", "2026-03-28T20:00:00Z")).json()).toEqual({
      workingSeconds: 0,
      openAtFrom: true,
      nextChange: "2026-03-29T03:00:00.000Z",
    });
    expect((await measure(id, "2026-03-28T20:00:00Z", "2026-03-27T20:00:00Z")).json()).toMatchObject({
      code: "validation",
      details: { fields: { to: "range" } },
    });
    expect((await measure(randomUUID(), "2026-03-28T20:00:00Z", "2026-03-28T20:00:00Z")).json().code).toBe("not_found");
  });

  test("by which somebody works is not put away; an unused one is, and cannot be chosen any more", async () => {
    const used = (await as("admin").call("DELETE", `/calendars/${house.company.calendars.always}`)).json();
    expect(used).toMatchObject({ code: "in_use", details: { counts: { people: expect.any(Number), queues: expect.any(Number) } } });
    const { id } = (await as("admin").call("POST", "/calendars", { name: "Unused", tz: "Asia/Almaty", week: {}, exceptions: [] })).json();
    expect((await as("head").call("DELETE", `/calendars/${id}`)).statusCode).toBe(403);
    expect((await as("admin").call("DELETE", `/calendars/${id}`)).statusCode).toBe(204);
    expect((await as("admin").call("GET", "/calendars")).json().map((c: { id: Id }) => c.id)).not.toContain(id);
    expect((await as("admin").call("DELETE", `/calendars/${id}`)).json().code).toBe("not_found");
  });
});

describe("the past of the organisation (AD-04)", () => {
  test("who moves keeps where they were, to the moment; a department keeps its names, heads and places", async () => {
    const { a, b } = house.company.departments;
    const { id } = (await as("admin").call("POST", "/employees", newcomer({ departmentId: a }))).json();
    await as("admin").call("PATCH", `/employees/${id}`, { version: 0, departmentId: b });
    await as("admin").call("PATCH", `/employees/${id}`, { version: 1, name: "Still In B" });
    const stays = (await as("admin").call("GET", `/employees/${id}/departments`)).json() as { department: { id: Id }; from: string; to: string | null }[];
    expect(stays.map((s) => [s.department.id, s.to === null])).toEqual([
      [b, true],
      [a, false],
    ]);
    expect(stays[0]?.from).toBe(stays[1]?.to);
    expect((await as("dana").call("GET", `/employees/${house.company.employees.head.id}/departments`)).json().code).toBe("not_found");

    const made = (await as("admin").call("POST", "/departments", { name: "Field sales", parentId: a })).json();
    await as("admin").call("PATCH", `/departments/${made.id}`, { version: 0, parentId: b, headId: id });
    await as("admin").call("PATCH", `/departments/${made.id}`, { version: 1, name: "Outdoor sales" });
    const past = (await as("admin").call("GET", `/departments/${made.id}/history`)).json();
    expect(past).toMatchObject([
      { name: "Outdoor sales", parent: { id: b }, head: { id }, to: null },
      { name: "Field sales", parent: { id: b }, head: { id } },
      { name: "Field sales", parent: { id: a }, head: null },
    ]);
  });

  test("a department with people, departments below or a suspended head is not put away or so headed; an empty one is", async () => {
    const { a } = house.company.departments;
    expect((await as("admin").call("DELETE", `/departments/${a}`)).json()).toMatchObject({
      code: "in_use",
      details: { counts: { people: expect.any(Number), queues: 1 } },
    });
    const { id: gone } = (await as("admin").call("POST", "/employees", newcomer())).json();
    await as("admin").call("POST", `/employees/${gone}/dismiss`, {});
    expect((await as("admin").call("POST", "/departments", { name: "Headless", headId: gone })).json()).toMatchObject({
      code: "validation",
      details: { fields: { headId: "unknown" } },
    });
    const { id } = (await as("admin").call("POST", "/departments", { name: "Empty", parentId: a })).json();
    expect((await as("head").call("DELETE", `/departments/${id}`)).statusCode).toBe(403);
    expect((await as("admin").call("DELETE", `/departments/${id}`)).statusCode).toBe(204);
    expect((await as("admin").call("GET", "/departments")).json().map((d: { id: Id }) => d.id)).not.toContain(id);
  });
});

describe("audit (AD-09)", () => {
  test("is read by right, of the own people only, and nobody can change it, not even in SQL", async () => {
    expect((await as("aigul").call("GET", "/audit")).statusCode).toBe(403);
    const all = (await as("admin").call("GET", "/audit?limit=200")).json().items;
    expect(all.length).toBeGreaterThan(5);
    const page = (await as("admin").call("GET", "/audit?limit=2")).json();
    const next = (await as("admin").call("GET", `/audit?limit=2&cursor=${page.nextCursor}`)).json();
    expect([...page.items, ...next.items]).toEqual(all.slice(0, 4));
    await house.sql`UPDATE employee SET department_id = ${house.company.departments.b} WHERE login = 'admin'`;
    await house.sql`UPDATE department SET head_id = NULL WHERE id = ${house.company.departments.b}`;
    expect((await as("head").call("GET", "/audit?limit=200")).json().items.filter((r: { actor: string }) => r.actor === "Admin Adminov")).toEqual([]);
    await expect(house.sql`UPDATE audit_log SET actor_label = 'nobody'`).rejects.toThrow("append-only");
    await expect(house.sql`DELETE FROM audit_log`).rejects.toThrow("append-only");
    await expect(house.sql`TRUNCATE audit_log`).rejects.toThrow("append-only");
    await expect(house.sql`TRUNCATE audit_log_default`).rejects.toThrow("append-only");
    await expect(house.sql`UPDATE audit_log_default SET changes = '{}'`).rejects.toThrow("append-only");
  });

  test("of a card one may read it tells everything, by whomever: who, when, old and new; a card out of sight tells nothing", async () => {
    const { aigul, dana, head } = house.company.employees;
    await house.sql`UPDATE department SET head_id = ${head.id} WHERE id = ${house.company.departments.a}`;
    const made = (await as("aigul").call("POST", "/customers", { kind: "company", name: "Romashka", responsibleId: aigul.id })).json();
    await as("admin").call("PATCH", `/customers/${made.id}`, { version: made.version, legalName: "Romashka LLP" });
    await house.sql`INSERT INTO audit_log (actor_kind, actor_label, object_kind, object_id, action, changes) VALUES ('integration', '1C exchange', 'customer', ${made.id}, 'edit', '{}')`;
    const seen = (await as("head").call("GET", `/audit?objectKind=customer&objectId=${made.id}`)).json().items;
    expect(seen.map((r: { actor: string; actorKind: string }) => [r.actor, r.actorKind])).toEqual([
      ["1C exchange", "integration"],
      ["Admin Adminov", "employee"],
      [expect.any(String), "employee"],
    ]);
    expect(seen[1]).toMatchObject({ action: "edit", changes: { legal_name: [null, "Romashka LLP"] }, at: expect.any(String) });
    expect((await as("admin").call("GET", `/audit?objectId=${made.id}&actorKind=integration`)).json().items).toHaveLength(1);
    expect((await as("admin").call("GET", `/audit?objectId=${made.id}&action=create`)).json().items).toHaveLength(1);
    expect((await as("admin").call("GET", `/audit?objectId=${made.id}&to=${new Date(0).toISOString()}`)).json().items).toEqual([]);
    const foreign = (
      await as("admin").call("POST", "/interactions", {
        typeId: house.company.catalogues.interactionTypes["call"]?.id,
        subject: "Dana's",
        plannedFrom: new Date(Date.now() + 3_600_000).toISOString(),
        executorId: dana.id,
        customerId: made.id,
      })
    ).json();
    expect((await as("head").call("GET", `/audit?objectKind=interaction&objectId=${foreign.id}`)).json().items).toEqual([]);
  });

  test("names for whom a stand-in acted", async () => {
    const { aigul, bolat } = house.company.employees;
    const made = (await as("aigul").call("POST", "/customers", { kind: "company", name: "Lotus", responsibleId: aigul.id })).json();
    await house.sql`
      INSERT INTO absence (employee_id, kind, during, substitute_id, stand_in_id, state) VALUES (${aigul.id}, 'unplanned', tstzrange(now() - interval '1 minute', now() + interval '1 hour'), ${bolat.id}, ${bolat.id}, 'active')`;
    expect((await as("bolat").call("PATCH", `/customers/${made.id}`, { version: made.version, comment: "Called for Aigul" })).statusCode).toBe(200);
    const [last, first] = (await as("admin").call("GET", `/audit?objectKind=customer&objectId=${made.id}`)).json().items;
    expect(last).toMatchObject({ actor: bolat.name, onBehalfOf: { id: aigul.id, name: aigul.name } });
    expect(first).toMatchObject({ actor: aigul.name, onBehalfOf: null });
  });
});
