import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";
import { fold, phoneFragment, variants } from "./fold.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
  const company = async (name: string, value: string) =>
    (await house.as("admin", "POST", "/customers", { kind: "company", name, contactPoints: [{ kind: "phone", value }] })).body.id;
  await company("ТОО Ромашка", "+77011112233");
  await company("Nurly Zhol LLP", "+77272501234");
  const id = await company("Қазақ Құрылыс", "+77013334455");
  await house.as("admin", "POST", `/customers/${id}/contacts`, {
    lastName: "Нұрланов",
    firstName: "Ержан",
    contactPoints: [{ kind: "email", value: "erzhan@kurylys.example" }],
  });
  await house.as("admin", "POST", "/leads", {
    contactName: "Светлана Щукина",
    companyName: "Берёзка",
    contactPoints: [{ kind: "phone", value: "+77059998877" }],
  });
});
afterAll(() => house.close());
const names = async (q: string) => (await house.as("admin", "GET", `/search?q=${encodeURIComponent(q)}`)).body.items.map((h: { name: string }) => h.name);

describe("people and companies are found", () => {
  test.each([
    ["Ромашка", "ТОО Ромашка"],
    ["ромшка", "ТОО Ромашка"],
    ["Romashka", "ТОО Ромашка"],
    ["Нурлы Жол", "Nurly Zhol LLP"],
    ["Казак Курылыс", "Қазақ Құрылыс"],
    ["Нурланов", "Нұрланов Ержан"],
    ["Nurlanov", "Нұрланов Ержан"],
    ["Нурланав", "Нұрланов Ержан"],
    ["Березка", "Светлана Щукина, Берёзка"],
    ["Schukina", "Светлана Щукина, Берёзка"],
    ["erzhan@kur", "Нұрланов Ержан"],
    ["2233", "ТОО Ромашка"],
    ["8 701 111", "ТОО Ромашка"],
    ["8 (701) 111-22-33", "ТОО Ромашка"],
    ["+7 727 250", "Nurly Zhol LLP"],
    ["998", "Светлана Щукина, Берёзка"],
  ])("%s finds %s", async (q, name) => {
    expect(await names(q)).toContain(name);
  });

  test("a customer's number by its code; nothing for what nobody is called", async () => {
    const { code } = (await house.as("admin", "GET", "/customers")).body.items[0];
    expect((await house.as("admin", "GET", `/search?q=${code}`)).body.items[0].detail).toContain(code);
    expect(await names("Xylophonix")).toEqual([]);
    expect(await names("%")).toEqual([]);
  });

  test("a hit says through which number or address it was found", async () => {
    const { body } = await house.as("admin", "GET", "/search?q=9998877");
    expect(body.items).toMatchObject([{ kind: "lead", customerId: null, detail: "+77059998877" }]);
  });
});

test("folding here and in the database is the same", async () => {
  const letters = fc.string({ unit: fc.constantFrom(..."ұүқғөәіңһёїєґҰҮҚҒӨӘІҢҺЁЇЄҐабвгдАБВabcABC 0-'"), maxLength: 30 });
  const texts = fc.sample(letters, 300);
  const rows = await house.sql<{ f: string }[]>`SELECT fold_name(t) AS f FROM unnest(${texts}::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n`;
  expect(rows.map((r) => r.f)).toEqual(texts.map(fold));
});

test("phone fragments are told from names", () => {
  expect(phoneFragment("8 701 111-22-33")).toBe("77011112233");
  expect(phoneFragment("12")).toBeNull();
  expect(phoneFragment("ivan 123")).toBeNull();
  expect(variants("Щукина")).toEqual(["щукина", "schukina"]);
});
