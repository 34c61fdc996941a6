import type { Id } from "@kommutator/contract/ids";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";
import { REFERENCES } from "./references.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

let next = 0;
const phone = () => `+7701${String(++next).padStart(7, "0")}`;
/** By the head of the department: whoever may assign customers may merge them. */
const make = async (name: string, more: object = {}, who: "admin" | "head" = "head") => {
  const made = await house.as(who, "POST", "/customers", { kind: "company", name, ...more });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const card = async (id: Id) => (await house.as("head", "GET", `/customers/${id}`)).body;
const merge = async (survivorId: Id, loserId: Id, choices = {}, who: "admin" | "head" | "aigul" = "head") => {
  const [{ version: survivorVersion }] = await house.sql<[{ version: number }]>`SELECT version FROM customer WHERE id = ${survivorId}`;
  const [{ version: loserVersion }] = await house.sql<[{ version: number }]>`SELECT version FROM customer WHERE id = ${loserId}`;
  return house.as(who, "POST", "/merges", { card: "customer", survivorId, survivorVersion, loserId, loserVersion, choices });
};
const undo = (id: Id) => house.as("head", "POST", `/merges/${id}/undo`);
const feed = async (id: Id) => (await house.as("head", "GET", `/customers/${id}/feed?limit=200`)).body.items.map((i: { id: string }) => i.id) as string[];

/** Work on a card: Interests with amounts, Interactions, a dialog, a task, a file, a claim, a person. */
async function work(customerId: Id, n: { interests: number; interactions: number; dialogs: number; files: number; people: number }): Promise<void> {
  const { sql, company } = house;
  const kind = company.catalogues.interestKinds["sale"] as { id: Id; stageIds: Id[] };
  const type = company.catalogues.interactionTypes["call"] as { id: Id };
  for (let i = 0; i < n.people; i++)
    await house.as("head", "POST", `/customers/${customerId}/contacts`, { lastName: `Person${++next}`, contactPoints: [{ kind: "phone", value: phone() }] });
  for (let i = 0; i < n.interests; i++)
    await sql`INSERT INTO interest (kind_id, process_mode, customer_id, title, stage_id, amount, currency) VALUES (${kind.id}, 'typical', ${customerId}, 'Chairs', ${kind.stageIds[0] as Id}, ${100 * (i + 1)}, 'KZT')`;
  for (let i = 0; i < n.interactions; i++)
    await sql`
      INSERT INTO interaction (type_id, status_id, state, direction, customer_id, subject, occurred)
      SELECT ${type.id}, id, 'done', 'out', ${customerId}, 'Talk', tstzrange(now() - ${i + 1} * interval '1 hour', now() - ${i + 1} * interval '1 hour' + interval '5 minutes') FROM interaction_status WHERE type_id = ${type.id} AND state = 'done' LIMIT 1`;
  for (let i = 0; i < n.dialogs; i++) {
    const { id } = await house.dialog({ kind: "phone", value: phone() }, { medium: "chat", direction: "out" });
    await sql`INSERT INTO dialog_party (dialog_id, customer_id) VALUES (${id}, ${customerId}) ON CONFLICT (dialog_id) DO UPDATE SET customer_id = excluded.customer_id, lead_id = NULL`;
  }
  for (let i = 0; i < n.files; i++) {
    await sql`WITH f AS (INSERT INTO file (name) VALUES ('Contract') RETURNING id) INSERT INTO file_link (file_id, customer_id) SELECT id, ${customerId} FROM f`;
    await sql`INSERT INTO task (kind, title, executor_id, subject_kind, customer_id) VALUES ('errand', 'Send it', ${company.employees.aigul.id}, 'customer', ${customerId})`;
    await sql`INSERT INTO claim (customer_id, title, description, responsible_id, registered_at) VALUES (${customerId}, 'Late', 'Very', ${company.employees.aigul.id}, now())`;
  }
}

const SUMS = `SELECT (SELECT count(*) FROM interest WHERE customer_id = ANY($1::uuid[])) AS interests, (SELECT coalesce(sum(amount), 0) FROM interest WHERE customer_id = ANY($1::uuid[])) AS amounts,
  (SELECT count(*) FROM interaction WHERE customer_id = ANY($1::uuid[])) AS interactions, (SELECT count(*) FROM dialog_party WHERE customer_id = ANY($1::uuid[])) AS dialogs,
  (SELECT count(*) FROM task WHERE customer_id = ANY($1::uuid[])) AS tasks, (SELECT count(*) FROM file_link WHERE customer_id = ANY($1::uuid[])) AS files, (SELECT count(*) FROM claim WHERE customer_id = ANY($1::uuid[])) AS claims,
  (SELECT count(DISTINCT value_norm) FROM contact_point p WHERE archived_at IS NULL AND (p.customer_id = ANY($1::uuid[]) OR p.contact_id IN (SELECT contact_id FROM customer_contact WHERE customer_id = ANY($1::uuid[])))) AS numbers`;
const sums = async (...ids: Id[]) => (await house.sql.unsafe(SUMS, [ids]))[0];
/** Everything in the database that speaks of these cards, by which card; versions aside. */
async function picture(ids: Id[]) {
  const rows: unknown[] = [];
  for (const { table, column } of REFERENCES.filter((r) => r.to === "customer"))
    rows.push([
      table,
      column,
      await house.sql`SELECT to_jsonb(t) - 'version' AS row FROM ${house.sql(table)} t WHERE ${house.sql(column)} = ANY(${ids}::uuid[]) ORDER BY 1`,
    ]);
  rows.push(await house.sql`SELECT to_jsonb(c) - 'version' - 'responsible_since' AS row FROM customer c WHERE id = ANY(${ids}::uuid[]) ORDER BY c.id`);
  return JSON.parse(JSON.stringify(rows));
}

describe("merging two customers (CB-13, C6)", () => {
  test("over random bases: as many feed items, files and sums as before, nothing points at the loser, and undo restores every row", async () => {
    const amount = fc.record({
      interests: fc.nat(2),
      interactions: fc.nat(3),
      dialogs: fc.nat(1),
      files: fc.nat(2),
      people: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(amount, amount, fc.boolean(), fc.boolean(), async (a, b, samePhone, samePerson) => {
        const number = phone();
        const points = [{ kind: "phone", value: number }];
        const one = await make(`Romashka ${++next}`, { contactPoints: points, responsibleId: house.company.employees.aigul.id });
        const two = await make(`Lutik ${++next}`, { ...(samePhone ? { contactPoints: points } : {}), responsibleId: house.company.employees.bolat.id });
        await work(one.id, a);
        await work(two.id, b);
        if (samePerson) {
          const { body: person } = await house.as("head", "POST", `/customers/${one.id}/contacts`, { lastName: `Common${++next}`, position: "Director" });
          await house.as("head", "POST", `/customers/${two.id}/contacts`, { contactId: person.id, position: "Founder" });
        }
        const ids = [one.id, two.id];
        const [items, total, rows] = [[...(await feed(one.id)), ...(await feed(two.id))].sort(), await sums(...ids), await picture(ids)];
        const done = await merge(one.id, two.id);
        expect(done.status, JSON.stringify(done.body)).toBe(200);
        expect((await feed(one.id)).sort()).toEqual(items);
        expect(await feed(two.id)).toEqual(await feed(one.id));
        expect(await sums(one.id)).toEqual(total);
        for (const { table, column, how } of REFERENCES.filter((r) => r.to === "customer"))
          if (how !== "keep") expect(await house.sql`SELECT 1 FROM ${house.sql(table)} WHERE ${house.sql(column)} = ${two.id}`, table).toHaveLength(0);
        const back = await undo(done.body.id);
        expect(back.body).toMatchObject({ left: [] });
        expect(await picture(ids)).toEqual(rows);
      }),
      { numRuns: 8 },
    );
  });

  test("fields as chosen, else the survivor's, else the loser's; both responsible hear of it; who may not assign may not merge", async () => {
    const { aigul, bolat } = house.company.employees;
    const status = house.company.catalogues.customerStatuses["active"];
    const one = await make("Alpha", { responsibleId: aigul.id, comment: "Mine", portrait: { Fleet: "12 cars" } });
    const two = await make("Beta", {
      responsibleId: bolat.id,
      comment: "Theirs",
      legalName: "Beta LLP",
      taxId: "990011223344",
      statusId: status,
      doNotContact: true,
      portrait: { Fleet: "40 cars", Floor: "3" },
    });
    const preview = (await house.as("head", "GET", `/merges/preview?card=customer&a=${one.id}&b=${two.id}`)).body;
    expect(preview.fields.find((f: { field: string }) => f.field === "status_id").b.text).not.toBe("");
    expect(preview.suggested).toBe(one.id);
    expect((await merge(one.id, two.id, {}, "aigul")).status).toBe(403);
    expect((await merge(one.id, two.id, { nonsense: "loser" })).body).toMatchObject({
      code: "validation",
      details: { fields: { "choices.nonsense": "unknown" } },
    });
    const done = await merge(one.id, two.id, { comment: "loser", "portrait.Fleet": "loser" }, "head");
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(await card(two.id)).toMatchObject({
      id: one.id,
      name: "Alpha",
      legalName: "Beta LLP",
      taxId: "990011223344",
      comment: "Theirs",
      status: { id: status },
      responsible: { id: aigul.id },
      doNotContact: true,
      portrait: { Fleet: "40 cars", Floor: "3" },
    });
    const told = await house.sql`SELECT employee_id, payload->>'why' AS why FROM notification WHERE object_id = ${one.id} ORDER BY employee_id`;
    expect(told).toEqual([aigul.id, bolat.id].sort().map((employee_id) => ({ employee_id, why: "merge" })));
    expect((await house.as("aigul", "GET", `/merges?card=customer&id=${two.id}`)).body.items).toMatchObject([
      { loserId: two.id, loserName: "Beta", by: { name: "Serik Head" }, undoneAt: null },
    ]);
    const again = await merge(one.id, two.id);
    expect(again.body).toMatchObject({ code: "already_taken", details: { survivorId: one.id } });
  });

  test("the caller of the loser's number is known as the survivor, and chains are one hop long", async () => {
    const number = phone();
    const [a, b, c] = [await make("Gamma"), await make("Delta"), await make("Epsilon", { contactPoints: [{ kind: "phone", value: number }] })];
    expect((await merge(b.id, c.id)).status).toBe(200);
    const outer = await merge(a.id, b.id);
    expect(outer.status).toBe(200);
    expect(await house.identify({ kind: "phone", value: number })).toMatchObject({ result: "known", customerId: a.id });
    expect(await house.sql`SELECT merged_into_id FROM customer WHERE id = ANY(${[b.id, c.id]}::uuid[])`).toEqual([
      { merged_into_id: a.id },
      { merged_into_id: a.id },
    ]);
    expect((await card(c.id)).id).toBe(a.id);
    const [inner] = await house.sql<[{ id: Id }]>`SELECT id FROM merge_log WHERE survivor_id = ${b.id}`;
    expect((await undo(inner.id)).body).toMatchObject({ code: "in_use", details: { survivorId: a.id } });
    expect((await undo(outer.body.id)).body.left).toEqual([]);
    expect((await card(c.id)).id).toBe(b.id);
    expect((await undo(inner.id)).body.left).toEqual([]);
    expect((await card(c.id)).name).toBe("Epsilon");
    expect(await house.identify({ kind: "phone", value: number })).toMatchObject({ result: "known", customerId: c.id });
  });

  test("a verified number passes to the equal one that stays; undo leaves what was changed since and says so; after 30 days it is too late", async () => {
    const number = phone();
    const points = [{ kind: "phone", value: number }];
    const [one, two] = [await make("Zeta", { contactPoints: points }), await make("Eta", { contactPoints: points, comment: "From Eta" })];
    await house.as("head", "PATCH", `/contact-points/${two.contactPoints[0].id}`, { verified: true, version: two.contactPoints[0].version });
    await work(two.id, { interests: 1, interactions: 1, dialogs: 0, files: 0, people: 0 });
    const done = await merge(one.id, two.id);
    const after = await card(one.id);
    expect(after.contactPoints).toMatchObject([{ id: one.contactPoints[0].id, verifiedAt: expect.any(String) }]);
    const third = await make("Theta");
    await house.sql`UPDATE interaction SET customer_id = ${third.id} WHERE customer_id = ${one.id}`;
    await house.as("head", "PATCH", `/customers/${one.id}`, { comment: "Written since", version: after.version });
    const back = await undo(done.body.id);
    expect(back.body.left).toMatchObject([{ table: "interaction" }, { table: "customer", key: "comment" }]);
    expect((await card(one.id)).contactPoints[0].verifiedAt).toBeNull();
    expect(await card(two.id)).toMatchObject({ name: "Eta", comment: "From Eta", contactPoints: [{ verifiedAt: expect.any(String) }], openInterests: 1 });
    expect((await undo(done.body.id)).body).toMatchObject({ code: "validation", details: { fields: { id: "undone" } } });
    const late = await merge(one.id, two.id);
    await house.sql`UPDATE merge_log SET merged_at = merged_at - interval '31 days' WHERE id = ${late.body.id}`;
    expect((await undo(late.body.id)).body).toMatchObject({ code: "validation", details: { fields: { id: "too_late" } } });
  });

  test("of two who merge one pair at once one wins, the other is told which card it is now", async () => {
    const [one, two] = [await make("Iota"), await make("Kappa")];
    const body = { card: "customer", survivorVersion: one.version, loserVersion: two.version };
    const both = await Promise.all([
      house.as("head", "POST", "/merges", { ...body, survivorId: one.id, loserId: two.id }),
      house.as("admin", "POST", "/merges", { ...body, survivorId: two.id, loserId: one.id }),
    ]);
    const ends = both.map((r) => `${r.status} ${r.body.code ?? "merged"}`).sort();
    expect(ends).toEqual(["200 merged", expect.stringMatching(/^(404|409) /)]);
    expect((await house.as("head", "POST", "/merges", { ...body, survivorId: one.id, loserId: one.id })).body.code).toBe("validation");
  });

  test("a card changed meanwhile is shown instead of being merged", async () => {
    const [one, two] = [await make("Lambda"), await make("Mu")];
    await house.as("head", "PATCH", `/customers/${two.id}`, { comment: "Just written", version: two.version });
    const late = await house.as("head", "POST", "/merges", {
      card: "customer",
      survivorId: one.id,
      survivorVersion: one.version,
      loserId: two.id,
      loserVersion: two.version,
    });
    expect(late.body).toMatchObject({ code: "version_conflict", details: { current: { comment: "Just written" } } });
  });

  test("what one may not see cannot be merged, previewed or undone", async () => {
    const hidden = await make("Hidden", { responsibleId: house.company.employees.dana.id }, "admin");
    const own = await make("Own", { responsibleId: house.company.employees.aigul.id });
    const other = await make("Other");
    expect((await house.as("aigul", "GET", `/merges?card=customer&id=${hidden.id}`)).status).toBe(404);
    expect((await house.as("aigul", "GET", `/merges/preview?card=customer&a=${own.id}&b=${hidden.id}`)).status).toBe(403);
    // The head reads everybody, and steers the own department only.
    expect((await merge(own.id, hidden.id, {}, "head")).status).toBe(403);
    const done = await merge(other.id, hidden.id, {}, "admin");
    expect((await house.as("aigul", "POST", `/merges/${done.body.id}/undo`)).status).toBe(403);
  });
});

test("two contacts become one human with all companies, of whom the main one stays main (CB-02, CB-13)", async () => {
  const [a, b] = [await make("Employer"), await make("Second employer")];
  const number = phone();
  const person = async (customerId: Id, body: object) => (await house.as("head", "POST", `/customers/${customerId}/contacts`, body)).body;
  const ivan = await person(a.id, { lastName: "Petrov", firstName: "Ivan", position: "Director" });
  const twin = await person(b.id, { lastName: "Petrov", birthDate: "1980-02-29", contactPoints: [{ kind: "phone", value: number }] });
  const done = await house.as("head", "POST", "/merges", {
    card: "contact",
    survivorId: ivan.id,
    survivorVersion: ivan.version,
    loserId: twin.id,
    loserVersion: twin.version,
  });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  const one = (await house.as("head", "GET", `/contacts/${twin.id}`)).body;
  expect(one).toMatchObject({ id: ivan.id, name: "Petrov Ivan", birthDate: "1980-02-29", mergedFrom: [twin.id], contactPoints: [{ value: number }] });
  expect(one.companies.map((c: { customerId: Id; isPrimary: boolean }) => [c.customerId, c.isPrimary]).sort()).toEqual(
    [
      [a.id, true],
      [b.id, true],
    ].sort(),
  );
  expect(await house.identify({ kind: "phone", value: number })).toMatchObject({
    result: "ambiguous",
    candidates: [{ contactId: ivan.id }, { contactId: ivan.id }],
  });
  expect((await undo(done.body.id)).body.left).toEqual([]);
  expect((await house.as("head", "GET", `/contacts/${twin.id}`)).body).toMatchObject({ id: twin.id, contactPoints: [{ value: number }] });
});
