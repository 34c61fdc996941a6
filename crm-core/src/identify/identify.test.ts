import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse({ max: 40 });
});
afterAll(() => house.close());

const phone = (value: string | null) => ({ kind: "phone" as const, value });
let next = 1000;
const number = () => `+7701200${next++}`;

async function customer(name: string, options: { responsible?: Id | null; mergedInto?: Id; archived?: boolean; vip?: boolean } = {}): Promise<Id> {
  const { sql } = house;
  const archived = options.archived || options.mergedInto !== undefined;
  const [row] = await sql<{ id: Id }[]>`
    INSERT INTO customer ${sql({ kind: "company", name, is_vip: options.vip ?? false, responsible_id: options.responsible ?? null, responsible_since: options.responsible ? new Date() : null, merged_into_id: options.mergedInto ?? null, archived_at: archived ? new Date() : null })} RETURNING id`;
  return (row as { id: Id }).id;
}
async function contact(lastName: string, firstName: string, customers: Id[], options: { left?: boolean } = {}): Promise<Id> {
  const { sql } = house;
  const [row] = await sql<{ id: Id }[]>`INSERT INTO contact (last_name, first_name) VALUES (${lastName}, ${firstName}) RETURNING id`;
  const { id } = row as { id: Id };
  for (const c of customers)
    await sql`INSERT INTO customer_contact (customer_id, contact_id, left_at) VALUES (${c}, ${id}, ${options.left ? "2026-01-01" : null})`;
  return id;
}
async function point(
  owner: { customer_id?: Id; contact_id?: Id; lead_id?: Id },
  value: string,
  options: { verified?: boolean; shared?: boolean; kind?: string } = {},
): Promise<void> {
  const { sql } = house;
  await sql`INSERT INTO contact_point ${sql({ ...owner, kind: options.kind ?? "phone", value_raw: value, value_norm: value, verified_at: options.verified ? new Date() : null, is_shared: options.shared ?? false })}`;
}
async function interest(customerId: Id, responsible: Id | null, contactId: Id | null = null): Promise<Id> {
  const { sql, company } = house;
  const kind = company.catalogues.interestKinds["sale"] as { id: Id; stageIds: Id[] };
  const [row] = await sql<{ id: Id }[]>`
    INSERT INTO interest ${sql({ kind_id: kind.id, process_mode: "typical", customer_id: customerId, contact_id: contactId, title: "Chairs", responsible_id: responsible, stage_id: kind.stageIds[0] as Id })} RETURNING id`;
  return (row as { id: Id }).id;
}

describe("who calls or writes (RG-01)", () => {
  test("a verified number of Ivan of Romashka is known, with person and company", async () => {
    const aigul = house.company.employees.aigul.id;
    const romashka = await customer("Romashka", { responsible: aigul, vip: true });
    const ivan = await contact("Petrov", "Ivan", [romashka]);
    const n = number();
    await point({ contact_id: ivan }, n, { verified: true });
    const found = await house.identify(phone(n.replace("+7", "8")));
    expect(found).toMatchObject({ result: "known", customerId: romashka, contactId: ivan, leadId: null, name: "Petrov Ivan", isVip: true, candidates: [] });
    expect(found.responsible).toEqual({ employeeId: aigul, why: "customer" });
    expect(found.language).toBeNull();
    await house.sql`UPDATE contact SET language = 'kk' WHERE id = ${ivan}`;
    expect((await house.identify(phone(n))).language).toBe("kk");
  });

  test("a call proves the number it comes from, once, and the journal says that the house did it", async () => {
    const n = number();
    await point({ customer_id: await customer("Proven") }, n);
    for (let call = 0; call < 2; call++) await house.identify(phone(n));
    const rows = await house.sql`
      SELECT p.verified_how, a.actor_kind, a.actor_id, a.actor_label, a.changes FROM contact_point p JOIN audit_log a ON a.object_kind = 'contact_point' AND a.object_id = p.id AND a.action = 'verify'
      WHERE p.value_norm = ${n} AND p.verified_at IS NOT NULL`;
    const changes = { verified_how: [null, "inbound_call"] };
    expect([...rows]).toEqual([{ verified_how: "inbound_call", actor_kind: "system", actor_id: null, actor_label: "identification", changes }]);
  });

  test("the switchboard of two companies is ambiguous, with both as candidates", async () => {
    const [a, b] = [await customer("Alpha"), await customer("Beta")];
    const n = number();
    await point({ customer_id: a }, n, { shared: true });
    await point({ customer_id: b }, n, { shared: true });
    const found = await house.identify(phone(n));
    expect(found).toMatchObject({ result: "ambiguous", customerId: null, leadId: null, responsible: null });
    expect(found.candidates.map((c) => c.name).sort()).toEqual(["Alpha", "Beta"]);
  });

  test("ambiguous with one and the same responsible goes to that person", async () => {
    const bolat = house.company.employees.bolat.id;
    const n = number();
    for (const name of ["Gamma", "Delta"]) await point({ customer_id: await customer(name, { responsible: bolat }) }, n, { shared: true });
    expect((await house.identify(phone(n))).responsible).toEqual({ employeeId: bolat, why: "customer" });
  });

  test("of several companies the single verified and not shared one is known", async () => {
    const [a, b] = [await customer("Typed"), await customer("Proven")];
    const n = number();
    await point({ customer_id: a }, n);
    await point({ customer_id: b }, n, { verified: true });
    expect(await house.identify(phone(n))).toMatchObject({ result: "known", customerId: b });
  });

  test("an unknown number is new and gets a lead with a verified contact point and the channel's source", async () => {
    const n = number();
    const found = await house.identify({ ...phone(n), displayName: "Zhanna" });
    expect(found).toMatchObject({ result: "new", name: "Zhanna", customerId: null });
    const [lead] =
      await house.sql`SELECT l.contact_name, l.source_id, p.verified_how, p.value_norm FROM lead l JOIN contact_point p ON p.lead_id = l.id WHERE l.id = ${found.leadId}`;
    expect(lead).toMatchObject({ contact_name: "Zhanna", verified_how: "inbound_call", value_norm: n });
    expect(lead?.["source_id"]).not.toBeNull();
    const [audit] = await house.sql`SELECT action FROM audit_log WHERE object_kind = 'lead' AND object_id = ${found.leadId}`;
    expect(audit?.["action"]).toBe("create");
    expect(await house.identify(phone(n))).toMatchObject({ result: "lead", leadId: found.leadId, name: "Zhanna" });
    // The point has a row of its own, and seeing the number again adds none (AD-09).
    const points =
      await house.sql`SELECT actor_kind, actor_label, action, changes FROM audit_log WHERE object_kind = 'contact_point' AND object_id = ${found.contactPointId}`;
    const changes = { lead_id: found.leadId, kind: "phone", value: [null, n], verified_how: [null, "inbound_call"] };
    expect(points).toEqual([{ actor_kind: "system", actor_label: "identification", action: "create", changes }]);
  });

  test("only looking at an unknown number makes no card", async () => {
    const n = number();
    expect(await house.identify(phone(n), { createLead: false })).toMatchObject({ result: "new", leadId: null });
    expect(await house.sql`SELECT 1 FROM contact_point WHERE value_norm = ${n}`).toHaveLength(0);
  });

  test.each([null, "", "anonymous", "12345678"])("a withheld or unreadable number (%s) is hidden and makes no card", async (value) => {
    const before = await house.sql`SELECT count(*) AS n FROM lead`;
    expect(await house.identify(phone(value))).toMatchObject({ result: "hidden", leadId: null, contactPointId: null });
    expect(await house.sql`SELECT count(*) AS n FROM lead`).toEqual(before);
  });

  test("an excluded number is blocked and makes no card", async () => {
    const n = number();
    await house.sql`INSERT INTO exclusion (kind, value_norm, reason) VALUES ('phone', ${n}, 'test line')`;
    expect(await house.identify(phone(n))).toMatchObject({ result: "blocked", leadId: null });
    expect(await house.sql`SELECT 1 FROM contact_point WHERE value_norm = ${n}`).toHaveLength(0);
  });

  test("a card merged last week answers as its survivor, an archived one not at all", async () => {
    const survivor = await customer("Survivor");
    const [n, m] = [number(), number()];
    await point({ customer_id: await customer("Loser", { mergedInto: survivor }) }, n, { verified: true });
    await point({ customer_id: await customer("Gone", { archived: true }) }, m);
    expect(await house.identify(phone(n))).toMatchObject({ result: "known", customerId: survivor, name: "Survivor" });
    expect(await house.identify(phone(m), { createLead: false })).toMatchObject({ result: "new" });
  });

  test("one human in two companies is ambiguous about the company, not about the person", async () => {
    const [a, b] = [await customer("First job"), await customer("Second job")];
    const olga = await contact("Kim", "Olga", [a, b]);
    const n = number();
    await point({ contact_id: olga }, n, { verified: true });
    const found = await house.identify(phone(n));
    expect(found).toMatchObject({ result: "ambiguous", contactId: olga });
    expect(found.candidates.map((c) => c.contactId)).toEqual([olga, olga]);
  });

  test("whoever left a company does not stand for it any more", async () => {
    const old = await customer("Old employer");
    const n = number();
    await point({ contact_id: await contact("Left", "Oleg", [old], { left: true }) }, n, { verified: true });
    expect(await house.identify(phone(n))).toMatchObject({ result: "known", customerId: null, name: "Left Oleg" });
  });

  test("several leads: the newest open one, the others become duplicate pairs; a customer wins over a lead", async () => {
    const n = number();
    const { sql } = house;
    const make = async (createdAt: string, value: string) => {
      const [l] = await sql<{ id: Id }[]>`INSERT INTO lead (contact_name, created_at) VALUES ('X', ${createdAt}) RETURNING id`;
      await point({ lead_id: (l as { id: Id }).id }, value);
      return (l as { id: Id }).id;
    };
    const older = await make("2026-01-01", n);
    const newer = await make("2026-02-01", n);
    expect(await house.identify(phone(n))).toMatchObject({ result: "lead", leadId: newer });
    const pairs = await sql`SELECT 1 FROM duplicate_candidate WHERE object_kind = 'lead' AND a_id IN (${older}, ${newer}) AND b_id IN (${older}, ${newer})`;
    expect(pairs).toHaveLength(1);
    const c = await customer("Both");
    await point({ customer_id: c }, n);
    expect(await house.identify(phone(n))).toMatchObject({ result: "known", customerId: c, leadId: null });
  });

  test("a typed number is proven by the call: verified on the card that identification chose", async () => {
    const c = await customer("Typed only");
    const n = number();
    await point({ customer_id: c }, n);
    await house.identify(phone(n));
    const [p] = await house.sql`SELECT verified_how FROM contact_point WHERE value_norm = ${n}`;
    expect(p?.["verified_how"]).toBe("inbound_call");
  });

  test("a site visitor is known in one channel only", async () => {
    const visitor = { kind: "site_visitor" as const, value: "v-1" };
    const first = await house.identify(visitor, { medium: "chat" });
    expect(await house.identify(visitor, { medium: "chat" })).toMatchObject({ result: "lead", leadId: first.leadId });
    expect(await house.identify(visitor, { medium: "mail", createLead: false })).toMatchObject({ result: "new" });
  });
});

describe("whose caller it is (RG-04)", () => {
  test("the responsible of the only open Interest comes before the customer's", async () => {
    const { aigul, bolat } = house.company.employees;
    const c = await customer("Two managers", { responsible: aigul.id });
    const n = number();
    await point({ customer_id: c }, n, { verified: true });
    const only = await interest(c, bolat.id);
    expect(await house.identify(phone(n))).toMatchObject({ responsible: { employeeId: bolat.id, why: "interest" }, interestId: only });
    await interest(c, bolat.id);
    expect(await house.identify(phone(n))).toMatchObject({ responsible: { employeeId: aigul.id, why: "customer" }, interestId: null });
  });

  test("another contact's Interest of the same company is not this person's", async () => {
    const { aigul, bolat, dana } = house.company.employees;
    const c = await customer("Big company", { responsible: aigul.id });
    const [ivan, olga] = [await contact("A", "Ivan", [c]), await contact("B", "Olga", [c])];
    const n = number();
    await point({ contact_id: ivan }, n, { verified: true });
    await interest(c, dana.id, olga);
    const mine = await interest(c, bolat.id, ivan);
    expect(await house.identify(phone(n))).toMatchObject({ responsible: { employeeId: bolat.id, why: "interest" }, interestId: mine });
  });

  test("otherwise whoever talked last within 90 days", async () => {
    const { dana } = house.company.employees;
    const c = await customer("No responsible");
    const n = number();
    await point({ customer_id: c }, n, { verified: true });
    const day = 86_400_000;
    await house.call(phone(n), { disposition: "answered", startedAt: Date.now() - 91 * day, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] });
    await house.read();
    expect((await house.identify(phone(n))).responsible).toBeNull();
    await house.call(phone(n), { disposition: "answered", startedAt: Date.now() - 89 * day, seconds: 60, talkers: [{ person: "dana", seconds: 50 }] });
    await house.read();
    expect((await house.identify(phone(n))).responsible).toEqual({ employeeId: dana.id, why: "last_talked" });
  });

  test("an absent responsible has a substitute, whose own absence is followed", async () => {
    const { sql, company } = house;
    const { aigul, bolat, dana } = company.employees;
    const c = await customer("Absent responsible", { responsible: aigul.id });
    const n = number();
    await point({ customer_id: c }, n, { verified: true });
    await sql`INSERT INTO absence (employee_id, kind, during, substitute_id, state) VALUES (${aigul.id}, 'planned', tstzrange(now() - interval '1 day', now() + interval '1 day'), ${bolat.id}, 'active')`;
    expect(await house.identify(phone(n))).toMatchObject({ responsible: { employeeId: aigul.id }, substituteId: bolat.id });
    await sql`INSERT INTO absence (employee_id, kind, during, substitute_id, state) VALUES (${bolat.id}, 'planned', tstzrange(now() - interval '1 day', now() + interval '1 day'), ${dana.id}, 'active')`;
    expect(await house.identify(phone(n))).toMatchObject({ substituteId: dana.id });
    await sql`UPDATE absence SET state = 'cancelled'`;
    expect(await house.identify(phone(n))).toMatchObject({ substituteId: null });
    // Of somebody who is here: the personal substitute, who is asked when the responsible does not answer.
    await sql`UPDATE employee SET substitute_id = ${dana.id} WHERE id = ${aigul.id}`;
    expect(await house.identify(phone(n))).toMatchObject({ responsible: { employeeId: aigul.id }, substituteId: dana.id });
    await sql`UPDATE employee SET substitute_id = NULL WHERE id = ${aigul.id}`;
  });

  test("a suspended responsible is passed over", async () => {
    const { sql, company } = house;
    const c = await customer("Suspended", { responsible: company.employees.dana.id });
    const n = number();
    await point({ customer_id: c }, n, { verified: true });
    await sql`UPDATE employee SET state = 'suspended' WHERE id = ${company.employees.dana.id}`;
    expect((await house.identify(phone(n))).responsible).toBeNull();
    await sql`UPDATE employee SET state = 'active' WHERE id = ${company.employees.dana.id}`;
  });
});

describe("thirty at once (RG-03)", () => {
  test("thirty parallel transactions of one unknown number make one lead with one verified contact point", async () => {
    const n = number();
    const found = await Promise.all(Array.from({ length: 30 }, () => house.identify(phone(n))));
    expect(new Set(found.map((f) => f.leadId)).size).toBe(1);
    expect(found.filter((f) => f.result === "new")).toHaveLength(1);
    expect(found.filter((f) => f.result === "lead")).toHaveLength(29);
    expect(await house.sql`SELECT 1 FROM contact_point WHERE value_norm = ${n} AND verified_at IS NOT NULL`).toHaveLength(1);
  });
});

describe("what a visitor says of himself", () => {
  test("a typed phone and e-mail stay unverified, the name fills an empty lead, rubbish is left out", async () => {
    const d = await house.dialog({ kind: "site_visitor", value: "v-claims" }, { medium: "chat" });
    const n = number();
    await house.sql.begin((tx) => house.crm.identify.addClaims(tx, d.id, { phone: n.replace("+7", "8 "), email: "Visitor@Mail.Example", name: "Saule" }));
    await house.sql.begin((tx) => house.crm.identify.addClaims(tx, d.id, { phone: "call me", email: "Visitor@Mail.Example", name: "Other" }));
    const points =
      await house.sql`SELECT kind, value_norm, verified_at FROM contact_point WHERE lead_id = ${d.identification.leadId} AND kind IN ('phone', 'email') ORDER BY kind`;
    expect(points).toMatchObject([
      { kind: "email", value_norm: "visitor@mail.example", verified_at: null },
      { kind: "phone", value_norm: n, verified_at: null },
    ]);
    const [lead] = await house.sql`SELECT contact_name FROM lead WHERE id = ${d.identification.leadId}`;
    expect(lead?.["contact_name"]).toBe("Saule");
  });

  test("a permanent bounce marks the address", async () => {
    await house.identify({ kind: "email", value: "gone@acme.example" }, { medium: "mail" });
    await house.sql.begin((tx) => house.crm.identify.markBounced(tx, "Gone@Acme.example"));
    const [p] = await house.sql`SELECT bounced_at FROM contact_point WHERE value_norm = 'gone@acme.example'`;
    expect(p?.["bounced_at"]).not.toBeNull();
  });
});
