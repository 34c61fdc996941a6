import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";
import { fold, variants } from "./fold.ts";
import { phoneFragments } from "./fragment.ts";
import { nameKey } from "./key.ts";
import { distance, likeness } from "./likeness.ts";

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

describe("what was typed and what is stored may differ", () => {
  beforeAll(async () => {
    const person = async (who: "admin" | "dana", name: string, value: string) =>
      house.as(who, "POST", "/customers", { kind: "person", name, contactPoints: [{ kind: "phone", value }] });
    await person("admin", "Кузнецов Сергей", "+77770001111");
    await person("admin", "Олена Їжакевич", "+380671234567");
    await person("admin", "Фёдорова Юлия", "+77770001112");
    await person("dana", "Жұмабаев Мағжан", "+77770001113");
    const { body } = await house.as("admin", "POST", "/customers", { kind: "company", name: "ООО АлтынСервис 220", taxId: "990140001234" });
    await house.as("admin", "POST", `/customers/${body.id}/contacts`, { lastName: "Попов", firstName: "Андрей" });
    await house.as("admin", "POST", `/customers/${body.id}/contacts`, { lastName: "Лебедева", firstName: "Анна" });
  });

  test.each([
    ["Kuznecov", "Кузнецов Сергей"],
    ["kuznetsov sergey", "Кузнецов Сергей"],
    ["Кузнцеов", "Кузнецов Сергей"],
    ["сергей кузнецов", "Кузнецов Сергей"],
    ["Izhakevych", "Олена Їжакевич"],
    ["ижакевич", "Олена Їжакевич"],
    ["Fyodorova", "Фёдорова Юлия"],
    ["Yuliya Fedorova", "Фёдорова Юлия"],
    ["Jumabaev", "Жұмабаев Мағжан"],
    ["Zhumabayev", "Жұмабаев Мағжан"],
    ["алтын сервис", "ООО АлтынСервис 220"],
    ["altyn servis", "ООО АлтынСервис 220"],
    ["сервиз", "ООО АлтынСервис 220"],
    ["220", "ООО АлтынСервис 220"],
    ["990140001234", "ООО АлтынСервис 220"],
    ["ООО", "ООО АлтынСервис 220"],
    ["Ким Кузнецов", "Кузнецов Сергей"],
    ["067 123", "Олена Їжакевич"],
    ["00380 67 123", "Олена Їжакевич"],
    ["8-777-000/11/11", "Кузнецов Сергей"],
  ])("%s finds %s", async (q, name) => {
    expect(await names(q)).toContain(name);
  });

  test("a contact is found by the company, and by the own name and the company's together", async () => {
    expect(await names("АлтынСервис")).toEqual(["ООО АлтынСервис 220", expect.any(String), expect.any(String)]);
    expect((await names("altynservis popov"))[0]).toBe("Попов Андрей");
  });

  test("the exact name stands before a misspelt one", async () => {
    await house.as("admin", "POST", "/customers", { kind: "person", name: "Кузнецова Серафима" });
    expect((await names("Кузнецов Сергей"))[0]).toBe("Кузнецов Сергей");
  });

  test("a new name is found and the old one no longer", async () => {
    const { body } = await house.as("admin", "POST", "/customers", { kind: "company", name: "Тюльпан" });
    await house.as("admin", "PATCH", `/customers/${body.id}`, { name: "Гладиолус", version: body.version });
    expect(await names("Gladiolus")).toEqual(["Гладиолус"]);
    expect(await names("Тюльпан")).toEqual([]);
  });

  test("what one may not see is not found by name, phone, code or tax number; its own manager finds it", async () => {
    const seen = async (who: "aigul" | "dana", q: string) =>
      (await house.as(who, "GET", `/search?q=${encodeURIComponent(q)}`)).body.items.map((h: { name: string }) => h.name);
    const { body } = await house.as("dana", "POST", "/customers", {
      kind: "person",
      name: "Скрытый Тайный",
      taxId: "880140009999",
      responsibleId: house.company.employees.dana.id,
      contactPoints: [{ kind: "phone", value: "+77778889900" }],
    });
    for (const q of ["Скрытый", "Tainy Skryty", "8889900", "777888", body.code, "880140009999"]) {
      expect(await seen("dana", q), q).toEqual(["Скрытый Тайный"]);
      expect(await seen("aigul", q), q).toEqual([]);
    }
  });

  test("nothing that is typed makes the search fail", async () => {
    for (const q of [
      "'",
      "%%%",
      "\\",
      "((",
      "😀😀😀",
      "«»",
      "@",
      "@@.",
      "а".repeat(200),
      "--- ---",
      "\u0000 ".trim() || "x",
      "1 2 3",
      "...",
      "ж ж ж ж ж ж ж",
    ]) {
      expect((await house.as("admin", "GET", `/search?q=${encodeURIComponent(q)}`)).status, q).toBe(200);
    }
  });
});

test("folding here and in the database is the same", async () => {
  const letters = fc.string({ unit: fc.constantFrom(..."ұүқғөәіңһёїєґҰҮҚҒӨӘІҢҺЁЇЄҐабвгдАБВabcABC 0-'"), maxLength: 30 });
  const texts = fc.sample(letters, 300);
  const rows = await house.sql<{ f: string }[]>`SELECT fold_name(t) AS f FROM unnest(${texts}::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n`;
  expect(rows.map((r) => r.f)).toEqual(texts.map(fold));
});

test("the key of a name here and in the database is the same", async () => {
  const letters = fc.string({
    unit: fc.constantFrom(..."ұүқғөәіңһёїєґўҚабвгдежзийклмнопрстуфхцчшщъыьэюяЩabcdefghijklmnopqrstuvwxyzCHSçşžé'’ 01122-«»."),
    maxLength: 30,
  });
  const texts = [...fc.sample(letters, 400), "shchjjcecy", "Sergej Jurij", "TECHNO-Scheme Xavier"];
  const rows = await house.sql<{ k: string }[]>`SELECT name_key(t) AS k FROM unnest(${texts}::text[]) WITH ORDINALITY AS x(t, n) ORDER BY n`;
  expect(rows.map((r) => r.k)).toEqual(texts.map(nameKey));
});

test("ways of writing one name have one key", () => {
  for (const [first, ...others] of [
    ["Щукина", "Shchukina", "Schukina", "Shukina"],
    ["Сергей", "Sergey", "Sergei", "Sergej"],
    ["Қазақ Құрылыс", "Казак Курылыс", "Qazaq Qurylys", "Kazak Kurylys"],
    ["Жібек", "Жибек", "Zhibek", "Jibek"],
    ["Хасанов", "Khasanov", "Hasanov"],
    ["Юлия", "Yuliya", "Iuliia", "Yulia"],
  ] as [string, ...string[]][])
    for (const other of others) expect(nameKey(other), other).toBe(nameKey(first));
});

test("likeness falls with every typo and never rises above the word itself", () => {
  const word = fc.stringMatching(/^[a-z]{4,12}$/);
  fc.assert(
    fc.property(word, fc.nat(), (w, at) => {
      const i = at % w.length;
      const typo = w.slice(0, i) + w.slice(i + 1);
      expect(distance(w, typo, 2)).toBe(1);
      expect(distance(typo, w, 2)).toBe(1);
      expect(likeness(w, w, 1)).toBe(1);
      expect(likeness(w, typo, 0)).toBeGreaterThan(0.6);
      expect(likeness(w, typo, 0)).toBeLessThan(1);
    }),
  );
  expect(distance("kuznecov", "kuznceov", 2)).toBe(1);
  expect(likeness("1234", "1235", 0.9)).toBe(0);
  expect(likeness("kim", "kin", 0.9)).toBe(0);
});

test("phone fragments are told from names", () => {
  expect(phoneFragments("8 701 111-22-33")).toEqual(["87011112233", "7011112233"]);
  expect(phoneFragments("+7 (701) 111")).toEqual(["7701111"]);
  expect(phoneFragments("12")).toEqual([]);
  expect(phoneFragments("ivan 123")).toEqual([]);
  expect(variants("Щукина")).toEqual(["щукина", "schukina"]);
});
