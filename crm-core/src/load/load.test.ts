import type { DepartmentView as DepartmentViewSchema } from "@kommutator/contract/api/admin";
import type { Id } from "@kommutator/contract/ids";
import type { CalendarRules } from "@kommutator/contract/working-time";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";
import { loadsOf } from "./index.ts";
import { type Candidate, leastLoaded, loadOf, normOfDay } from "./rules.ts";

type DepartmentView = z.infer<typeof DepartmentViewSchema>;
const candidate = (
  employeeId: string,
  waiting: number,
  others: number,
  maxDialogs: number,
  plannedPoints: number,
  normPoints: number | null,
  weight = 1,
): Candidate => ({ employeeId, waiting, others, maxDialogs, weight, plannedPoints, normPoints, lastAssignedAt: null });

describe("the load formula (B0, RG-05)", () => {
  const aigul = candidate("aigul", 2, 4, 5, 60, 100);
  const bolat = candidate("bolat", 1, 1, 5, 90, 100);
  const dana = candidate("dana", 0, 2, 3, 20, 50, 0.5);
  test("the worked example: Aigul 0.94, Bolat 0.71, Dana 0.80; the caller goes to Bolat", () => {
    expect([aigul, bolat, dana].map((c) => Math.round(loadOf(c) * 100) / 100)).toEqual([0.94, 0.71, 0.8]);
    expect(leastLoaded([aigul, bolat, dana])?.employeeId).toBe("bolat");
  });
  test("no norm configured: the planner's term is 0; a norm of 0: not eligible", () => {
    expect(loadOf(candidate("x", 0, 0, 5, 60, null))).toBe(0);
    expect(leastLoaded([candidate("x", 0, 0, 5, 0, 0)])).toBeNull();
  });
  test("equal loads: longest since the last assignment, then the id", () => {
    const later = { ...candidate("a", 0, 0, 5, 0, null), lastAssignedAt: 2 };
    const earlier = { ...candidate("b", 0, 0, 5, 0, null), lastAssignedAt: 1 };
    expect(leastLoaded([later, earlier])?.employeeId).toBe("b");
    expect(leastLoaded([{ ...earlier, employeeId: "c" }, earlier])?.employeeId).toBe("b");
  });
});

test("the norm of a day: department's norm by part of a full time, less absence; a day off is 0 (B2)", () => {
  const office: CalendarRules = {
    tz: "Asia/Almaty",
    week: {
      wed: [
        ["09:00", "13:00"],
        ["14:00", "18:00"],
      ],
    },
    exceptions: [],
  };
  expect(normOfDay(100, 1, "2026-03-11", office, [])).toBe(100);
  expect(normOfDay(100, 0.5, "2026-03-11", office, [{ from: Date.parse("2026-03-11T09:00:00Z"), to: Date.parse("2026-03-12T09:00:00Z") }])).toBe(25);
  expect(normOfDay(100, 1, "2026-03-12", office, [])).toBe(0);
  expect(normOfDay(null, 1, "2026-03-11", office, [])).toBeNull();
});

describe("what the router is told", () => {
  let house: CrmHouse;
  const NOW = Date.parse("2026-03-11T05:00:00Z");
  beforeAll(async () => {
    house = await crmHouse();
    house.clock.set(NOW);
  });
  afterAll(() => house.close());

  test("points planned today with overdue ones, tomorrow's not; the norm comes from the nearest department above", async () => {
    const { aigul } = house.company.employees;
    const { sql } = house;
    const customerId = (await house.as("admin", "POST", "/customers", { kind: "company", name: "X" })).body.id;
    const plan = (at: number, type = "call") =>
      house.as("aigul", "POST", "/interactions", {
        typeId: house.company.catalogues.interactionTypes[type]?.id as Id,
        subject: "X",
        plannedFrom: new Date(at).toISOString(),
        customerId,
      });
    await plan(NOW + 3_600_000);
    await plan(NOW - 5 * 86_400_000, "meeting");
    await plan(NOW + 86_400_000);
    expect(await loadsOf(sql, [aigul.id], NOW)).toEqual([{ employeeId: aigul.id, plannedPoints: 25, normPoints: null }]);
    const { a } = house.company.departments;
    const departments: DepartmentView[] = (await house.as("admin", "GET", "/departments")).body;
    const give = async (of: (d: DepartmentView) => boolean, dayNormPoints: number) => {
      const { id, version } = departments.find(of) as DepartmentView;
      expect((await house.as("admin", "PATCH", `/departments/${id}`, { dayNormPoints, version })).status).toBe(200);
    };
    await give((d) => d.parentId === null, 100);
    await sql`UPDATE employee SET fte = 0.5 WHERE id = ${aigul.id}`;
    expect(await loadsOf(sql, [aigul.id], NOW)).toEqual([{ employeeId: aigul.id, plannedPoints: 25, normPoints: 50 }]);
    await give((d) => d.id === a, 80);
    expect((await loadsOf(sql, [aigul.id], NOW))[0]?.normPoints).toBe(40);
  });

  test("the job tells what changed, with the day too, and nothing twice once the router knows", async () => {
    const { sql } = house;
    const job = house.crm.jobs.find((j) => j.name === "publish-loads");
    const told = async () => {
      await sql`DELETE FROM routing_input`;
      await job?.run();
      const inputs = await house.enqueued();
      for (const i of inputs)
        if (i.kind === "agent.load")
          await sql`INSERT INTO agent_load (employee_id, planned_points, norm_points) VALUES (${i.employeeId}, ${i.plannedPoints}, ${i.normPoints}) ON CONFLICT (employee_id) DO UPDATE SET planned_points = excluded.planned_points, norm_points = excluded.norm_points`;
      return inputs.length;
    };
    expect(await told()).toBe(5);
    expect(await told()).toBe(0);
    house.clock.set(NOW + 86_400_000);
    expect(await told()).toBe(1);
    expect((await house.enqueued())[0]).toMatchObject({ kind: "agent.load", employeeId: house.company.employees.aigul.id, plannedPoints: 30 });
  });
});
