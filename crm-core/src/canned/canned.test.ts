import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
/** 10:00 in Almaty. */
const NOW = Date.parse("2026-03-11T05:00:00Z");
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
});
afterAll(() => house.close());

let next = 1;
const write = (person: Person, body: object) => house.as(person, "POST", "/canned-answers", { title: `Answer ${next++}`, body: "Text", ...body });
const titles = async (person: Person, query = "") =>
  (await house.as(person, "GET", `/canned-answers${query}`)).body.items.map((a: { title: string }) => a.title);

describe("personal answers are their writer's alone", () => {
  test("an agent without any right writes, finds, changes and deletes one; nobody else sees it, the administrator included", async () => {
    const { status, body } = await write("aigul", { title: "My price list", folder: "Prices", tags: ["price"] });
    expect(status).toBe(201);
    expect(body).toMatchObject({ scope: "personal", department: null, folder: "Prices", tags: ["price"], uses: 0, mayEdit: true, version: 0 });
    expect(await titles("aigul", "?q=price")).toEqual(["My price list"]);
    for (const other of ["bolat", "head", "admin"] as const) {
      expect(await titles(other, "?q=my price")).toEqual([]);
      expect((await house.as(other, "PATCH", `/canned-answers/${body.id}`, { title: "x", version: 0 })).status).toBe(404);
      expect((await house.as(other, "DELETE", `/canned-answers/${body.id}`)).status).toBe(404);
      expect((await house.as(other, "POST", `/canned-answers/${body.id}/render`, {})).status).toBe(404);
    }
    const changed = await house.as("aigul", "PATCH", `/canned-answers/${body.id}`, { title: "My new price list", version: 0 });
    expect(changed.body).toMatchObject({ title: "My new price list", tags: ["price"], version: 1 });
    expect((await house.as("aigul", "DELETE", `/canned-answers/${body.id}`)).status).toBe(204);
    expect((await house.as("aigul", "DELETE", `/canned-answers/${body.id}`)).status).toBe(404);
    const audit = await house.sql`SELECT action FROM audit_log WHERE object_kind = 'canned_answer' AND object_id = ${body.id} ORDER BY id`;
    expect(audit.map((a) => a["action"])).toEqual(["create", "edit", "archive"]);
  });

  test("two may use the same shortcut, one not twice", async () => {
    expect((await write("aigul", { shortcut: "hi" })).status).toBe(201);
    expect((await write("bolat", { shortcut: "hi" })).status).toBe(201);
    expect((await write("aigul", { shortcut: "HI" })).body).toMatchObject({ code: "duplicate", details: { fields: { shortcut: "taken" } } });
  });
});

test("whoever neither reads dialogs nor keeps answers has none", async () => {
  const { sql, company } = house;
  await write("admin", { scope: "all", title: "For those who write" });
  await sql`DELETE FROM employee_role WHERE employee_id = ${company.employees.bolat.id}`;
  for (const [method, url, body] of [
    ["GET", "/canned-answers"],
    ["POST", "/canned-answers", { title: "x", body: "y" }],
  ] as const)
    expect((await house.as("bolat", method, url, body)).status).toBe(403);
  await sql`INSERT INTO employee_role VALUES (${company.employees.bolat.id}, ${company.roles.agent})`;
  expect(await titles("bolat", "?q=for those")).toEqual(["For those who write"]);
});

describe("shared answers need a right", () => {
  test("an agent may not write, change or delete one; the head may for the own department, the administrator for all", async () => {
    const { a, b } = house.company.departments;
    expect((await write("aigul", { scope: "all" })).status).toBe(403);
    expect((await write("aigul", { scope: "department", departmentId: a })).status).toBe(403);
    expect((await write("head", { scope: "all" })).status).toBe(403);
    expect((await write("head", { scope: "department", departmentId: b })).status).toBe(403);
    const { body } = await write("head", { scope: "department", departmentId: a, title: "Department hours" });
    expect(body).toMatchObject({ scope: "department", department: { id: a, name: "Department A" }, mayEdit: true });
    expect((await write("admin", { scope: "all", title: "Company hours" })).status).toBe(201);
    expect(await titles("aigul", "?q=hours")).toEqual(["Company hours", "Department hours"]);
    expect(await titles("dana", "?q=hours")).toEqual(["Company hours"]);
    expect(await titles("admin", "?q=hours&scope=department")).toEqual(["Department hours"]);
    expect((await house.as("aigul", "GET", "/canned-answers?q=department hours")).body.items[0].mayEdit).toBe(false);
    expect((await house.as("aigul", "PATCH", `/canned-answers/${body.id}`, { title: "x", version: 0 })).status).toBe(403);
    expect((await house.as("aigul", "DELETE", `/canned-answers/${body.id}`)).status).toBe(403);
    expect((await house.as("dana", "DELETE", `/canned-answers/${body.id}`)).status).toBe(404);
    expect((await house.as("head", "DELETE", `/canned-answers/${body.id}`)).status).toBe(204);
  });

  test("an answer of a department is for the departments below it too", async () => {
    const [root] = await house.sql<{ id: Id }[]>`SELECT parent_id AS id FROM department WHERE id = ${house.company.departments.a}`;
    await write("admin", { scope: "department", departmentId: root?.id, title: "From above" });
    expect(await titles("dana", "?q=from above")).toEqual(["From above"]);
  });

  test("the department is named with the scope that needs it, and exists", async () => {
    for (const body of [
      { scope: "department" },
      { scope: "all", departmentId: house.company.departments.a },
      { scope: "department", departmentId: house.company.queueId },
    ])
      expect((await write("admin", body)).body).toMatchObject({ code: "validation", details: { fields: { departmentId: expect.any(String) } } });
  });

  test("one's own becomes a shared one by whoever may share, and comes back", async () => {
    const { body } = await write("head", { title: "Shared later" });
    const share = { scope: "department", departmentId: house.company.departments.a };
    expect((await house.as("head", "PATCH", `/canned-answers/${body.id}`, { ...share, version: 0 })).body).toMatchObject({ scope: "department" });
    expect(await titles("bolat", "?q=shared later")).toEqual(["Shared later"]);
    expect((await house.as("head", "PATCH", `/canned-answers/${body.id}`, { scope: "personal", version: 1 })).body).toMatchObject({ scope: "personal" });
    expect(await titles("bolat", "?q=shared later")).toEqual([]);
    const { body: mine } = await write("aigul", {});
    expect((await house.as("aigul", "PATCH", `/canned-answers/${mine.id}`, { ...share, version: 0 })).status).toBe(403);
  });

  test("of two who change it the second is told what stands", async () => {
    const { body } = await write("admin", { scope: "all", title: "Contested" });
    await house.as("admin", "PATCH", `/canned-answers/${body.id}`, { body: "First", version: 0 });
    expect((await house.as("admin", "PATCH", `/canned-answers/${body.id}`, { body: "Second", version: 0 })).body).toMatchObject({
      code: "version_conflict",
      details: { current: { body: "First", version: 1 } },
    });
  });
});

describe("found by two letters", () => {
  beforeAll(async () => {
    for (const [title, shortcut, body, tags] of [
      ["Доставка по городу", null, "Доставим завтра", []],
      ["Delivery abroad", null, "In two weeks", []],
      ["Реквизиты", "dost", "Счёт", []],
      ["Оплата", null, "После доставки", []],
      ["Возврат", null, "14 дней", ["доставка"]],
      ["Құжаттар", null, "Шот", []],
    ] as const)
      await write("dana", { title, shortcut, body, tags });
  });

  test.each([
    ["до", ["Реквизиты", "Доставка по городу", "Возврат", "Оплата"]],
    ["do", ["Реквизиты", "Доставка по городу", "Возврат", "Оплата"]],
    ["DOST", ["Реквизиты", "Доставка по городу", "Возврат", "Оплата"]],
    ["го", ["Доставка по городу"]],
    ["ку", ["Құжаттар"]],
    ["qu", ["Құжаттар"]],
    ["de", ["Delivery abroad"]],
    ["zz", []],
    ["%", []],
    ["_", []],
  ])("%s", async (q, found) => {
    const all = await titles("dana", `?scope=personal&q=${encodeURIComponent(q)}`);
    expect(all.filter((t: string) => t !== "Contested")).toEqual(found);
  });

  test("without a word the most used come first, by folder when asked", async () => {
    const { body } = await write("bolat", { title: "Used", folder: "Greetings" });
    await write("bolat", { title: "Unused", folder: "Greetings" });
    for (let i = 0; i < 3; i++) expect((await house.as("bolat", "POST", `/canned-answers/${body.id}/render`, {})).status).toBe(200);
    const list = (await house.as("bolat", "GET", "/canned-answers?folder=Greetings")).body;
    expect(list.items).toMatchObject([
      { title: "Used", uses: 3, lastUsedAt: expect.any(String), version: 0 },
      { title: "Unused", uses: 0 },
    ]);
    expect(list.folders).toContain("Greetings");
  });
});

describe("variables are filled for the dialog", () => {
  const ALL = "{{greeting}}, {{contact.firstName}} ({{customer.name}})! {{agent.firstName}}, {{company.name}}, {{interest.title}}, {{today}}";
  const render = async (person: Person, id: Id, dialogId: Id | null) => house.as(person, "POST", `/canned-answers/${id}/render`, { dialogId });
  async function dialogOf(person: Person, value: string): Promise<Id> {
    const { id } = await house.dialog({ kind: "phone", value }, { medium: "chat" });
    await house.assign(id, person);
    return id;
  }

  test("of a known person with an Interest all of them", async () => {
    const { body: customer } = await house.as("aigul", "POST", "/customers", {
      kind: "company",
      name: "Romashka",
      responsibleId: house.company.employees.aigul.id,
    });
    await house.as("aigul", "POST", `/customers/${customer.id}/contacts`, {
      lastName: "Kim",
      firstName: "Olga",
      contactPoints: [{ kind: "phone", value: "+77015550001" }],
    });
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id };
    const { body: interest } = await house.as("aigul", "POST", "/interests", { kindId: kind.id, title: "Ten chairs", customerId: customer.id });
    const dialogId = await dialogOf("aigul", "+77015550001");
    await house.as("aigul", "PATCH", `/dialogs/${dialogId}/party`, { interestId: interest.id });
    const { body: answer } = await write("aigul", { body: ALL });
    expect((await render("aigul", answer.id, dialogId)).body).toEqual({
      text: "Good morning, Olga (Romashka)! Aigul, Kommutator Test, Ten chairs, 11 March 2026",
      unknown: [],
      empty: [],
    });
  });

  test("what is not known stays as it is written and is named, so that nothing goes out with a gap", async () => {
    const dialogId = await dialogOf("aigul", "+77015550002");
    const { body: answer } = await write("aigul", { body: "{{contact.firstName}}, your {{order.number}} about {{interest.title}}" });
    expect(answer.unknown).toEqual(["order.number"]);
    expect((await render("aigul", answer.id, dialogId)).body).toEqual({
      text: "{{contact.firstName}}, your {{order.number}} about {{interest.title}}",
      unknown: ["order.number"],
      empty: ["contact.firstName", "interest.title"],
    });
  });

  test("of a lead one word is a first name, several are not", async () => {
    const { body: answer } = await write("aigul", { body: "{{contact.firstName}}/{{customer.name}}" });
    for (const [displayName, text] of [
      ["Olga", "Olga/Olga"],
      ["Petrov Ivan", "{{contact.firstName}}/Petrov Ivan"],
    ]) {
      const { id } = await house.dialog({ kind: "site_visitor", value: `v-${displayName}`, displayName: displayName as string }, { medium: "chat" });
      await house.assign(id, "aigul");
      expect((await render("aigul", answer.id, id)).body.text).toBe(text);
    }
  });

  test("for a first message, without a dialog, only ours are filled", async () => {
    const { body: answer } = await write("aigul", { body: "{{agent.name}} {{customer.name}}" });
    expect((await render("aigul", answer.id, null)).body).toEqual({ text: "Aigul Nurlanova {{customer.name}}", unknown: [], empty: ["customer.name"] });
  });

  test("a dialog that one may not see fills nothing and counts no use", async () => {
    const dialogId = await dialogOf("aigul", "+77015550003");
    const { body: answer } = await write("dana", { body: "{{customer.name}}" });
    expect((await render("dana", answer.id, dialogId)).status).toBe(404);
    expect((await house.as("dana", "GET", "/canned-answers?limit=500")).body.items.find((a: { id: Id }) => a.id === answer.id).uses).toBe(0);
  });
});

test.each([{ title: "  " }, { body: "" }, { shortcut: "two words" }, { shortcut: "/x" }, { tags: [""] }, { title: "x".repeat(201) }])(
  "%j is refused",
  async (body) => {
    expect((await write("aigul", body)).status).toBe(422);
  },
);
