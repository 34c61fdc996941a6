import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchFile, refusalOf } from "./fetch-file.ts";
import { exchange, NoAnswer, retryAfterMs } from "./net.ts";
import { isPrivate } from "./private-address.ts";

const VENDOR = { domains: ["vendor.example", "*.vendor.example"] };
let server: http.Server;
let base = "";
let elsewhere: http.Server;
let elsewhereBase = "";
let leaked = 0;

const listen = async (one: http.Server): Promise<string> => {
  await new Promise<void>((resolve) => one.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  elsewhere = http.createServer((_request, response) => {
    leaked++;
    response.end("a secret of the inner network");
  });
  elsewhereBase = await listen(elsewhere);
  server = http.createServer((request, response) => {
    const path = request.url ?? "/";
    if (path === "/photo")
      return void response.writeHead(200, { "content-type": "image/JPEG; x=1", "content-disposition": "attachment; filename*=UTF-8''%D0%B0.jpg" }).end("photo");
    if (path === "/moved") return void response.writeHead(302, { location: "/photo" }).end();
    if (path === "/away") return void response.writeHead(302, { location: `${elsewhereBase}/` }).end();
    if (path === "/circle") return void response.writeHead(302, { location: "/circle" }).end();
    if (path === "/gone") return void response.writeHead(410).end();
    if (path === "/busy") return void response.writeHead(429, { "retry-after": "7" }).end();
    if (path === "/broken") return void response.writeHead(500).end();
    if (path === "/declared") return void response.writeHead(200, { "content-length": "1000000" }).end();
    if (path === "/endless") return void response.write(Buffer.alloc(2_000), () => response.write(Buffer.alloc(2_000)));
    if (path === "/cut") return void response.writeHead(200, { "content-length": "10" }).write("half", () => response.destroy());
    // "/silent": no answer at all
  });
  base = await listen(server);
});
afterAll(async () => {
  for (const one of [server, elsewhere]) {
    one.closeAllConnections();
    await new Promise((resolve) => one.close(resolve));
  }
});

const fetched = (path: string, options: Partial<Parameters<typeof fetchFile>[1]> = {}) =>
  fetchFile(path.startsWith("http") ? path : `${base}${path}`, {
    provider: "Vendor",
    allowed: { ...VENDOR, configured: [`${base}/api/method`] },
    maxBytes: 1_000,
    timeoutMs: 2_000,
    ...options,
  });

describe("a file is fetched from the provider alone", () => {
  it("from a configured address, with its type and name", async () => {
    const file = await fetched("/photo");
    expect({ ...file, bytes: Buffer.from(file.bytes).toString() }).toEqual({ bytes: "photo", mime: "image/jpeg", name: "а.jpg" });
  });
  it("over a redirect within its hosts", async () => expect((await fetched("/moved")).mime).toBe("image/jpeg"));
  it("and never over a redirect that leads elsewhere", async () => {
    await expect(fetched("/away")).rejects.toMatchObject({ code: "rejected" });
    await expect(fetched(`${elsewhereBase}/`)).rejects.toMatchObject({ code: "rejected" });
    expect(leaked).toBe(0);
  });
  it.each([
    ["/circle", "rejected"],
    ["/gone", "rejected"],
    ["/declared", "rejected"],
    ["/endless", "rejected"],
    ["/broken", "unreachable"],
    ["/cut", "unreachable"],
    ["/busy", "rate-limited"],
    ["not an address", "rejected"],
    ["file:///etc/passwd", "rejected"],
  ])("%s ends as %s", async (path, code) => {
    await expect(path.startsWith("/") ? fetched(path) : fetchFile(path, { provider: "Vendor", allowed: VENDOR, maxBytes: 10 })).rejects.toMatchObject({ code });
  });
  it("within its time", async () => {
    await expect(fetched("/silent", { timeoutMs: 100 })).rejects.toMatchObject({ code: "unreachable" });
  });
  it("until it is stopped", async () => {
    const stop = new AbortController();
    const going = fetched("/silent", { signal: stop.signal });
    stop.abort();
    await expect(going).rejects.toMatchObject({ code: "unreachable" });
  });
});

it.each([
  ["https://cdn.vendor.example/a.jpg", null],
  ["https://vendor.example/a.jpg", null],
  ["http://cdn.vendor.example/a.jpg", /https/],
  ["https://vendor.example.evil.example/a", /another host/],
  ["https://notvendor.example/a", /another host/],
  ["https://vendor.example:8443/a", /port/],
  ["https://user:pass@vendor.example/a", /password/],
  ["https://169.254.169.254/latest/meta-data", /another host/],
  ["ftp://vendor.example/a", /https/],
])("%s may be fetched: %s", (address, refusal) => {
  const words = refusalOf(new URL(address), VENDOR);
  if (refusal === null) expect(words).toBeNull();
  else expect(words).toMatch(refusal);
});

it("a name of the provider that leads into our own network is refused", async () => {
  // localhost stands for any public name with a private record (DNS rebinding).
  await expect(exchange(new URL("http://localhost:1/"), { timeoutMs: 2_000, maxBytes: 10, publicOnly: true })).rejects.toThrow("private network");
  await expect(exchange(new URL("http://[::ffff:127.0.0.1]:1/"), { timeoutMs: 2_000, maxBytes: 10, publicOnly: true })).rejects.toThrow("private network");
});

it.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "::1",
  "fd00::1",
  "fe80::1",
  "::ffff:10.0.0.1",
  "::ffff:7f00:1",
])("%s is private", (address) => expect(isPrivate(address)).toBe(true));
it.each(["87.240.132.72", "172.32.0.1", "2a00:bdc0::1", "::ffff:8.8.8.8"])("%s is public", (address) => expect(isPrivate(address)).toBe(false));

it("says whether the request had left us when no answer came", async () => {
  const silent = await exchange(new URL(`${base}/silent`), { method: "POST", body: "x", timeoutMs: 100, maxBytes: 10 }).catch((error: unknown) => error);
  expect(silent).toBeInstanceOf(NoAnswer);
  expect((silent as NoAnswer).written).toBe(true);
  const nobody = await exchange(new URL("http://127.0.0.1:1/"), { method: "POST", body: "x", timeoutMs: 1_000, maxBytes: 10 }).catch((error: unknown) => error);
  expect((nobody as NoAnswer).written).toBe(false);
});

it("reads Retry-After as seconds or as a date", () => {
  expect(retryAfterMs("7")).toBe(7_000);
  expect(retryAfterMs("Sun, 06 Nov 1994 08:49:47 GMT", Date.UTC(1994, 10, 6, 8, 49, 37))).toBe(10_000);
  expect(retryAfterMs("soon")).toBeUndefined();
});
