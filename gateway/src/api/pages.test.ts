import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createLogger } from "./logger.ts";
import { type ApiFixture, apiFixture } from "./testing/api.fixture.ts";

let house: ApiFixture;
let uiDir: string;
const SCRIPT = `console.log("${"kommutator ".repeat(500)}")`;
beforeAll(async () => {
  uiDir = await mkdtemp(join(tmpdir(), "kommutator-ui-"));
  await mkdir(join(uiDir, "assets"));
  await writeFile(join(uiDir, "index.html"), "<!doctype html><title>workspace</title>");
  await writeFile(join(uiDir, "chat.html"), "<!doctype html><title>chat</title>");
  await writeFile(join(uiDir, "widget.js"), "widget");
  await writeFile(join(uiDir, ".secret"), "hidden");
  await writeFile(join(uiDir, "assets/index-abc.js"), SCRIPT);
  await writeFile(join(uiDir, "..", "outside.js"), "outside");
  house = await apiFixture({ uiDir, log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await house.close();
  await rm(uiDir, { recursive: true, force: true });
});

const get = (url: string, headers: Record<string, string> = {}) => house.app.inject({ url, headers });

test("deep links open the workspace; files are files; what is missing is missing", async () => {
  for (const url of ["/", "/dialogs", `/customers/${randomUUID()}`]) {
    const answer = await get(url);
    expect([answer.statusCode, answer.body, answer.headers["cache-control"]]).toEqual([200, expect.stringContaining("workspace"), "no-cache"]);
  }
  expect((await get("/assets/index-abc.js")).headers["cache-control"]).toContain("immutable");
  for (const url of [
    "/assets/none.js",
    "/.secret",
    "/%2e%2e/outside.js",
    "/..%2foutside.js",
    "/assets/..%5c..%5coutside.js",
    "/api/v2",
    "/hooks",
    "/live2.js",
  ]) {
    const answer = await get(url);
    expect([url, answer.body.includes("outside") || answer.body.includes("hidden")]).toEqual([url, false]);
  }
  expect((await get("/assets/none.js")).json()).toEqual({ code: "not_found", details: {} });
});

test("text goes compressed, once known not again, and only to who understands it", async () => {
  const [br, gz, plain] = [
    await get("/assets/index-abc.js", { "accept-encoding": "gzip, br" }),
    await get("/assets/index-abc.js", { "accept-encoding": "gzip" }),
    await get("/assets/index-abc.js"),
  ];
  expect([brotliDecompressSync(br.rawPayload).toString(), gunzipSync(gz.rawPayload).toString(), plain.body]).toEqual([SCRIPT, SCRIPT, SCRIPT]);
  expect(br.rawPayload.byteLength).toBeLessThan(SCRIPT.length / 10);
  expect((await get("/assets/index-abc.js", { "accept-encoding": "br", "if-none-match": String(br.headers["etag"]) })).statusCode).toBe(304);
});

test("the visitor's page may be framed by the sites of its channel only, the workspace by nobody", async () => {
  const id = await house.channel("web-chat");
  const admin = await house.login(house.company.employees.admin);
  const [view] = (await admin.call("GET", "/channels")).json();
  const field = (await admin.call("GET", "/channels/kinds"))
    .json()
    .find((k: { kind: string }) => k.kind === "web-chat")
    .fields.find((f: { name: string }) => f.name === "allowedOrigins");
  expect(field).toBeDefined();
  const changed = await admin.call("PATCH", `/channels/${id}`, { version: view.version, config: { allowedOrigins: "https://shop.example" } });
  expect(changed.statusCode).toBe(200);
  // The channel is opened again with its new settings a moment after the answer.
  const chat = await vi.waitFor(async () => {
    const page = await get(`/chat/${id}`);
    expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'self' https://shop.example");
    return page;
  });
  expect(chat.headers["x-frame-options"]).toBeUndefined();
  expect((await get(`/chat/${randomUUID()}`)).headers["content-security-policy"]).toContain("frame-ancestors 'self'");
  expect((await get("/")).headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect((await get("/widget.js")).headers["cross-origin-resource-policy"]).toBe("cross-origin");
  expect((await get("/chat/not-an-id")).statusCode).toBe(422);
});

test("no secret reaches the log: not a cookie, password or token, nor the query of a request", async () => {
  const lines: string[] = [];
  const log = createLogger("trace", { write: (line) => void lines.push(line) });
  const loud = await apiFixture({ log });
  try {
    const browser = await loud.login(loud.company.employees.aigul);
    await browser.call("GET", "/dialogs?view=all&q=hunter2");
    await loud.app.inject({ method: "POST", url: "/api/v1/login", payload: { login: "aigul", password: "hunter2-wrong" } });
    await loud.app.inject({ url: `/hooks/${randomUUID()}?token=hunter2` });
    log.warn({ password: "hunter2", config: { secret: "hunter2" }, req: { method: "GET", url: "/x?t=hunter2", headers: { cookie: "hunter2" } } }, "by mistake");
    const all = lines.join("\n");
    expect(all).toContain("/api/v1/dialogs");
    expect(all).not.toContain("hunter2");
    expect(all).not.toContain(loud.company.employees.aigul.password);
    expect(all).not.toContain(browser.csrf);
  } finally {
    await loud.close();
  }
});
