import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Answer, type CrmHouse, crmHouse, type Person } from "../../support/crm.ts";
import { customerWithPast, leadWithPast, phone, post, totals } from "../failure/past.ts";

/** Two hundred people write at once: nothing that was acknowledged is lost, nothing comes twice, and whoever was too late is shown how it stands. */
const WRITERS = 200;
const PEOPLE: readonly Person[] = ["admin", "head", "aigul"];
/** A writer who was too late looks at the row as it is and tries again, so many times in all. */
const TRIES = 3;

// Two hundred wait for twenty connections: a slow machine needs its time.
vi.setConfig({ testTimeout: 90_000 });
let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse({ max: 20 });
});
afterAll(() => house.close());

const writers = <T>(work: (n: number, person: Person) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: WRITERS }, (_, n) => work(n, PEOPLE[n % PEOPLE.length] as Person)));

interface Row {
  version: number;
  [field: string]: unknown;
}
interface Race {
  objectKind: string;
  path: string;
  field: string;
  column: string;
  /** What the nth writer wants it to be, never what it is now. */
  value(n: number, now: unknown): string;
}

/** All write the same field of the same row, each from the version last seen. */
async function race(id: Id, start: Row, r: Race): Promise<{ acknowledged: Row[]; conflicts: { sent: number; current: Row }[] }> {
  const acknowledged: Row[] = [];
  const conflicts: { sent: number; current: Row }[] = [];
  await writers(async (n, person) => {
    let seen = start;
    for (let i = 0; i < TRIES; i++) {
      const value = r.value(n, seen[r.field]);
      const answer = await house.as(person, "PATCH", `${r.path}/${id}`, { [r.field]: value, version: seen.version });
      if (answer.status === 200) {
        expect(answer.body[r.field]).toBe(value);
        acknowledged.push(answer.body);
        return;
      }
      expect([answer.status, answer.body.code]).toEqual([409, "version_conflict"]);
      conflicts.push({ sent: seen.version, current: answer.body.details.current });
      seen = answer.body.details.current;
    }
  });
  return { acknowledged: acknowledged.sort((a, b) => a.version - b.version), conflicts };
}

/** The acknowledged changes, in the order of their versions, are the audit's chain from the first value to the last, without a gap. */
async function expectNothingLost(id: Id, start: Row, r: Race): Promise<void> {
  const { acknowledged, conflicts } = await race(id, start, r);
  expect(acknowledged.length).toBeGreaterThan(1);
  expect(acknowledged.map((row) => row.version)).toEqual(acknowledged.map((_, i) => start.version + i + 1));
  const rows = await house.sql<{ action: string; change: [unknown, unknown] | null }[]>`
    SELECT action, changes -> ${r.column} AS change FROM audit_log WHERE object_kind = ${r.objectKind} AND object_id = ${id} AND action IN ('edit', 'conflict') ORDER BY id`;
  const chain = rows.filter((row) => row.action === "edit").map((row) => row.change as [unknown, unknown]);
  expect(chain.map(([, to]) => to)).toEqual(acknowledged.map((row) => row[r.field]));
  expect(chain.map(([from]) => from)).toEqual([start[r.field], ...acknowledged.map((row) => row[r.field])].slice(0, -1));
  // Both attempts' results stand in the audit (IN-01), and each conflict showed a row that once stood there, newer than the one sent.
  expect(rows.filter((row) => row.action === "conflict")).toHaveLength(conflicts.length);
  const stood = new Map(acknowledged.map((row) => [row.version, row[r.field]]));
  for (const { sent, current } of conflicts) expect([current.version > sent, current[r.field]]).toEqual([true, stood.get(current.version)]);
}

describe("200 writers of one row", () => {
  test("of an Interest", async () => {
    const { customerId } = await customer("Interest");
    const responsibleId = house.company.employees.aigul.id;
    const made = await post(house, "/interests", {
      customerId,
      kindId: house.company.catalogues.interestKinds["sale"]?.id,
      title: "Nobody's title",
      responsibleId,
    });
    const start = (await house.as("aigul", "GET", `/interests/${made.id}`)).body;
    await expectNothingLost(made.id, start, {
      objectKind: "interest",
      path: "/interests",
      field: "title",
      column: "title",
      value: (n) => `The title of writer ${n}`,
    });
  });

  test("of a lead", async () => {
    const made = await house.as("aigul", "POST", "/leads", { contactName: "Raced", contactPoints: [{ kind: "phone", value: phone() }] });
    await expectNothingLost(made.body.id, made.body, {
      objectKind: "lead",
      path: "/leads",
      field: "note",
      column: "note",
      value: (n) => `Writer ${n} was here`,
    });
  });

  test("of a contact point", async () => {
    const { customerId } = await customer("Point");
    const made = await house.as("aigul", "POST", "/contact-points", { customerId, kind: "phone", value: phone(), label: "other" });
    const labels = ["mobile", "work", "home", "internal", "main", "other"];
    const value = (n: number, now: unknown) => labels.filter((l) => l !== now)[n % 5] as string;
    await expectNothingLost(made.body.id, made.body, { objectKind: "contact_point", path: "/contact-points", field: "label", column: "label", value });
  });
});

describe("200 who do the same thing at once", () => {
  const successes = (answers: Answer[]) => answers.filter((a) => a.status < 300);

  test("one number is added to a card once, the others hear that it is there", async () => {
    const { customerId } = await customer("Once");
    const value = phone();
    const answers = await writers((_, person) => house.as(person, "POST", "/contact-points", { customerId, kind: "phone", value }));
    expect(successes(answers)).toHaveLength(1);
    expect(new Set(answers.filter((a) => a.status >= 300).map((a) => `${a.status} ${a.body.code}`))).toEqual(new Set(["409 duplicate"]));
    expect(await house.sql`SELECT 1 FROM contact_point WHERE customer_id = ${customerId} AND value_norm = ${value}`).toHaveLength(1);
  });

  test("a reception is finished by exactly one; the others get that one's result", async () => {
    const { id: dialogId } = await house.dialog({ kind: "phone", value: phone() }, { medium: "chat" });
    await house.assign(dialogId, "aigul");
    const { inquiry } = (await house.as("aigul", "GET", `/dialogs/${dialogId}/reception`)).body;
    const answers = await writers((n) =>
      house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, {
        version: inquiry.version,
        purposeId: house.company.catalogues.purposes["buy"],
        who: { kind: "new-lead", contactName: `Named by ${n}`, companyName: null, phone: phone(), email: null },
        interest: { kind: "new", title: `Titled by ${n}`, interestKindId: null, parallelReason: null },
        note: null,
        next: {
          typeId: house.company.catalogues.interactionTypes["call"]?.id,
          subject: "Call back",
          plannedFrom: new Date(Date.now() + 86_400_000).toISOString(),
        },
      }),
    );
    const [winner, ...more] = successes(answers);
    expect([winner?.status, more]).toEqual([200, []]);
    const late = answers.filter((a) => a.status >= 300);
    expect(late.filter((a) => a.status !== 409 || a.body.code !== "already_taken" || a.body.details.result.interestId !== winner?.body.interestId)).toEqual([]);
    expect(await house.sql`SELECT 1 FROM interest WHERE title LIKE 'Titled by %'`).toHaveLength(1);
    expect(await house.sql`SELECT 1 FROM interaction WHERE interest_id = ${winner?.body.interestId as Id}`).toHaveLength(2);
    expect(await house.sql`SELECT 1 FROM lead WHERE contact_name LIKE 'Named by %'`).toHaveLength(1);
  });

  test("one pair is merged once, from whichever side; feed, files and sums are as before", async () => {
    const [a, b] = [await customerWithPast(house, "Acme", [phone()]), await customerWithPast(house, "Acme Ltd", [phone()])];
    const cards = [a, b].map((c) => ({ object: "customer" as const, id: c.customerId }));
    const before = await totals(house, cards);
    const version = async (id: Id) => (await house.as("admin", "GET", `/customers/${id}`)).body.version as number;
    const [first, second] = [
      { id: a.customerId, version: await version(a.customerId) },
      { id: b.customerId, version: await version(b.customerId) },
    ];
    const answers = await writers((n) => {
      const [survivor, loser] = n % 2 === 0 ? [first, second] : [second, first];
      const body = { card: "customer", survivorId: survivor.id, survivorVersion: survivor.version, loserId: loser.id, loserVersion: loser.version };
      return house.as(n % 4 < 2 ? "admin" : "head", "POST", "/merges", body);
    });
    const [winner, ...more] = successes(answers);
    expect([winner?.status, more]).toEqual([200, []]);
    const survivorId = winner?.body.survivorId as Id;
    const late = answers.filter((x) => x.status >= 300);
    expect(late.filter((x) => x.status !== 409 || x.body.code !== "already_taken" || x.body.details.survivorId !== survivorId)).toEqual([]);
    expect(await house.sql`SELECT 1 FROM merge_log WHERE survivor_id = ${survivorId}`).toHaveLength(1);
    expect(await totals(house, [{ object: "customer", id: survivorId }])).toEqual(before);
  });

  test("a lead becomes one customer; everybody gets that one", async () => {
    const { leadId } = await leadWithPast(house);
    const before = await totals(house, [{ object: "lead", id: leadId }]);
    const [{ n: customers } = { n: 0 }] = await house.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM customer`;
    const answers = await writers((n) => house.as(n % 2 === 0 ? "admin" : "head", "POST", `/leads/${leadId}/convert`, { qualify: true }));
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]));
    const ids = new Set(answers.map((a) => a.body.customerId as Id));
    expect(ids.size).toBe(1);
    expect((await house.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM customer`)[0]?.n).toBe(customers + 1);
    expect(await totals(house, [{ object: "customer", id: [...ids][0] as Id }])).toEqual(before);
  });
});

async function customer(name: string): Promise<{ customerId: Id }> {
  const made = await post(house, "/customers", { kind: "company", name, responsibleId: house.company.employees.aigul.id });
  return { customerId: made.id };
}
