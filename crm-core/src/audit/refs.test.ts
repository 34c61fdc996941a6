import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

type Row = { action: string; changes: Record<string, unknown>; refs: Record<Id, { kind: string; name: string }> };
const journal = async (who: Person, kind: string, id: Id): Promise<Row[]> =>
  (await house.as(who, "GET", `/audit?objectKind=${kind}&objectId=${id}`)).body.items;
const made = async (who: Person, path: string, body: object): Promise<Id> => {
  const answer = await house.as(who, "POST", path, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body.id;
};
const kindId = () => (house.company.catalogues.interestKinds["sale"] as { id: Id }).id;

test("a row names the cards and people that its ids mean, so that nobody has to read ids", async () => {
  const { aigul } = house.company.employees;
  const customerId = await made("admin", "/customers", { kind: "company", name: "Lotus", responsibleId: aigul.id });
  const interestId = await made("admin", "/interests", { kindId: kindId(), title: "Chairs", customerId, responsibleId: aigul.id });
  const [row] = (await journal("admin", "interest", interestId)).filter((each) => each.action === "create");
  expect(row?.refs).toMatchObject({
    [interestId]: { kind: "interest", name: expect.stringMatching(/^#\d+ Chairs$/) },
    [customerId]: { kind: "customer", name: "Lotus" },
    [aigul.id]: { kind: "employee", name: "Aigul Nurlanova" },
  });
});

test("of cards that one may not read the journal tells no name, though their ids stand in a row that one may read", async () => {
  const { dana, bolat } = house.company.employees;
  const permissions = [
    { object: "audit", action: "read", scope: "all" },
    { object: "interest", action: "read", scope: "all" },
    { object: "customer", action: "read", scope: "department" },
  ];
  const roleId = await made("admin", "/roles", { name: "Reads the journal", permissions });
  const { version } = (await house.as("admin", "GET", "/employees")).body.find((e: { id: Id }) => e.id === bolat.id);
  expect((await house.as("admin", "PATCH", `/employees/${bolat.id}`, { roleIds: [roleId], version })).status).toBe(200);
  const theirs = await made("admin", "/customers", { kind: "company", name: "Secret of the other department", responsibleId: dana.id });
  const interestId = await made("admin", "/interests", { kindId: kindId(), title: "Tables", customerId: theirs, responsibleId: dana.id });
  const [row] = (await journal("bolat", "interest", interestId)).filter((each) => each.action === "create");
  expect(row?.changes["customer_id"]).toEqual([null, theirs]);
  expect([row?.refs[interestId]?.kind, row?.refs[theirs]]).toEqual(["interest", undefined]);
  expect(JSON.stringify(row)).not.toContain("Secret");
  // The twin: whoever may read it is told.
  const [told] = (await journal("admin", "interest", interestId)).filter((each) => each.action === "create");
  expect(told?.refs[theirs]).toEqual({ kind: "customer", name: "Secret of the other department" });
});

test("ids inside of lists are named too: which cards were said to be different ones", async () => {
  const points = [
    { kind: "phone", value: "+77017800001" },
    { kind: "email", value: "same@twins.example" },
  ];
  const first = await made("admin", "/leads", { contactName: "First", contactPoints: points });
  const second = await made("admin", "/leads", { contactName: "Second", contactPoints: points, differentReason: "Father and son" });
  const [row] = (await journal("admin", "lead", second)).filter((each) => each.changes["different_from"] !== undefined);
  expect(row?.refs).toMatchObject({ [first]: { kind: "lead", name: "First" }, [second]: { kind: "lead", name: "Second" } });
});
