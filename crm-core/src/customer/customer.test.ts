import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());
const audit = (id: Id) => house.sql`SELECT action, changes, actor_label FROM audit_log WHERE object_id = ${id} ORDER BY id`;

describe("customer cards (CB-01)", () => {
  test("a company and a person, with typed contact points normalised and unverified", async () => {
    const company = await house.as("aigul", "POST", "/customers", {
      kind: "company",
      name: "Romashka",
      taxId: "123456789012",
      contactPoints: [
        { kind: "phone", value: "8 701 111-22-33" },
        { kind: "email", value: "Info@Romashka.example " },
      ],
    });
    expect(company.status, JSON.stringify(company.body)).toBe(201);
    expect(company.body).toMatchObject({
      kind: "company",
      name: "Romashka",
      mainPhone: "+77011112233",
      mainEmail: "info@romashka.example",
      openInterests: 0,
      version: 0,
      responsible: null,
    });
    expect(company.body.contactPoints.map((p: { verifiedAt: string | null }) => p.verifiedAt)).toEqual([null, null]);
    const person = await house.as("aigul", "POST", "/customers", { kind: "person", name: "Ivan Petrov" });
    expect(person.body.kind).toBe("person");
    expect((await house.as("aigul", "POST", "/customers", { kind: "company", name: "Other", taxId: "123456789012" })).body).toMatchObject({
      code: "duplicate",
      details: { field: "taxId" },
    });
  });

  test("every invalid contact point is named", async () => {
    const r = await house.as("aigul", "POST", "/customers", {
      kind: "company",
      name: "X",
      contactPoints: [
        { kind: "phone", value: "+7 701" },
        { kind: "email", value: "a@b.example" },
        { kind: "email", value: "no" },
      ],
    });
    expect(r.body).toMatchObject({ code: "validation", details: { fields: { "contactPoints.0.value": "invalid", "contactPoints.2.value": "invalid" } } });
  });

  test("a change is audited with old and new; the second writer of one version gets the row as it is, and that is audited too", async () => {
    const responsibleId = house.company.employees.aigul.id;
    const { body: c } = await house.as("aigul", "POST", "/customers", { kind: "company", name: "Before", responsibleId });
    const status = house.company.catalogues.customerStatuses["active"];
    const saved = await house.as("aigul", "PATCH", `/customers/${c.id}`, { name: "After", statusId: status, version: c.version });
    expect(saved.body).toMatchObject({ name: "After", status: { id: status }, version: c.version + 1 });
    const late = await house.as("head", "PATCH", `/customers/${c.id}`, { name: "Late", version: c.version });
    expect(late).toMatchObject({ status: 409, body: { code: "version_conflict", details: { current: { name: "After", version: c.version + 1 } } } });
    const rows = await audit(c.id);
    expect(rows.map((r) => r["action"])).toEqual(["create", "edit", "conflict"]);
    expect(rows[1]?.["changes"]).toEqual({ name: ["Before", "After"], status_id: [null, status] });
    expect(rows[2]?.["actor_label"]).toBe("Serik Head");
  });

  test("a field left out stays as it is", async () => {
    const { body: c } = await house.as("admin", "POST", "/customers", { kind: "company", name: "Keeps", isVip: true, comment: "Important" });
    const saved = await house.as("admin", "PATCH", `/customers/${c.id}`, { name: "Kept", version: c.version });
    expect(saved.body).toMatchObject({ name: "Kept", isVip: true, comment: "Important", kind: "company" });
  });

  test("one responsible or none, with a history of periods that touch and never overlap (CB-07)", async () => {
    const { aigul, bolat } = house.company.employees;
    const { body: c } = await house.as("admin", "POST", "/customers", { kind: "company", name: "Owned", responsibleId: aigul.id });
    const first = await house.as("admin", "PATCH", `/customers/${c.id}`, { responsibleId: bolat.id, version: c.version });
    await house.as("admin", "PATCH", `/customers/${c.id}`, { responsibleId: null, version: first.body.version });
    const rows =
      await house.sql`SELECT employee_id, reason, upper_inf(during) AS current, lag(upper(during)) OVER (ORDER BY lower(during)) = lower(during) AS touches FROM customer_owner_history WHERE customer_id = ${c.id} ORDER BY lower(during)`;
    expect(rows).toEqual([
      { employee_id: aigul.id, reason: "manual", current: false, touches: null },
      { employee_id: bolat.id, reason: "manual", current: false, touches: true },
      { employee_id: null, reason: "manual", current: true, touches: true },
    ]);
    const { body: mine } = await house.as("aigul", "POST", "/customers", { kind: "company", name: "Mine", responsibleId: aigul.id });
    expect((await house.as("aigul", "PATCH", `/customers/${mine.id}`, { responsibleId: bolat.id, version: 0 })).status).toBe(403);
  });
});

describe("contacts and their numbers (CB-02)", () => {
  test("one human in two companies is one contact with two links; who left is kept with the date", async () => {
    const responsibleId = house.company.employees.aigul.id;
    const a = (await house.as("aigul", "POST", "/customers", { kind: "company", name: "Alpha", responsibleId })).body;
    const b = (await house.as("aigul", "POST", "/customers", { kind: "company", name: "Beta", responsibleId })).body;
    const made = await house.as("aigul", "POST", `/customers/${a.id}/contacts`, {
      lastName: "Kim",
      firstName: "Olga",
      position: "Director",
      contactPoints: [{ kind: "phone", value: "8 701 222 33 44", label: "mobile" }],
    });
    expect(made.body).toMatchObject({ name: "Kim Olga", isPrimary: true, position: "Director" });
    const linked = await house.as("aigul", "POST", `/customers/${b.id}/contacts`, { contactId: made.body.id, position: "Founder", role: "owner" });
    expect(linked.body).toMatchObject({ id: made.body.id, position: "Founder", isPrimary: true });
    expect((await house.as("aigul", "POST", `/customers/${b.id}/contacts`, { contactId: made.body.id })).body).toMatchObject({
      code: "duplicate",
      details: { field: "contactId" },
    });
    for (const c of [a, b]) expect((await house.as("aigul", "GET", `/customers/${c.id}`)).body.contacts.map((x: { id: Id }) => x.id)).toEqual([made.body.id]);
    const left = await house.as("aigul", "PATCH", `/contacts/${made.body.id}`, { customerId: a.id, leftAt: "2026-03-01", version: made.body.version });
    expect(left.body).toMatchObject({ leftAt: "2026-03-01", isPrimary: false });
    expect((await house.as("aigul", "GET", `/customers/${b.id}`)).body.contacts[0]).toMatchObject({ leftAt: null, position: "Founder" });
    expect((await house.as("aigul", "GET", `/contacts/${made.body.id}`)).body.companies).toMatchObject([
      { customerId: b.id, leftAt: null, role: "owner" },
      { customerId: a.id, leftAt: "2026-03-01", isPrimary: false },
    ]);
  });

  test("a switchboard's number stands on both companies as shared, and on one only as verified", async () => {
    const value = "+77272501234";
    const points: Id[] = [];
    for (const name of ["Gamma", "Delta"]) {
      const responsibleId = house.company.employees.aigul.id;
      const { body } = await house.as("aigul", "POST", "/customers", {
        kind: "company",
        name,
        responsibleId,
        contactPoints: [{ kind: "phone", value, isShared: true }],
      });
      points.push(body.contactPoints[0].id);
    }
    expect((await house.as("aigul", "PATCH", `/contact-points/${points[0]}`, { isShared: false, verified: true, version: 0 })).body).toMatchObject({
      isShared: false,
    });
    expect((await house.as("aigul", "PATCH", `/contact-points/${points[1]}`, { isShared: false, verified: true, version: 0 })).body.code).toBe(
      "contact_point_taken",
    );
    expect((await house.as("aigul", "PATCH", `/contact-points/${points[1]}`, { verified: true, version: 0 })).body.code).toBe("validation");
    expect((await house.as("aigul", "PATCH", `/contact-points/${points[1]}`, { isShared: true, version: 0 })).status).toBe(200);
  });

  test("a point is added once and taken away by archiving", async () => {
    const c = (await house.as("aigul", "POST", "/customers", { kind: "company", name: "Points", responsibleId: house.company.employees.aigul.id })).body;
    const p = await house.as("aigul", "POST", "/contact-points", { kind: "phone", value: "8 701 222 55 66", customerId: c.id });
    expect(p.status).toBe(201);
    expect((await house.as("aigul", "POST", "/contact-points", { kind: "phone", value: "+77012225566", customerId: c.id })).body.code).toBe("duplicate");
    expect((await house.as("aigul", "DELETE", `/contact-points/${p.body.id}`)).status).toBe(204);
    expect((await house.as("aigul", "GET", `/customers/${c.id}`)).body.contactPoints).toEqual([]);
    expect(await house.sql`SELECT 1 FROM contact_point WHERE id = ${p.body.id} AND archived_at IS NOT NULL`).toHaveLength(1);
  });
});

describe("the register (CB-03, CB-04)", () => {
  test("by any combination of words with typos, code, region with what is inside it, industry, status, responsible and day", async () => {
    const { aigul } = house.company.employees;
    const { sql } = house;
    const region = async (code: string, parent: Id | null) =>
      (await sql<[{ id: Id }]>`INSERT INTO region (code, name, parent_id) VALUES (${code}, ${code}, ${parent}) RETURNING id`)[0].id;
    const country = await region("KZ", null);
    const city = await region("KZ-ALA", country);
    const [{ id: industry }] = await sql<[{ id: Id }]>`INSERT INTO industry (code, name) VALUES ('62', 'Software') RETURNING id`;
    const status = house.company.catalogues.customerStatuses["active"] as Id;
    const made = (
      await house.as("admin", "POST", "/customers", {
        kind: "company",
        name: "Қазақтелеком Сервис",
        regionId: city,
        industryId: industry,
        statusId: status,
        responsibleId: aigul.id,
      })
    ).body;
    const other = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Казахтелеком Юг", regionId: city })).body;
    const day = made.createdAt.slice(0, 10);
    const found = async (query: string, who: "admin" | "aigul" = "aigul") =>
      (await house.as(who, "GET", `/customers?limit=200&${query}`)).body.items.map((c: { id: Id }) => c.id);
    for (const query of [
      `regionId=${country}&industryId=${industry}&statusId=${status}&responsibleId=${aigul.id}`,
      `q=${encodeURIComponent("казахтилеком")}&industryId=${industry}`,
      `q=kazakhtelecom&statusId=${status}&kind=company`,
      `code=${made.code.toLowerCase()}`,
      `regionId=${city}&responsibleId=${aigul.id}&addedFrom=2000-01-01&addedTo=2999-01-01`,
    ])
      expect(await found(query), query).toEqual([made.id]);
    expect(await found(`regionId=${country}&responsibleId=none`)).toEqual([other.id]);
    expect(await found(`regionId=${city}&statusId=none`)).toEqual([other.id]);
    expect(await found(`industryId=${industry}&addedTo=2000-01-01`)).toEqual([]);
    expect((await house.as("aigul", "GET", "/customers?addedFrom=yesterday")).body.code).toBe("validation");
    expect(Number.isNaN(Date.parse(day))).toBe(false);
    // What is used stays in its catalogue; whoever may not, adds nothing to it in passing.
    expect((await house.as("aigul", "POST", "/catalogues/regions", { code: "X", name: "X" })).status).toBe(403);
  });

  test("contacts by code, surname with a typo, company, and any three digits of a phone however written", async () => {
    const responsibleId = house.company.employees.aigul.id;
    const c = (await house.as("aigul", "POST", "/customers", { kind: "company", name: "Qyzyljar Logistics", responsibleId })).body;
    const person = (
      await house.as("aigul", "POST", `/customers/${c.id}/contacts`, {
        lastName: "Щукина",
        firstName: "Марина",
        position: "Бухгалтер",
        contactPoints: [
          { kind: "phone", value: "8 (727) 390-64-82", label: "work" },
          { kind: "phone", value: "+7 705 118 22 93", label: "mobile" },
          { kind: "phone", value: "8 7172 55 66 01", label: "home" },
        ],
      })
    ).body;
    for (const q of [person.code, "Щюкина", "Schukina", "Qyzyljar", "390 64", "648", "+7 727 390", "8 705 118", "2293", "(7172) 55-66", "601"])
      expect((await house.as("aigul", "GET", `/contacts?q=${encodeURIComponent(q)}`)).body.items, q).toContainEqual(
        expect.objectContaining({ id: person.id, customerName: "Qyzyljar Logistics", position: "Бухгалтер" }),
      );
    expect((await house.as("aigul", "GET", `/contacts?customerId=${c.id}`)).body.items).toHaveLength(1);
    await house.as("aigul", "PATCH", `/contacts/${person.id}`, { customerId: c.id, leftAt: "2026-02-02", version: person.version });
    expect((await house.as("aigul", "GET", `/contacts?customerId=${c.id}&gone=false`)).body.items).toEqual([]);
  });

  test("statuses and responsible people have a history with reasons, and whoever waits in a queue goes to the new one at once (CB-05, CB-07)", async () => {
    const { aigul, bolat } = house.company.employees;
    const statuses = house.company.catalogues.customerStatuses;
    const [first, second] = Object.values(statuses) as [Id, Id];
    await house.as("admin", "PATCH", `/catalogues/customer-statuses/${second}`, { color: "#c2410c" });
    const value = "+77017770009";
    const { body: c } = await house.as("admin", "POST", "/customers", {
      kind: "person",
      name: "Waits",
      statusId: first,
      responsibleId: aigul.id,
      contactPoints: [{ kind: "phone", value }],
    });
    const { id: dialogId } = await house.dialog({ kind: "phone", value });
    await house.sql`INSERT INTO entry (id, dialog_id, queue_id, medium, identity_result, rung, enqueued_at) VALUES (gen_random_uuid(), ${dialogId}, ${house.company.queueId}, 'voice', 'known', 'queue', now())`;
    const given = await house.as("head", "PATCH", `/customers/${c.id}`, {
      responsibleId: bolat.id,
      ownerReason: "transfer",
      ownerNote: "Speaks Kazakh",
      statusId: second,
      version: c.version,
    });
    expect(given.status, JSON.stringify(given.body)).toBe(200);
    const { body: history } = await house.as("aigul", "GET", `/customers/${c.id}/history`);
    expect(history.owners).toMatchObject([
      { employee: { id: bolat.id }, reason: "transfer", note: "Speaks Kazakh", by: { name: "Serik Head" }, to: null },
      { employee: { id: aigul.id }, reason: "manual", to: history.owners[0].from },
    ]);
    expect(history.statuses).toMatchObject([
      { status: { id: second, color: "#c2410c" }, to: null },
      { status: { id: first }, to: history.statuses[0].from },
    ]);
    expect((await house.as("aigul", "GET", `/customers/${c.id}`)).body.status).toMatchObject({ id: second, color: "#c2410c" });
    expect((await house.as("aigul", "GET", `/customers?statusId=${second}`)).body.items).toContainEqual(
      expect.objectContaining({ id: c.id, status: { id: second, name: expect.any(String), color: "#c2410c" } }),
    );
    expect(await house.identify({ kind: "phone", value })).toMatchObject({ responsible: { employeeId: bolat.id } });
    expect((await house.enqueued()).at(-1)).toMatchObject({ kind: "dialog.identified", dialogId, responsible: { employeeId: bolat.id, why: "customer" } });
    expect((await house.as("aigul", "GET", "/customers/00000000-0000-4000-8000-000000000000/history")).status).toBe(404);
  });

  test("the portrait keeps the house's own characteristics, and an empty name of one is refused", async () => {
    const { body: c } = await house.as("admin", "POST", "/customers", { kind: "company", name: "Portrait", portrait: { Fleet: "12 cars" } });
    const saved = await house.as("admin", "PATCH", `/customers/${c.id}`, { portrait: { Fleet: "14 cars", Floor: "3" }, version: c.version });
    expect(saved.body.portrait).toEqual({ Fleet: "14 cars", Floor: "3" });
    expect((await audit(c.id)).at(-1)?.["changes"]).toEqual({ portrait: [{ Fleet: "12 cars" }, { Fleet: "14 cars", Floor: "3" }] });
    expect((await house.as("admin", "PATCH", `/customers/${c.id}`, { portrait: { " ": "x" }, version: saved.body.version })).body.code).toBe("validation");
  });
});

describe("the new-client assistant (CB-20)", () => {
  const kindId = () => house.company.catalogues.interestKinds["sale"]?.id;
  test("makes the card, the contact and the Interest at once, as a manager; refused in the last step it leaves nothing", async () => {
    const body = {
      customer: {
        kind: "company",
        name: "Assisted LLP",
        contactPoints: [{ kind: "phone", value: "8 727 300 40 50" }],
        responsibleId: house.company.employees.aigul.id,
      },
      contact: { lastName: "Kim", firstName: "Olga", position: "Buyer", contactPoints: [{ kind: "phone", value: "8 701 300 40 50" }] },
      interest: { kindId: kindId(), title: "Chairs for the office", amount: 120000 },
    };
    const refused = await house.as("aigul", "POST", "/customers/assistant", {
      ...body,
      interest: { ...body.interest, kindId: "00000000-0000-4000-8000-000000000000" },
    });
    expect(refused.body).toMatchObject({ code: "validation", details: { fields: { kindId: "unknown" } } });
    expect(await house.sql`SELECT 1 FROM customer WHERE name = 'Assisted LLP'`).toHaveLength(0);
    const done = await house.as("aigul", "POST", "/customers/assistant", body);
    expect(done.status, JSON.stringify(done.body)).toBe(201);
    expect((await house.as("aigul", "GET", `/customers/${done.body.customerId}`)).body).toMatchObject({
      name: "Assisted LLP",
      openInterests: 1,
      contacts: [{ id: done.body.contactId, name: "Kim Olga", isPrimary: true }],
    });
    expect((await house.as("aigul", "GET", `/interests/${done.body.interestId}`)).body).toMatchObject({ title: "Chairs for the office" });
  });

  test("takes the card that the duplicate check showed; required fields of its kind are asked for here as everywhere", async () => {
    const { aigul } = house.company.employees;
    const { body: c } = await house.as("aigul", "POST", "/customers", { kind: "company", name: "Known already", responsibleId: aigul.id });
    const done = await house.as("aigul", "POST", "/customers/assistant", { customerId: c.id, contact: { lastName: "New person" } });
    expect(done.body).toMatchObject({ customerId: c.id, interestId: null });
    expect((await house.as("aigul", "POST", "/customers/assistant", {})).body).toMatchObject({
      code: "validation",
      details: { fields: { customer: "required" } },
    });
    const [{ id: rule }] = await house.sql<[{ id: Id }]>`
      INSERT INTO required_field_rule (object, field, condition, moment, severity) VALUES ('customer', 'contact', '{"kind":["company"]}', 'save', 'block') RETURNING id`;
    const customer = { kind: "company", name: "Nobody there" };
    expect((await house.as("aigul", "POST", "/customers/assistant", { customer })).body).toMatchObject({
      code: "required_fields",
      details: { fields: [{ field: "contact" }] },
    });
    expect((await house.as("aigul", "POST", "/customers", customer)).body.code).toBe("required_fields");
    expect((await house.as("aigul", "POST", "/customers/assistant", { customer, contact: { lastName: "Somebody" } })).status).toBe(201);
    await house.sql`UPDATE required_field_rule SET enabled = false WHERE id = ${rule}`;
  });
});

describe("rights (AD-02)", () => {
  test("what one may not see answers like what does not exist, for every way to it", async () => {
    const { dana } = house.company.employees;
    const { body: c } = await house.as("admin", "POST", "/customers", {
      kind: "company",
      name: "Danas customer Zzyzx",
      responsibleId: dana.id,
      contactPoints: [{ kind: "phone", value: "+77017770001" }],
    });
    const { body: k } = await house.as("admin", "POST", `/customers/${c.id}/contacts`, { lastName: "Zzyzxov", firstName: "Zed" });
    const ghost = "00000000-0000-4000-8000-000000000000";
    const tries: ["GET" | "PATCH" | "POST" | "DELETE", (id: Id, contact: Id, point: Id) => string, object?][] = [
      ["GET", (id) => `/customers/${id}`],
      ["PATCH", (id) => `/customers/${id}`, { name: "Taken", version: 0 }],
      ["GET", (id) => `/customers/${id}/feed`],
      ["POST", (id) => `/customers/${id}/contacts`, { lastName: "X" }],
      ["GET", (_, contact) => `/contacts/${contact}`],
      ["PATCH", (_, contact) => `/contacts/${contact}`, { lastName: "X", version: 0 }],
      ["PATCH", (_, __, point) => `/contact-points/${point}`, { label: "main", version: 0 }],
      ["DELETE", (_, __, point) => `/contact-points/${point}`],
    ];
    for (const [method, url, body] of tries) {
      const foreign = await house.as("aigul", method, url(c.id, k.id, c.contactPoints[0].id), body);
      const missing = await house.as("aigul", method, url(ghost, ghost, ghost), body);
      expect(foreign, `${method} ${url("id", "contact", "point")}`).toEqual(missing);
      expect(foreign.status).toBe(404);
    }
    expect((await house.as("aigul", "POST", "/contact-points", { kind: "phone", value: "+77017770002", customerId: c.id })).status).toBe(404);
    for (const q of ["Zzyzx", "7017770001"]) {
      expect((await house.as("aigul", "GET", `/search?q=${q}`)).body.items).toEqual([]);
      expect((await house.as("aigul", "GET", `/customers?q=${q}`)).body.items).toEqual([]);
      expect((await house.as("dana", "GET", `/search?q=${q}`)).body.items.length).toBeGreaterThan(0);
    }
    expect((await house.as("aigul", "GET", "/customers?limit=200")).body.items.map((x: { id: Id }) => x.id)).not.toContain(c.id);
    expect((await house.as("dana", "GET", "/customers?limit=200")).body.items.map((x: { id: Id }) => x.id)).toContain(c.id);
    expect((await house.as("dana", "PATCH", `/customers/${c.id}`, { name: "Mine", version: 0 })).status).toBe(200);
  });

  test("whoever has the dialog in hand sees whose it is, and loses that with the dialog", async () => {
    const { aigul, dana } = house.company.employees;
    const { body: c } = await house.as("admin", "POST", "/customers", {
      kind: "company",
      name: "Called",
      responsibleId: aigul.id,
      contactPoints: [{ kind: "phone", value: "+77017770003" }],
    });
    expect((await house.as("dana", "GET", `/customers/${c.id}`)).status).toBe(404);
    const d = await house.dialog({ kind: "phone", value: "+77017770003" });
    await house.sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (gen_random_uuid(), ${d.id}, ${dana.id}, 'voice', now())`;
    expect((await house.as("dana", "GET", `/customers/${c.id}`)).status).toBe(200);
    expect((await house.as("dana", "PATCH", `/customers/${c.id}`, { name: "X", version: 0 })).status).toBe(403);
    await house.sql`UPDATE assignment SET ended_at = now() - interval '2 days' WHERE dialog_id = ${d.id}`;
    expect((await house.as("dana", "GET", `/customers/${c.id}`)).status).toBe(404);
  });

  test("pages neither repeat nor skip", async () => {
    for (let i = 0; i < 7; i++) await house.as("admin", "POST", "/customers", { kind: "person", name: `Page ${i}` });
    const all = (await house.as("admin", "GET", "/customers?limit=200")).body.items.map((c: { id: Id }) => c.id);
    const paged: Id[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const { body } = await house.as("admin", "GET", `/customers?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
      paged.push(...body.items.map((c: { id: Id }) => c.id));
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(all);
    expect((await house.as("admin", "GET", "/customers?cursor=rubbish")).status).toBe(422);
  });
});
