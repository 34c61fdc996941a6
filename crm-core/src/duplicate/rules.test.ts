import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nameSimilarity } from "./names.ts";
import { type Facets, levelOf, scoreOf, signalsOf } from "./rules.ts";

const card = (given: Partial<Facets>): Facets => ({ names: [], taxId: null, birthDate: null, regionId: null, points: [], ...given });
const point = (kind: string, value: string, shared = false) => ({ kind, scope: "", value, shared });
const score = (a: Partial<Facets>, b: Partial<Facets>) => scoreOf(signalsOf(card(a), card(b)));
const phone = point("phone", "+77011112233");

describe("how alike two cards are (B14)", () => {
  test("ТОО Ромашка and Romashka LLP with one phone and one region: 0.70, 0.405 and 0.05 make 0.83, probable", () => {
    const signals = signalsOf(
      card({ names: ["ТОО Ромашка"], regionId: "r", points: [phone] }),
      card({ names: ["Romashka LLP"], regionId: "r", points: [phone] }),
    );
    expect(signals.map((s) => [s.code, Math.round(s.weight * 1000) / 1000])).toEqual([
      ["phone", 0.7],
      ["name", 0.405],
      ["region", 0.05],
    ]);
    expect(scoreOf(signals)).toBeCloseTo(0.83, 2);
    expect(levelOf(scoreOf(signals))).toBe("probable");
  });

  test("Ivan and Olga at acme.example share 0.25 only: colleagues, not one person", () => {
    const it = score(
      { names: ["Иван Петров"], points: [point("email", "ivan@acme.example")] },
      { names: ["Ольга Ким"], points: [point("email", "olga@acme.example")] },
    );
    expect(it).toBe(0.25);
    expect(levelOf(it)).toBeNull();
  });

  test.each([
    ["the same tax number", { taxId: "1" }, { taxId: "1" }, 0.99],
    ["the same messenger", { points: [point("telegram", "7")] }, { points: [point("telegram", "7")] }, 0.95],
    ["the same e-mail", { points: [point("email", "a@acme.example")] }, { points: [point("email", "a@acme.example")] }, 0.85],
    ["the same phone", { points: [phone] }, { points: [phone] }, 0.7],
    ["a switchboard", { points: [phone] }, { points: [point("phone", phone.value, true)] }, 0.1],
    ["a shared mailbox of a free mail house", { points: [point("email", "a@mail.ru", true)] }, { points: [point("email", "a@mail.ru", true)] }, 0],
    ["a free mail house", { points: [point("email", "a@gmail.com")] }, { points: [point("email", "b@gmail.com")] }, 0],
    ["the same region", { regionId: "r" }, { regionId: "r" }, 0.05],
    ["the same name", { names: ["Ромашка"] }, { names: ["«РОМАШКА», ООО"] }, 0.45],
    ["two tax numbers and one messenger", { taxId: "1", points: [point("viber", "7")] }, { taxId: "2", points: [point("viber", "7")] }, 0.3],
    [
      "two dates of birth and one e-mail",
      { birthDate: "1990-01-01", points: [point("email", "a@b.example")] },
      { birthDate: "1991-01-01", points: [point("email", "a@b.example")] },
      0.5,
    ],
    ["a messenger of two bots", { points: [{ ...point("viber", "7"), scope: "x" }] }, { points: [{ ...point("viber", "7"), scope: "y" }] }, 0],
  ] as [string, Partial<Facets>, Partial<Facets>, number][])("%s", (_, a, b, expected) => {
    expect(score(a, b)).toBe(expected);
    expect(score(b, a)).toBe(expected);
  });

  test("John Smith and Smith are not taken for one; the order of words does not matter; typos hardly do", () => {
    expect(nameSimilarity("John Smith", "Smith")).toBeLessThan(0.6);
    expect(nameSimilarity("Петров Иван", "Иван Петров")).toBe(1);
    expect(nameSimilarity("Нұрланова Айгүл", "Нурланова Айгул")).toBe(1);
    expect(nameSimilarity("Василёк-Сервис", "Васильок сервис")).toBeGreaterThan(0.6);
  });

  test("any two cards: the same whichever way round, between 0 and 1, and no signal makes it less", () => {
    const facets = fc.record({
      names: fc.array(fc.constantFrom("Ромашка", "Romashka", "Василёк", "Vasilek LLP"), { maxLength: 2 }),
      taxId: fc.constantFrom(null, "1", "2"),
      birthDate: fc.constantFrom(null, "1990-01-01"),
      regionId: fc.constantFrom(null, "r", "s"),
      points: fc.array(
        fc.record({
          kind: fc.constantFrom("phone", "email", "telegram"),
          scope: fc.constant(""),
          value: fc.constantFrom("a@acme.example", "b@acme.example"),
          shared: fc.boolean(),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(facets, facets, (a, b) => {
        const it = scoreOf(signalsOf(a, b));
        expect(it).toBeGreaterThanOrEqual(0);
        expect(it).toBeLessThanOrEqual(1);
        expect(scoreOf(signalsOf(b, a))).toBe(it);
        const both = scoreOf(signalsOf({ ...a, regionId: "r" }, { ...b, regionId: "r" }));
        expect(both).toBeGreaterThanOrEqual(scoreOf(signalsOf({ ...a, regionId: null }, { ...b, regionId: null })));
      }),
    );
  });
});
