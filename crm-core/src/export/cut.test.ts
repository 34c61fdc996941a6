import { read, utils } from "@e965/xlsx";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

const MOST = 203;
let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse({ exportRows: MOST });
  await house.sql`INSERT INTO lead (contact_name, no_contact) SELECT 'Lead ' || n, true FROM generate_series(1, ${MOST}) n`;
});
afterAll(() => house.close());

const lines = async (format = "csv") => {
  const answer = await house.app.inject({ method: "GET", url: `/exports/leads?format=${format}`, headers: { "x-person": "admin" } });
  if (format === "csv") return answer.body.slice(1).trim().split("\r\n");
  const [sheet] = Object.values(read(answer.rawPayload).Sheets);
  return utils.sheet_to_json<string[]>(sheet as never, { header: 1 }).map((row) => row.join(","));
};

test("a list that is as long as a file may be goes out whole and says nothing", async () => {
  const file = await lines();
  expect(file).toHaveLength(1 + MOST);
  expect(file.at(-1)).toContain("Lead ");
});

test("a longer list's file says in its last row that there are more, in the language of whoever takes it, in both kinds of file", async () => {
  await house.sql`INSERT INTO lead (contact_name, no_contact) VALUES ('One too many', true)`;
  const said = {
    ru: "Здесь первые 203 строк списка, есть и другие: сузьте отбор.",
    en: "These are the first 203 rows of the list and there are more: narrow the filter.",
    kk: "Мұнда тізімнің алғашқы 203 жолы, басқалары да бар: сүзгіні тарылтыңыз.",
    uk: "Тут перші 203 рядків списку, є й інші: звузьте відбір.",
  };
  for (const [locale, text] of Object.entries(said)) {
    await house.sql`UPDATE employee SET locale = ${locale} WHERE id = ${house.company.employees.admin.id}`;
    for (const format of ["csv", "xlsx"]) {
      const file = await lines(format);
      expect(file, `${locale} ${format}`).toHaveLength(1 + MOST + 1);
      expect(file.at(-1)?.replaceAll('"', "")).toBe(text);
    }
  }
});
