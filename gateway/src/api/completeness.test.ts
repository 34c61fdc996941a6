import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { OPERATIONS } from "../../../tests/rights/operations.ts";
import { type ApiFixture, apiFixture } from "./testing/api.fixture.ts";

let house: ApiFixture;
beforeAll(async () => {
  house = await apiFixture();
});
afterAll(async () => {
  await house.close();
});

/** The only doors that open without a login. */
const PUBLIC = ["GET /api/v1/setup", "POST /api/v1/login"];
const concrete = (url: string) =>
  url
    .replace(/:name/g, "purposes")
    .replace(/:eventId/g, "1")
    .replace(/:\w+/g, () => randomUUID());
type Spec = { openapi: string; paths: Record<string, Record<string, { security?: unknown[] }>> };

test("every route under /api is in the OpenAPI 3.1 document, which is served at /docs/json", async () => {
  const answer = await house.app.inject({ url: "/docs/json" });
  const spec = answer.json() as Spec;
  expect(spec.openapi).toMatch(/^3\.1/);
  const described = new Set(Object.entries(spec.paths).flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m.toUpperCase()} ${path}`)));
  const routes = house.routes.filter((r) => r.url.startsWith("/api/")).map((r) => `${r.method} ${r.url.replace(/:(\w+)/g, "{$1}")}`);
  expect(routes.length).toBeGreaterThan(60);
  expect(routes.filter((r) => !described.has(r))).toEqual([]);
});

test("only the known doors are public, in the routes and in the document", async () => {
  expect(
    house.routes
      .filter((r) => r.url.startsWith("/api/") && r.isPublic)
      .map((r) => `${r.method} ${r.url}`)
      .sort(),
  ).toEqual(PUBLIC);
  const spec = (await house.app.inject({ url: "/docs/json" })).json() as Spec;
  const open = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.security?.length === 0)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  expect(open.sort()).toEqual(PUBLIC);
});

test("without a login every other route answers 401, whatever the id and body", async () => {
  const wrong: string[] = [];
  for (const route of house.routes.filter((r) => r.url.startsWith("/api/") && !r.isPublic)) {
    const answer = await house.app.inject({ method: route.method as "GET", url: concrete(route.url), ...(route.method === "GET" ? {} : { payload: {} }) });
    if (answer.statusCode !== 401 || answer.json().code !== "unauthenticated") wrong.push(`${route.method} ${route.url}: ${answer.statusCode}`);
  }
  expect(wrong).toEqual([]);
});

test("with a login but without a CSRF token every unsafe route answers 403", async () => {
  const { cookie } = await house.login(house.company.employees.admin);
  const wrong: string[] = [];
  for (const route of house.routes.filter((r) => r.url.startsWith("/api/") && !r.isPublic && r.method !== "GET")) {
    const answer = await house.app.inject({ method: route.method as "POST", url: concrete(route.url), headers: { cookie }, payload: {} });
    if (answer.statusCode !== 403 || answer.json().code !== "csrf") wrong.push(`${route.method} ${route.url}: ${answer.statusCode}`);
  }
  expect(wrong).toEqual([]);
});

test("somebody without any role reaches nothing but themselves and the words of the house", async () => {
  const { dana } = house.company.employees;
  await house.sql`DELETE FROM employee_role WHERE employee_id = ${dana.id}`;
  const browser = await house.login(dana);
  const own = new Set(
    Object.entries(OPERATIONS)
      .filter(([, operation]) => operation.by === "nobody")
      .map(([name]) => name),
  );
  const leaks: string[] = [];
  for (const route of house.routes.filter((r) => r.url.startsWith("/api/") && !r.isPublic)) {
    const name = `${route.method} ${route.url.slice("/api/v1".length).replace(/:(\w+)/g, "{$1}")}`;
    if (own.has(name)) continue;
    const answer = await browser.call(route.method, concrete(route.url).slice("/api/v1".length), route.method === "GET" ? undefined : {});
    // Refused by class (403), by object (404), or the body was looked at first (422). Lists that everybody needs may be empty.
    const nothing = answer.statusCode === 200 && /^(\[\]|\{"items":\[\].*)$/.test(answer.body);
    if (![403, 404, 422].includes(answer.statusCode) && !nothing) leaks.push(`${name}: ${answer.statusCode} ${answer.body.slice(0, 200)}`);
  }
  expect(leaks).toEqual([]);
});

test("what does not exist answers in our form; internals never leak", async () => {
  const { call } = await house.login(house.company.employees.admin);
  expect((await house.app.inject({ url: "/api/v1/nothing-here" })).json()).toEqual({ code: "not_found", details: {} });
  expect((await call("GET", "/dialogs/not-a-uuid")).json()).toMatchObject({ code: "validation" });
  expect((await call("GET", "/dialogs?limit=100000")).json()).toMatchObject({ code: "validation", details: { fields: { limit: expect.any(String) } } });
  const broken = await call("POST", "/employees", "{", { "content-type": "application/json" });
  expect(broken.json()).toMatchObject({ code: "validation" });
  const big = await call("POST", "/customers", JSON.stringify({ kind: "person", name: "x".repeat(2_000_000) }), { "content-type": "application/json" });
  expect([big.statusCode, big.json().code]).toEqual([413, "too_large"]);
  expect((await house.app.inject({ url: "/health" })).json()).toMatchObject({ status: "ok", database: "up" });
});

test("metrics are for this machine or the token's bearer, and count what was accepted against what was ingested", async () => {
  const answer = await house.app.inject({ url: "/metrics" });
  expect(answer.body).toContain("kommutator_stream_lag_events");
  expect(answer.body).toContain("kommutator_http_duration_seconds_bucket");
  expect((await house.app.inject({ url: "/metrics", remoteAddress: "192.0.2.7" })).statusCode).toBe(404);
  expect((await house.app.inject({ url: "/metrics", headers: { "x-forwarded-for": "192.0.2.7" } })).statusCode).toBe(404);
});

test("the policy names the softphone's own server and nothing else from outside", async () => {
  const { call } = await house.login(house.company.employees.admin);
  const made = await call("POST", "/channels", {
    kind: "asterisk-ari",
    name: "PBX",
    queueId: house.company.queueId,
    config: { url: "http://pbx.example:8088/ari", browserWsUrl: "wss://pbx.example:8089/ws", password: "s" },
  });
  expect(made.statusCode).toBe(201);
  const policy = String((await house.app.inject({ url: "/health" })).headers["content-security-policy"]);
  expect(policy).toContain("connect-src 'self' wss://pbx.example:8089");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
});
