import { type EmployeeSkills, type Forwarding, ForwardingBody } from "@kommutator/contract/api/skills";
import { expect, test } from "vitest";
import { bodyOf, casesOf } from "./forwarding-cases.ts";
import { DEFAULTS, valuesOf } from "./queue-fields.ts";
import { changedLists } from "./skill-levels.ts";

const ID = "3f8b2a6e-0c4d-4e0a-9b7e-6a1d2c3b4a5f";

test("only those whose level changes are written, and the other skills of each stay", () => {
  const matrix: EmployeeSkills[] = [
    {
      employee: { id: "aigul", name: "Айгуль" },
      skills: [
        { skillId: "kk", level: 5 },
        { skillId: "credit", level: 2 },
      ],
    },
    { employee: { id: "bolat", name: "Болат" }, skills: [{ skillId: "kk", level: 3 }] },
    { employee: { id: "dana", name: "Дана" }, skills: [] },
  ];
  const wanted = [
    { employeeId: "bolat", level: 3 },
    { employeeId: "dana", level: 1 },
  ];
  expect(changedLists(matrix, "kk", wanted)).toEqual([
    { employeeId: "aigul", skills: [{ skillId: "credit", level: 2 }] },
    { employeeId: "dana", skills: [{ skillId: "kk", level: 1 }] },
  ]);
});

test("forwarding is a line for each case; what leads somewhere is sent, a number as people type it too", () => {
  const forwarding: Forwarding = {
    employee: { id: "aigul", name: "Айгуль" },
    rules: [
      { on: "busy", to: { employee: { id: ID, name: "Дана" } } },
      { on: "no_answer", to: { number: "+77011234567" } },
    ],
  };
  const cases = casesOf(forwarding);
  expect(cases.map((each) => [each.on, each.to])).toEqual([
    ["always", "none"],
    ["busy", "employee"],
    ["no_answer", "number"],
    ["absent", "none"],
    ["out_of_hours", "none"],
  ]);
  const typed = cases.map((each) => (each.on === "absent" ? { ...each, to: "number" as const, number: "+7 (701) 765-43-21" } : each));
  const body = bodyOf(typed);
  expect(body.rules).toEqual([
    { on: "busy", toEmployeeId: ID },
    { on: "no_answer", toNumber: "+77011234567" },
    { on: "absent", toNumber: "+77017654321" },
  ]);
  expect(ForwardingBody.safeParse(body).success).toBe(true);
});

test("a line that leads to a colleague not chosen, or to no number, is refused", () => {
  const half = casesOf({ employee: { id: "aigul", name: "" }, rules: [] });
  for (const to of ["employee", "number"] as const)
    expect(ForwardingBody.safeParse(bodyOf(half.map((each) => (each.on === "busy" ? { ...each, to } : each)))).success).toBe(false);
});

test("a queue's form takes all its numbers and nothing else", () => {
  expect(valuesOf({ ...DEFAULTS, announceS: 0 })).toEqual({ ...DEFAULTS, announceS: 0 });
});
