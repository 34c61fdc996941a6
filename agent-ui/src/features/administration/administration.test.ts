import { describe, expect, test, vi } from "vitest";
import { ICON_NAMES } from "../events/TypeMark.tsx";
import { changesOf, linkedOf, midnight, sidesOf, spoken } from "./audit.ts";
import { browserOf } from "./browser.ts";
import { codeOf, moved } from "./catalogues.ts";
import words from "./locales/en.json" with { type: "json" };
import { matrixOf, permissionsOf, withScope } from "./permissions.ts";

test("a role is a table: one cell changes, the others stay, what is empty is not sent", () => {
  const permissions = [
    { object: "customer", action: "read", scope: "department" },
    { object: "customer", action: "edit", scope: "own" },
  ] as const;
  const matrix = matrixOf([...permissions]);
  expect(permissionsOf(matrix)).toEqual(permissions);
  expect(permissionsOf(withScope(matrix, "customer", "edit", "all"))).toEqual([permissions[0], { object: "customer", action: "edit", scope: "all" }]);
  expect(permissionsOf(withScope(matrix, "customer", "edit", null))).toEqual([permissions[0]]);
  expect(permissionsOf(withScope({}, "audit", "read", "own"))).toEqual([{ object: "audit", action: "read", scope: "own" }]);
});

test("an entry moves one place and not past the ends", () => {
  expect(moved(["a", "b", "c"], "c", -1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
  expect([moved(["a"], "a", -1), moved(["a"], "a", 1), moved(["a"], "x", 1)]).toEqual([null, null, null]);
});

test("a code nobody typed is made of the name, and never one that is taken", () => {
  expect(codeOf("Trade fair 2026!", new Set())).toBe("trade_fair_2026");
  expect(codeOf("Trade fair", new Set(["trade_fair"]))).toBe("trade_fair_2");
  expect(codeOf("Выставка", new Set(["entry_1"]))).toBe("entry_2");
});

test("every icon that a type may have is drawn and has its word", () => {
  expect(Object.keys(words.catalogues.icons).sort()).toEqual([...ICON_NAMES].sort());
});

describe("the audit in words", () => {
  test("old and new of a change, the value of a creation, nothing of what stayed empty", () => {
    expect(changesOf({ name: ["A", "B"], tax_id: [null, "123"], comment: ["x", null], version: [1, 2], note: [null, null] })).toEqual([
      { field: "name", before: "A", after: "B" },
      { field: "tax_id", before: null, after: "123" },
      { field: "comment", before: "x", after: null },
    ]);
    expect(changesOf({ responsible_id: [null, "p1"] }, new Map([["p1", "Aigul"]]))).toEqual([{ field: "responsible_id", before: null, after: "Aigul" }]);
    expect(changesOf({ login: "aigul", roleIds: ["a", "b", "c"], email: null })).toEqual([
      { field: "login", before: null, after: "aigul" },
      { field: "roleIds", before: null, after: "a, b, c" },
    ]);
  });
});

test("an id in the journal is a name with the way to its card; of one that may not be seen nothing is said", () => {
  const [customer, stage, hidden] = ["8a0f4a52-0f35-4a0e-9d6e-4f6b2f6b0a01", "8a0f4a52-0f35-4a0e-9d6e-4f6b2f6b0a02", "8a0f4a52-0f35-4a0e-9d6e-4f6b2f6b0a03"];
  const refs = { [customer as string]: { kind: "customer", name: "Lotus" } };
  const names = new Map([[stage as string, "Offer"]]);
  expect(linkedOf(customer, names, refs)).toEqual([{ text: "Lotus", to: `/customers/${customer}` }]);
  expect(linkedOf([stage, hidden], names, refs)).toEqual([
    { text: "Offer", to: null },
    { text: null, to: null },
  ]);
  expect([linkedOf("typed by people", names, refs), linkedOf(null, names, refs), linkedOf([], names, refs)]).toEqual([null, null, null]);
  expect([sidesOf([null, customer]), sidesOf(customer)]).toEqual([
    [null, customer],
    [null, customer],
  ]);
});

test("a browser is named by what it is, not by what it claims to be", () => {
  expect(browserOf("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0")).toBe("Edge · Windows");
  expect(browserOf("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0")).toBe("Firefox · Linux");
  expect(browserOf("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36")).toBe("Chrome · Android");
  expect([browserOf("curl/8"), browserOf(null)]).toEqual([null, null]);
});

test("the journal speaks in words where our own codes stand, never where people typed, and shows no key of a browser", () => {
  const words: Record<string, string> = { new: "новое", site_visitor: "посетитель сайта" };
  const word = (code: string) => words[code] ?? null;
  expect(spoken("status", "new", word)).toBe("новое");
  expect(spoken("status", "thought_up", word)).toBe("thought_up");
  expect(spoken("name", "new", word)).toBe("new");
  const yes = (code: string) => (code === "true" ? "да" : null);
  expect([spoken("is_vip", "true", yes), spoken("name", "true", yes)]).toEqual(["да", "true"]);
  expect(spoken("identity", "phone +77011112233", word)).toBe("+77011112233");
  expect(spoken("identity", "site_visitor mA-RaQ7mgWJDJ5", word)).toBe("посетитель сайта");
});

test("the journal's last day is meant whole, also where the clocks are put back that night; what is no day asks for nothing", () => {
  vi.stubEnv("TZ", "Europe/Kyiv");
  try {
    expect(midnight("2026-10-25", 0)).toBe("2026-10-24T21:00:00.000Z");
    expect(midnight("2026-10-25", 1)).toBe("2026-10-25T22:00:00.000Z");
    expect([midnight(undefined, 1), midnight("<b>", 0)]).toEqual([undefined, undefined]);
  } finally {
    vi.unstubAllEnvs();
  }
});
