import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { connect } from "@kommutator/gateway/db/pool";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Answer, type CrmHouse, crmHouse } from "../../support/crm.ts";
import { changedTables, dumper } from "./dump.ts";
import { FaultyDatabase } from "./faulty.ts";
import { customerWithPast, leadWithPast, phone, post, totals } from "./past.ts";

/**
 * What changes many rows changes all of them or none: a failure is injected at every statement in turn, and at the commit; once by an error of
 * the database and once by the end of the connection. After each the whole database is as it was before.
 */
const HOWS = ["error", "killed"] as const;
// Some hundred failures, each with a look at the whole database: a slow machine needs its time.
vi.setConfig({ testTimeout: 120_000 });
let house: CrmHouse;
let faulty: FaultyDatabase;
let reader: Db;
beforeAll(async () => {
  house = await crmHouse({
    wrap(sql) {
      faulty = new FaultyDatabase(sql);
      return faulty.sql;
    },
  });
  reader = connect(house.db.url, { max: 1 });
});
afterAll(async () => {
  await reader.end();
  await house.close();
});

/** Lets the act fail at each of its statements, then succeed. Returns the answer of the success and how many statements there were. */
async function survivesEveryStatement(act: () => Promise<Answer>): Promise<{ body: Answer["body"]; statements: number }> {
  const dump = await dumper(reader);
  const before = await dump();
  for (let n = 1; ; n++) {
    for (const how of HOWS) {
      const { result, struck } = await faulty.failing(n, how, act);
      if (!struck) {
        expect([result.status, result.status < 300 ? "" : result.body]).toEqual([result.status, ""]);
        return { body: result.body, statements: n - 1 };
      }
      if (result.status < 400) throw new Error(`it answered ${result.status} although statement ${n} failed (${how})`);
    }
    const changed = changedTables(before, await dump());
    if (changed.length > 0) throw new Error(`after failures at statement ${n} these are not as before: ${changed.join(", ")}`);
  }
}

test("what writes in two transactions is caught", async () => {
  const block = (value: string) => faulty.sql.begin((tx) => tx`INSERT INTO exclusion (kind, value_norm, reason) VALUES ('phone', ${value}, 'A test')`);
  const act = async (): Promise<Answer> => {
    try {
      await block(phone());
      await block(phone());
      return { status: 200, body: null };
    } catch {
      return { status: 500, body: null };
    }
  };
  await expect(survivesEveryStatement(act)).rejects.toThrow("after failures at statement 3 these are not as before: exclusion");
});

describe("a lead becomes a customer (C4)", () => {
  test("wholly or not at all; feed, files and sums are the same before and after", async () => {
    const { leadId } = await leadWithPast(house);
    const before = await totals(house, [{ object: "lead", id: leadId }]);
    expect([before.items.length >= 6, before.files.length, before.sum]).toEqual([true, 1, 1500.5]);
    const { body, statements } = await survivesEveryStatement(() => house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true }));
    expect(statements).toBeGreaterThan(15);
    expect(await totals(house, [{ object: "customer", id: body.customerId as Id }])).toEqual(before);
  });

  test("into a customer and a human who are known already: as many items, files and sums as both had, equal numbers archived, the verification handed over", async () => {
    const { leadId, value } = await leadWithPast(house);
    const { customerId } = await customerWithPast(house, "Known to the house", [phone()]);
    await post(house, "/contact-points", { leadId, kind: "email", value: "ivan.petrov@known.example" });
    const contact = await post(house, `/customers/${customerId}/contacts`, { lastName: "Petrov", contactPoints: [{ kind: "phone", value }] });
    const cards = [
      { object: "lead" as const, id: leadId },
      { object: "customer" as const, id: customerId },
    ];
    const before = await totals(house, cards);
    expect([before.items.length >= 12, before.files.length, before.sum]).toEqual([true, 2, 3001]);
    const order = { qualify: true, customerId, contactId: contact.id };
    const { body, statements } = await survivesEveryStatement(() => house.as("admin", "POST", `/leads/${leadId}/convert`, order));
    expect([body, statements > 15]).toEqual([{ customerId, contactId: contact.id }, true]);
    expect(await totals(house, [{ object: "customer", id: customerId }])).toEqual(before);
    const points = await house.sql`
      SELECT kind, contact_id, archived_at IS NULL AS kept, verified_at IS NOT NULL AS verified FROM contact_point WHERE value_norm IN (${value}, 'ivan.petrov@known.example') ORDER BY kind, kept DESC`;
    expect(points).toEqual([
      { kind: "email", contact_id: contact.id, kept: true, verified: false },
      { kind: "phone", contact_id: contact.id, kept: true, verified: true },
      { kind: "phone", contact_id: contact.id, kept: false, verified: true },
    ]);
    expect(await house.identify({ kind: "phone", value })).toMatchObject({ result: "known", customerId, contactId: contact.id });
  });
});

describe("a reception is finished (B1)", () => {
  test("wholly or not at all: a new lead, its Interest, the Interaction and the next step", async () => {
    const { id: dialogId } = await house.dialog({ kind: "phone", value: phone() }, { medium: "chat" });
    await house.assign(dialogId, "aigul");
    const { inquiry } = (await house.as("aigul", "GET", `/dialogs/${dialogId}/reception`)).body;
    const catalogues = house.company.catalogues;
    const body = {
      version: inquiry.version,
      purposeId: catalogues.purposes["buy"],
      who: { kind: "new-lead", contactName: "Asel", companyName: null, phone: phone(), email: null },
      interest: { kind: "new", title: "Air conditioner", interestKindId: null, parallelReason: null },
      note: "Flat of 60 square metres",
      next: { typeId: catalogues.interactionTypes["call"]?.id, subject: "Call back", plannedFrom: new Date(Date.now() + 86_400_000).toISOString() },
    };
    const { statements, body: result } = await survivesEveryStatement(() => house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, body));
    expect(statements).toBeGreaterThan(15);
    expect(result).toMatchObject({ inquiry: { status: "processed" }, interestId: expect.any(String), leadId: expect.any(String) });
  });
});

describe("two cards of one company become one, and two again (C6)", () => {
  test("merge and undo each wholly or not at all; feeds, files and sums of both together stay, and after the undo each has its own again", async () => {
    const shared = phone();
    const a = await customerWithPast(house, "Romashka", [shared, phone()]);
    const b = await customerWithPast(house, "Romashka LLP", [shared, phone()]);
    const cards = [a, b].map(({ customerId }) => ({ object: "customer" as const, id: customerId }));
    const each = await Promise.all(cards.map((card) => totals(house, [card])));
    const both = await totals(house, cards);
    expect([both.items.length >= 12, both.files.length, both.sum]).toEqual([true, 2, 3001]);
    const version = async (id: Id) => (await house.as("admin", "GET", `/customers/${id}`)).body.version as number;
    const body = {
      card: "customer",
      survivorId: a.customerId,
      survivorVersion: await version(a.customerId),
      loserId: b.customerId,
      loserVersion: await version(b.customerId),
    };
    const merge = await survivesEveryStatement(() => house.as("admin", "POST", "/merges", body));
    expect(merge.statements).toBeGreaterThan(15);
    expect(await totals(house, [{ object: "customer", id: a.customerId }])).toEqual(both);
    const undo = await survivesEveryStatement(() => house.as("admin", "POST", `/merges/${merge.body.id}/undo`));
    expect(undo.statements).toBeGreaterThan(15);
    expect(undo.body.left).toEqual([]);
    expect(await Promise.all(cards.map((card) => totals(house, [card])))).toEqual(each);
  });

  test("two cards of one human likewise", async () => {
    const { id: customerId } = await post(house, "/customers", { kind: "company", name: "Two cards of one human" });
    const contact = (lastName: string) => post(house, `/customers/${customerId}/contacts`, { lastName, contactPoints: [{ kind: "phone", value: phone() }] });
    const [a, b] = [await contact("Petrov"), await contact("Petroff")];
    for (const { id } of [a, b])
      await post(house, "/interactions", {
        typeId: house.company.catalogues.interactionTypes["call"]?.id,
        subject: "Call",
        customerId,
        contactId: id,
        plannedFrom: new Date(Date.now() + 3_600_000).toISOString(),
      });
    const before = await totals(house, [{ object: "customer", id: customerId }]);
    const points = async () =>
      (await house.as("admin", "GET", `/customers/${customerId}`)).body.contacts
        .flatMap((c: { contactPoints: { value: string }[] }) => c.contactPoints.map((p) => p.value))
        .sort();
    const values = await points();
    const body = { card: "contact", survivorId: a.id, survivorVersion: a.version, loserId: b.id, loserVersion: b.version };
    const merge = await survivesEveryStatement(() => house.as("admin", "POST", "/merges", body));
    expect([await totals(house, [{ object: "customer", id: customerId }]), await points()]).toEqual([before, values]);
    await survivesEveryStatement(() => house.as("admin", "POST", `/merges/${merge.body.id}/undo`));
    expect([await totals(house, [{ object: "customer", id: customerId }]), await points()]).toEqual([before, values]);
  });
});

describe("two leads of one person become one, and two again (C6)", () => {
  test("merge and undo each wholly or not at all; feeds, files and sums of both together stay, and after the undo each has its own again", async () => {
    const { aigul, bolat } = house.company.employees;
    const ids = [(await leadWithPast(house)).leadId, (await leadWithPast(house)).leadId];
    const lead = async (id: Id) => (await house.as("admin", "GET", `/leads/${id}`)).body;
    const question = await post(house, "/lead-questions", { name: "How many rooms?" });
    for (const [i, leadId] of ids.entries()) {
      const { version } = await lead(leadId);
      const body = { responsibleId: [aigul, bolat][i]?.id, note: `Told ${i}`, version };
      expect(await house.as("admin", "PATCH", `/leads/${leadId}`, body)).toMatchObject({ status: 200 });
      // Both wrote from one address and answered one question: the survivor keeps one of each.
      await post(house, "/contact-points", { leadId, kind: "email", value: "petrov@romashka.example", differentReason: "To be merged" });
      const answers = [{ questionId: question.id, answer: `${i + 2} rooms` }];
      expect(await house.as("admin", "PUT", `/leads/${leadId}/answers`, { answers })).toMatchObject({ status: 200 });
    }
    const cards = ids.map((id) => ({ object: "lead" as const, id }));
    const [survivor, loser] = [await lead(ids[0] as Id), await lead(ids[1] as Id)];
    const numbers = async (id: Id) => (await lead(id)).contactPoints.map((p: { value: string }) => p.value).sort();
    const values = [await numbers(survivor.id), await numbers(loser.id)];
    const each = await Promise.all(cards.map((card) => totals(house, [card])));
    const both = await totals(house, cards);
    expect([both.items.length >= 12, both.files.length, both.sum]).toEqual([true, 2, 3001]);
    const body = { card: "lead", survivorId: survivor.id, survivorVersion: survivor.version, loserId: loser.id, loserVersion: loser.version };
    const choices = { note: "loser", responsible_id: "loser" };
    const merge = await survivesEveryStatement(() => house.as("admin", "POST", "/merges", { ...body, choices }));
    expect(merge.statements).toBeGreaterThan(15);
    expect(await totals(house, [{ object: "lead", id: survivor.id }])).toEqual(both);
    expect(await lead(loser.id)).toMatchObject({ id: survivor.id, note: "Told 1", responsible: { id: bolat.id } });
    expect(await numbers(survivor.id)).toEqual([...new Set(values.flat())].sort());
    const answered = async (id: Id) => (await house.as("admin", "GET", `/leads/${id}/answers`)).body.map((a: { answer: string }) => a.answer);
    expect(await answered(survivor.id)).toEqual(["2 rooms"]);
    const undo = await survivesEveryStatement(() => house.as("admin", "POST", `/merges/${merge.body.id}/undo`));
    expect(undo.statements).toBeGreaterThan(15);
    expect(undo.body.left).toEqual([]);
    expect(await Promise.all(cards.map((card) => totals(house, [card])))).toEqual(each);
    expect([await lead(survivor.id), await lead(loser.id)]).toMatchObject([
      { id: survivor.id, note: "Told 0", responsible: { id: aigul.id } },
      { id: loser.id, note: "Told 1", responsible: { id: bolat.id }, status: loser.status },
    ]);
    expect([await numbers(survivor.id), await numbers(loser.id)]).toEqual(values);
    expect([await answered(survivor.id), await answered(loser.id)]).toEqual([["2 rooms"], ["3 rooms"]]);
  });
});

describe("work passes to whoever stands in, and back (B8)", () => {
  test("an absence that begins hands over everything or nothing; so does the taking back", async () => {
    const { aigul, bolat } = house.company.employees;
    const { customerId } = await customerWithPast(house, "Handed over", [phone()]);
    for (let i = 0; i < 5; i++) {
      const plannedFrom = new Date(Date.now() + (i + 1) * 3_600_000).toISOString();
      await post(house, "/interactions", {
        typeId: house.company.catalogues.interactionTypes["call"]?.id,
        subject: `Call ${i}`,
        customerId,
        executorId: aigul.id,
        plannedFrom,
      });
    }
    const executors = async () =>
      await house.sql<
        { id: Id; n: number }[]
      >`SELECT executor_id AS id, count(*)::int AS n FROM interaction WHERE state = 'planned' AND customer_id = ${customerId} AND subject LIKE 'Call _' GROUP BY 1`;
    const before = await totals(house, [{ object: "customer", id: customerId }]);
    const away = {
      employeeId: aigul.id,
      from: new Date(Date.now() - 1000).toISOString(),
      to: new Date(Date.now() + 86_400_000).toISOString(),
      substituteId: bolat.id,
    };
    const absence = await survivesEveryStatement(() => house.as("head", "POST", "/absences", away));
    expect((await executors()).find((e) => e.id === bolat.id)?.n).toBeGreaterThanOrEqual(5);
    await survivesEveryStatement(() => house.as("aigul", "POST", `/absences/${absence.body.id}/return`));
    const back = await survivesEveryStatement(() => house.as("aigul", "POST", `/absences/${absence.body.id}/take-back`, { take: "all" }));
    expect(back.body.absence.state).toBe("closed");
    expect((await executors()).find((e) => e.id === bolat.id)).toBeUndefined();
    expect(await totals(house, [{ object: "customer", id: customerId }])).toEqual(before);
  });
});
