import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture, type Browser } from "./testing/api.fixture.ts";
import { auditOf, newcomerOf } from "./testing/people.fixture.ts";

let house: ApiFixture;
const who: Record<string, Browser> = {};
beforeAll(async () => {
  house = await apiFixture();
  for (const e of Object.values(house.company.employees)) who[e.login] = await house.login(e);
});
afterAll(() => house.close());

const as = (login: string) => who[login] as Browser;
const newcomer = (more: object = {}) => newcomerOf(house, more);
const audit = (objectId: Id) => auditOf(house, objectId);

describe("roles (AD-02)", () => {
  const permissions = [
    { object: "customer", action: "read", scope: "own" },
    { object: "audit", action: "read", scope: "own" },
  ];
  const versionOfRights = async () => (await house.sql<{ version: number }[]>`SELECT version FROM rights_version`)[0]?.version ?? 0;

  test("a role made and changed holds from the next request on, and the version of rights grows with it", async () => {
    const made = await as("admin").call("POST", "/roles", { name: "Auditor", permissions });
    expect([made.statusCode, made.json()]).toMatchObject([201, { name: "Auditor", people: 0, version: 0 }]);
    const role = made.json();
    const { login } = (await as("admin").call("POST", "/employees", newcomer({ roleIds: [role.id] }))).json();
    const auditor = await house.login({ login, password: "long enough" });
    expect([(await auditor.call("GET", "/audit")).statusCode, (await auditor.call("GET", "/leads")).statusCode]).toEqual([200, 403]);
    const before = await versionOfRights();
    const wider = [...permissions.filter((p) => p.object !== "audit"), { object: "lead", action: "read", scope: "all" }];
    const changed = await as("admin").call("PATCH", `/roles/${role.id}`, { version: 0, permissions: wider });
    expect(changed.json()).toMatchObject({ version: 1, people: 1 });
    expect(await versionOfRights()).toBeGreaterThan(before);
    expect([(await auditor.call("GET", "/audit")).statusCode, (await auditor.call("GET", "/leads")).statusCode]).toEqual([403, 200]);
    expect((await audit(role.id)).at(-1)).toMatchObject({ action: "edit", changes: { "audit.read": ["own", null], "lead.read": [null, "all"] } });
    expect((await as("admin").call("PATCH", `/roles/${role.id}`, { version: 0, name: "Late" })).json()).toMatchObject({
      code: "version_conflict",
      details: { current: { version: 1 } },
    });
    expect((await as("admin").call("POST", "/roles", { name: "Auditor" })).json()).toEqual({ code: "duplicate", details: { field: "name" } });
    expect((await as("admin").call("DELETE", `/roles/${role.id}`)).json()).toMatchObject({ code: "in_use", details: { people: 1 } });
    const { id: unused } = (await as("admin").call("POST", "/roles", { name: "Nobody's" })).json();
    expect((await as("admin").call("DELETE", `/roles/${unused}`)).statusCode).toBe(204);
    expect((await as("admin").call("PATCH", `/roles/${unused}`, { version: 0, name: "Gone" })).json().code).toBe("not_found");
  });

  test("nobody makes a role that can do more than they can, and the house never loses its last administrator", async () => {
    expect((await as("head").call("POST", "/roles", { name: "Mine", permissions })).statusCode).toBe(403);
    const keeper = (
      await as("admin").call("POST", "/roles", {
        name: "Keeper of roles",
        permissions: ["create", "read", "edit", "delete"].map((action) => ({ object: "role", action, scope: "all" })),
      })
    ).json();
    const { login } = (await as("admin").call("POST", "/employees", newcomer({ roleIds: [keeper.id] }))).json();
    const browser = await house.login({ login, password: "long enough" });
    expect((await browser.call("POST", "/roles", { name: "More", permissions })).json()).toEqual({
      code: "forbidden",
      details: { object: "customer", action: "read" },
    });
    const roles = (await as("admin").call("GET", "/roles")).json() as { id: Id; code: string; version: number; permissions: { object: string }[] }[];
    const admin = roles.find((r) => r.code === "admin");
    expect((await browser.call("PATCH", `/roles/${admin?.id}`, { version: admin?.version, permissions: [] })).json().code).toBe("forbidden");
    const without = admin?.permissions.filter((p) => p.object !== "role");
    expect((await as("admin").call("PATCH", `/roles/${admin?.id}`, { version: admin?.version, permissions: without })).json()).toMatchObject({
      code: "in_use",
      details: { reason: "last_administrator" },
    });
    expect((await as("admin").call("GET", "/roles")).statusCode).toBe(200);
    const bad = await as("admin").call("POST", "/roles", { name: "Bad", permissions: [{ object: "moon", action: "read", scope: "all" }] });
    expect(bad.statusCode).toBe(422);
  });
});
