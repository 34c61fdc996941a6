import { read, utils } from "@e965/xlsx";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { csvLine } from "./csv.ts";
import { workbook } from "./xlsx.ts";

let house: CrmHouse;
const DANGEROUS = '=HYPERLINK("http://evil.example","click")';
beforeAll(async () => {
  house = await crmHouse();
  for (let n = 0; n < 205; n++)
    await house.as("aigul", "POST", "/leads", { contactName: `Lead ${n}`, contactPoints: [{ kind: "phone", value: `+77015550${100 + n}` }] });
  await house.as("dana", "POST", "/leads", { contactName: "Dana's lead", noContact: true, note: DANGEROUS });
  await house.as("admin", "POST", "/customers", { kind: "company", name: "ТОО «Ромашка», Алматы", contactPoints: [{ kind: "phone", value: "+77011112233" }] });
});
afterAll(() => house.close());

const file = async (person: Person, url: string) => house.app.inject({ method: "GET", url, headers: { "x-person": person } });
const linesOf = (text: string) => text.slice(1).trim().split("\r\n");

describe("a list goes out as a file (IG-04)", () => {
  test("CSV has every row of the list over all its pages, in its order, marked as UTF-8", async () => {
    const answer = await file("admin", "/exports/leads");
    expect(answer.headers).toMatchObject({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": expect.stringMatching(/filename="leads-\d{4}-\d\d-\d\d\.csv"/),
    });
    expect(answer.body.startsWith("\uFEFF")).toBe(true);
    const lines = linesOf(answer.body);
    expect(lines).toHaveLength(207);
    expect(lines[0]).toContain("Contact,Company,Phone");
    expect(new Set(lines).size).toBe(207);
    expect(lines.find((l) => l.startsWith("Lead 7,"))).toContain("+77015550107");
  });

  test("the list's own filter narrows it, a wrong one is refused before the file begins", async () => {
    expect(linesOf((await file("admin", "/exports/leads?q=Lead%2017")).body).length).toBeLessThan(100);
    expect(linesOf((await file("admin", "/exports/leads?status=qualified")).body)).toHaveLength(1);
    expect((await file("admin", "/exports/leads?status=nonsense")).statusCode).toBe(422);
    expect((await file("admin", "/exports/secrets")).statusCode).toBe(422);
  });

  test("without the right to export nobody gets a file; with it in the own department only its rows are in it", async () => {
    expect((await file("aigul", "/exports/leads")).json().code).toBe("forbidden");
    const head = linesOf((await file("head", "/exports/leads")).body);
    expect(head).toHaveLength(206);
    expect(head.join()).not.toContain("Dana's lead");
    // Reading goes further than exporting: the list itself has the row.
    expect((await house.as("head", "GET", "/leads?q=Dana")).body.items).toHaveLength(1);
  });

  test("who took what out stands in the audit", async () => {
    await file("head", "/exports/customers?format=xlsx");
    const rows = await house.sql`SELECT actor_label, changes FROM audit_log WHERE action = 'export-customers'`;
    expect(rows).toEqual([{ actor_label: "Serik Head", changes: { format: "xlsx" } }]);
  });

  test("what a spreadsheet would calculate comes as text in both kinds of file", async () => {
    expect((await file("admin", "/exports/leads")).body).toContain(`"'=HYPERLINK(""http://evil.example"",""click"")"`);
    const sheet = read((await file("admin", "/exports/leads?format=xlsx")).rawPayload).Sheets["Kommutator"] ?? {};
    const cells = Object.values(sheet) as { v?: unknown; f?: string }[];
    expect(cells.some((c) => c.v === DANGEROUS)).toBe(true);
    expect(cells.every((c) => c.f === undefined)).toBe(true);
  });

  test("XLSX opens in another program's reader with numbers, times and text", async () => {
    const answer = await file("admin", "/exports/customers?format=xlsx");
    const rows = utils.sheet_to_json<Record<string, unknown>>(read(answer.rawPayload, { cellDates: true }).Sheets["Kommutator"] ?? {});
    expect(rows).toEqual([expect.objectContaining({ Name: "ТОО «Ромашка», Алматы", Phone: "+77011112233", "Open Interests": 0, Added: expect.any(Date) })]);
  });

  test.each(["customers", "contacts", "leads", "interests", "interactions", "inquiries", "tasks"])("the list of %s has a file in either kind", async (list) => {
    for (const format of ["csv", "xlsx"]) expect((await file("admin", `/exports/${list}?format=${format}`)).statusCode, format).toBe(200);
  });
});

describe("a file speaks the language of whoever asked for it", () => {
  const KIND = { en: "Consulting", ru: "Консультация", kk: "Кеңес", uk: "Консультація" };
  beforeAll(async () => {
    const { catalogues, employees } = house.company;
    const { en: name, ...translations } = KIND;
    const kind = catalogues.interestKinds["service"] as { id: string };
    expect((await house.as("admin", "PATCH", `/catalogues/interest-kinds/${kind.id}`, { name, translations })).status).toBeLessThan(300);
    const made = await house.as("admin", "POST", "/customers", { kind: "person", name: "Speaker" });
    const customerId = made.body.id;
    const posts = {
      "/interests": { customerId, kindId: kind.id, title: "Advice" },
      "/interactions": { customerId, typeId: catalogues.interactionTypes["call"]?.id, subject: "Ring", plannedFrom: "2030-01-01T06:00:00Z" },
      "/tasks": { subject: { kind: "customer", id: customerId }, title: "Prepare", executorId: employees.admin.id },
    };
    for (const [path, body] of Object.entries(posts)) {
      const answer = await house.as("admin", "POST", path, body);
      expect([path, answer.status, answer.status < 300 ? "" : JSON.stringify(answer.body)]).toEqual([path, answer.status, ""]);
    }
    const d = await house.dialog({ kind: "email", value: "asks@shop.example" }, { medium: "mail" });
    await house.message(d.id, "in", Date.now(), undefined, "Hello");
    await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId: house.company.queueId, priority: 0 } }]);
    await house.read();
  });

  /** The file of a list as rows by the heading of their columns. */
  const rowsOf = async (list: string) => {
    const sheet = read((await file("admin", `/exports/${list}?format=xlsx`)).rawPayload).Sheets["Kommutator"] ?? {};
    return utils.sheet_to_json<Record<string, unknown>>(sheet);
  };

  test.each([
    [
      "ru",
      { title: "Вид", person: "Частное лицо" },
      ["Вид", "Статус", "Открыт"],
      ["Состояние", "Запланировано", "Направление", "Исходящее"],
      "Принята",
      ["Откуда", "Письмо"],
    ],
    ["en", { title: "Kind", person: "Person" }, ["Kind", "Status", "Open"], ["State", "Planned", "Direction", "Outgoing"], "Accepted", ["Origin", "Letter"]],
    ["kk", { title: "Түрі", person: "Жеке тұлға" }, ["Түрі", "Күйі", "Ашық"], ["Жағдайы", "Жоспарланды", "Бағыты", "Шығыс"], "Қабылданды", ["Қайдан", "Хат"]],
    [
      "uk",
      { title: "Вид", person: "Приватна особа" },
      ["Вид", "Статус", "Відкритий"],
      ["Стан", "Заплановано", "Напрямок", "Вихідне"],
      "Прийнято",
      ["Звідки", "Лист"],
    ],
  ] as const)(
    "in %s: headings, kinds, states and the names of catalogues",
    async (locale, customer, [kind, status, open], [state, planned, direction, out], task, [origin, letter]) => {
      await house.as("admin", "PATCH", "/me", { locale });
      const { names } = (await house.as("admin", "GET", "/catalogues")).body;
      const [interest, interaction] = [
        (await house.as("admin", "GET", "/interests")).body.items[0],
        (await house.as("admin", "GET", "/interactions")).body.items[0],
      ];
      const named = (entry: { id: string; name: string }) => names[entry.id] ?? entry.name;
      expect((await rowsOf("customers")).map((r) => r[customer.title])).toContain(customer.person);
      expect(await rowsOf("interests")).toMatchObject([{ [kind]: KIND[locale], [status]: open }]);
      const [planning] = await rowsOf("interactions");
      expect(planning).toMatchObject({ [state]: planned, [direction]: out, [status]: named(interaction.status) });
      expect(Object.values(planning ?? {})).toContain(named(interaction.type));
      expect(Object.values((await rowsOf("tasks"))[0] ?? {})).toContain(task);
      expect((await rowsOf("inquiries")).map((r) => r[origin])).toContain(letter);
      const csv = (await file("admin", "/exports/interests")).body;
      expect(csv).toContain(`,${KIND[locale]},${open},`);
      if (interest.stage !== null) expect(csv).toContain(named(interest.stage));
    },
  );
});

test("any text comes back from a sheet and from a line of CSV as it was", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), async (rows) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of workbook(
        (async function* () {
          yield rows;
        })(),
      ))
        chunks.push(chunk);
      const sheet = read(Buffer.concat(chunks), { type: "buffer", raw: true }).Sheets["Kommutator"] ?? {};
      const printable = (s: string) => s.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF\s]/gu, "");
      for (const [r, row] of rows.entries())
        for (const [c, cell] of row.entries()) {
          const read = (sheet[utils.encode_cell({ r, c })] as { v?: string } | undefined)?.v ?? "";
          expect(printable(String(read))).toBe(printable(cell));
        }
    }),
    { numRuns: 40 },
  );
  expect(csvLine(["-1+2", "+77011112233", "@SUM(A1)", -5, 'say "no"', null])).toBe(`'-1+2,+77011112233,'@SUM(A1),-5,"say ""no""",\r\n`);
});
