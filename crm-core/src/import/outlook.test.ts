import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

/** An address book out of Outlook comes in at one go, its companies with it (IG-04). */
let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

/** The columns that Outlook for Windows exports in English ("Comma Separated Values"), those of letters and calls whole. */
const HEADER =
  '"Title","First Name","Middle Name","Last Name","Suffix","Company","Department","Job Title","Business Street","Business City","Business Country/Region","Business Fax","Business Phone","Business Phone 2","Home Phone","Mobile Phone","Birthday","Categories","E-mail Address","E-mail Type","E-mail Display Name","E-mail 2 Address","E-mail 2 Type","Gender","Notes","Priority","Web Page"';
const line = (cells: Record<string, string>) =>
  HEADER.split(",")
    .map((title) => `"${cells[title.slice(1, -1)] ?? ""}"`)
    .join(",");
const BOOK = [
  HEADER,
  line({
    Title: "Mr.",
    "First Name": "Nurlan",
    "Last Name": "Serikov",
    Company: "Altyn Trade",
    "Job Title": "Buyer",
    "Business Fax": "8 701 400 00 09",
    "Business Phone": "8 701 400 00 01",
    "Mobile Phone": "8 701 400 00 02",
    Birthday: "5/17/1980",
    "E-mail Address": "nurlan@altyn.example",
    "E-mail Type": "SMTP",
    "E-mail Display Name": "Nurlan Serikov (nurlan@altyn.example)",
  }),
  line({
    "First Name": "Aina",
    "Last Name": "Serikova",
    Company: "ALTYN trade",
    Birthday: "0/0/00",
    "E-mail Address": "aina@altyn.example",
    "E-mail Type": "SMTP",
  }),
  line({ "First Name": "Olga", "Last Name": "Kim", Company: "Known House", "E-mail Address": "olga@known.example", "E-mail Type": "SMTP" }),
  line({ "First Name": "Alone", "Last Name": "Somebody" }),
].join("\r\n");

async function upload(file: string | Uint8Array, name = "contacts.CSV") {
  const headers = { "x-person": "admin", "content-type": "application/octet-stream" };
  const answer = await house.app.inject({ method: "POST", url: `/imports?object=contact&name=${name}`, headers, payload: Buffer.from(file) });
  return { status: answer.statusCode, body: answer.json() };
}
const batchOf = async (id: string) => (await house.as("admin", "GET", `/imports/${id}`)).body;
async function step(id: string, name: "check" | "run" | "undo") {
  const { version } = await batchOf(id);
  expect((await house.as("admin", "POST", `/imports/${id}/${name}`, { version })).status).toBe(200);
  const job = house.crm.jobs.find((j) => j.name === "imports");
  do await job?.run();
  while (["checking", "running", "undoing"].includes((await batchOf(id)).state));
  return batchOf(id);
}
const rowsOf = async (id: string) => (await house.as("admin", "GET", `/imports/${id}/rows`)).body.items;
const companies = async () => (await house.sql<{ name: string }[]>`SELECT name FROM customer WHERE archived_at IS NULL ORDER BY name`).map((c) => c.name);

describe("an address book of Outlook", () => {
  test("its columns are known by their titles: neither how somebody is addressed nor how letters are sent nor a fax is taken", async () => {
    const { body, status } = await upload(BOOK);
    expect(status, JSON.stringify(body)).toBe(201);
    const mapped = Object.fromEntries(Object.entries(body.mapping).map(([column, field]) => [body.columns[Number(column)].title, field]));
    expect(mapped).toEqual({
      "First Name": "firstName",
      "Middle Name": "middleName",
      "Last Name": "lastName",
      Company: "company",
      "Job Title": "position",
      "Business Phone": "phone",
      "Business Phone 2": "phone",
      "Home Phone": "phone",
      "Mobile Phone": "phone",
      Birthday: "birthDate",
      "E-mail Address": "email",
      "E-mail 2 Address": "email",
    });
  });

  test("the dry run says which companies are new, the run makes each once, undo takes people and companies back, but none that is worked with", async () => {
    await house.as("admin", "POST", "/customers", { kind: "company", name: "Known House" });
    const { id } = (await upload(BOOK)).body;
    expect((await step(id, "check")).counts).toMatchObject({ ready: 1, faulty: 3 });
    const { version } = await batchOf(id);
    const options = { makeCompanies: true, responsibleId: house.company.employees.aigul.id };
    expect((await house.as("admin", "PATCH", `/imports/${id}`, { options, version })).status).toBe(200);

    expect((await step(id, "check")).counts).toMatchObject({ ready: 3, faulty: 1 });
    expect(await companies()).toEqual(["Known House"]);
    const dry = await rowsOf(id);
    expect(dry[0].faults).toEqual([{ field: "company", code: "new_company", value: "Altyn Trade" }]);
    expect(dry.slice(1, 4).map((r: { faults: object[] }) => r.faults)).toEqual([[], [], [{ field: "company", code: "required", value: null }]]);

    expect((await step(id, "run")).counts).toMatchObject({ created: 3, faulty: 1 });
    expect(await companies()).toEqual(["Altyn Trade", "Known House"]);
    const [made] = await house.sql<{ id: string; responsible_id: string }[]>`SELECT id, responsible_id FROM customer WHERE name = 'Altyn Trade'`;
    expect(made?.responsible_id).toBe(house.company.employees.aigul.id);
    const { contacts } = (await house.as("admin", "GET", `/customers/${made?.id}`)).body;
    expect(contacts.map((c: { firstName: string; birthDate: string }) => [c.firstName, c.birthDate]).sort()).toEqual([
      ["Aina", null],
      ["Nurlan", "1980-05-17"],
    ]);

    const undone = await step(id, "undo");
    expect(undone.counts).toMatchObject({ undone: 3, faulty: 1 });
    expect(await companies()).toEqual(["Known House"]);
    const [left] = await house.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM contact WHERE archived_at IS NULL`;
    const [points] = await house.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM contact_point WHERE archived_at IS NULL`;
    expect([left, points]).toEqual([{ n: 0 }, { n: 0 }]);
  });

  test("undo leaves a contact that somebody has changed and the company with somebody new", async () => {
    const { id } = (await upload(BOOK)).body;
    const { version } = await batchOf(id);
    await house.as("admin", "PATCH", `/imports/${id}`, { options: { makeCompanies: true }, version });
    await step(id, "check");
    await step(id, "run");
    const [made] = await house.sql<{ id: string }[]>`SELECT id FROM customer WHERE name = 'Altyn Trade' AND archived_at IS NULL`;
    await house.as("admin", "POST", `/customers/${made?.id}/contacts`, { lastName: "Newcomer", contactPoints: [] });
    const [olga] = await house.sql<{ id: string; version: number }[]>`SELECT id, version FROM contact WHERE last_name = 'Kim' AND archived_at IS NULL`;
    await house.as("admin", "PATCH", `/contacts/${olga?.id}`, { middleName: "Petrovna", version: olga?.version });
    expect((await step(id, "undo")).counts).toMatchObject({ undone: 2, kept: 1 });
    expect((await rowsOf(id)).find((r: { state: string }) => r.state === "kept").faults).toEqual([{ field: "", code: "changed_since", value: null }]);
    expect(await companies()).toEqual(["Altyn Trade", "Known House"]);
  });

  test("a book of old Excel is refused by its name, not read as text", async () => {
    const old = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...Array.from({ length: 600 }, () => 0)]);
    expect(await upload(old, "people.xls")).toMatchObject({ status: 422, body: { details: { fields: { file: "old_xls" } } } });
  });
});
