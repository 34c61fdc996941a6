import { read, utils } from "@e965/xlsx";
import { EXPORT_LISTS, EXPORTS, type ExportList } from "@kommutator/contract/api/export";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { COLUMNS } from "./columns.ts";

/** The lists of the house itself as files: people, rights, the journal, catalogues (IG-04). */
let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

const file = (person: Person, url: string) => house.app.inject({ method: "GET", url, headers: { "x-person": person } });
async function rowsOf(person: Person, list: string): Promise<Record<string, unknown>[]> {
  const answer = await file(person, `/exports/${list}${list.includes("?") ? "&" : "?"}format=xlsx`);
  expect([answer.statusCode, answer.statusCode === 200 ? "" : answer.body]).toEqual([200, ""]);
  return utils.sheet_to_json(read(answer.rawPayload).Sheets["Kommutator"] ?? {});
}
const must = async (person: Person, method: "POST" | "PUT" | "PATCH", path: string, body: object) => {
  const answer = await house.as(person, method, path, body);
  expect([path, answer.status, answer.status < 300 ? "" : JSON.stringify(answer.body)]).toEqual([path, answer.status, ""]);
  return answer.body;
};
/** The supervisors' role with one right in another scope. */
async function mayHead(object: string, action: string, scope: string): Promise<void> {
  const role = (await house.as("admin", "GET", "/roles")).body.find((each: { code: string }) => each.code === "supervisor");
  const others = role.permissions.filter((p: { object: string; action: string }) => p.object !== object || p.action !== action);
  await must("admin", "PATCH", `/roles/${role.id}`, { permissions: [...others, { object, action, scope }], version: role.version });
}

test("every list has headings in four languages, no two of them the same", () => {
  for (const list of EXPORT_LISTS)
    for (const locale of ["ru", "en", "kk", "uk"] as const) {
      const titles = COLUMNS[list].map((column) => column.title[locale]);
      expect(
        titles.every((title) => title.length > 0),
        `${list} in ${locale}`,
      ).toBe(true);
      expect(new Set(titles).size, `${list} in ${locale}: ${titles.join()}`).toBe(titles.length);
    }
});

describe("with rows", () => {
  beforeAll(async () => {
    const { employees, catalogues } = house.company;
    await house.as("admin", "PATCH", "/me", { locale: "en" });
    await must("admin", "POST", "/exclusions", { kind: "phone", value: "+77010009999", reason: "Spam" });
    await must("admin", "POST", "/canned-answers", { scope: "all", title: "Hours", body: "We work from nine to six" });
    await must("admin", "POST", "/absences", { employeeId: employees.aigul.id, from: "2030-07-01T00:00:00Z", to: "2030-07-10T00:00:00Z" });
    await must("admin", "POST", "/absences", { employeeId: employees.dana.id, from: "2030-07-01T00:00:00Z", to: "2030-07-10T00:00:00Z" });
    const customer = await must("admin", "POST", "/customers", { kind: "company", name: "Twins" });
    const kind = catalogues.interestKinds["sale"] as { id: string };
    const interest = await must("admin", "POST", "/interests", { customerId: customer.id, kindId: kind.id, title: "Lost one" });
    const loss = { status: "lost", lossReasonId: Object.values(catalogues.lossReasons)[0], version: interest.version };
    await must("admin", "POST", `/interests/${interest.id}/close`, loss);
    const type = catalogues.interactionTypes["call"]?.id;
    await must("admin", "POST", "/interactions", { typeId: type, subject: "Ring them", customerId: customer.id, plannedFrom: new Date().toISOString() });
    const other = await must("admin", "POST", "/customers", { kind: "company", name: "Twinz" });
    const [aId, bId] = [customer.id, other.id].sort();
    await house.sql`INSERT INTO duplicate_candidate (object_kind, a_id, b_id, score, signals) VALUES ('customer', ${aId}, ${bId}, 0.95, '[]')`;
  });

  test.each([
    ["employees", "Name", "Aigul", "Department"],
    ["departments", "Name", "", "People"],
    ["roles", "Name", "", "What is permitted"],
    ["absences", "Kind", "planned", "Person"],
    ["blocked-numbers", "Number or address", "+77010009999", "Reason"],
    ["canned-answers", "Text", "We work from nine to six", "Whose"],
    ["catalogues?of=regions", "Archived", "no", "Name"],
    ["duplicates", "First card", "Twin", "Score"],
    ["in-work", "What", "Ring them", "Executor"],
    ["audit", "What", "Absence", "Changes"],
  ])("%s: its rows under its headings", async (list, heading, value, other) => {
    const rows = await rowsOf("admin", list);
    expect(
      rows.some((row) => String(row[heading]).includes(value)),
      JSON.stringify(rows.slice(0, 3)),
    ).toBe(true);
    expect(Object.keys(Object.assign({}, ...rows))).toContain(other);
    expect((await file("admin", `/exports/${list}`)).body.split("\r\n")[0]).toContain(other);
  });

  test("reports go out with the filter that they are asked with, and are refused without it", async () => {
    const kindId = house.company.catalogues.interestKinds["sale"]?.id;
    const year = new Date().getUTCFullYear();
    expect(await rowsOf("admin", `loss-reasons?from=${year}-01-01&to=${year}-12-31`)).toMatchObject([{ Count: 1, Kind: expect.any(String) }]);
    expect((await rowsOf("admin", `stage-times?kindId=${kindId}`)).length).toBeGreaterThan(1);
    for (const list of ["loss-reasons", "stage-times", "catalogues", "catalogues?of=secrets"])
      expect([list, (await file("admin", `/exports/${list}`)).statusCode]).toEqual([list, 422]);
  });

  test("nobody gets a file without the right, and with it in the own department only its rows are in it", async () => {
    for (const list of Object.keys(EXPORTS).filter((each) => each !== "dialogs") as ExportList[])
      expect([list, (await file("aigul", `/exports/${list}?of=regions`)).json().code]).toEqual([list, "forbidden"]);
    await mayHead("employee", "read", "all");
    await mayHead("employee", "export", "department");
    expect((await house.as("head", "GET", "/absences")).body).toHaveLength(2);
    expect(await rowsOf("head", "absences")).toHaveLength(1);
    const names = (await rowsOf("head", "employees")).map((row) => Object.values(row)[0]);
    expect((await house.as("head", "GET", "/employees")).body.length).toBeGreaterThan(names.length);
    expect(names.join()).not.toContain("Dana");
  });

  test("of what is still in work nothing received goes out with those who may export planned ones alone", async () => {
    await must("aigul", "POST", "/inquiries", {});
    await mayHead("inquiry", "export", "subtree");
    const both = await rowsOf("head", "in-work");
    const role = (await house.as("admin", "GET", "/roles")).body.find((each: { code: string }) => each.code === "supervisor");
    const permissions = role.permissions.filter((p: { object: string; action: string }) => p.object !== "inquiry" || p.action !== "export");
    await must("admin", "PATCH", `/roles/${role.id}`, { permissions, version: role.version });
    const planned = await rowsOf("head", "in-work");
    expect(both.length - planned.length).toBe(1);
    expect((await house.as("head", "GET", "/interactions/in-work")).body.items).toHaveLength(both.length);
  });

  test("each file stands in the journal by its list", async () => {
    await file("admin", "/exports/roles");
    const [row] = await house.sql`SELECT actor_label, changes FROM audit_log WHERE action = 'export-roles' ORDER BY id DESC LIMIT 1`;
    expect(row).toMatchObject({ changes: { format: "csv" } });
  });
});
