import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type AriHouse, EMPLOYEE, id, nextOffered, openAri, orphans } from "./support/ari-house.ts";
import { type Asterisk, startAsterisk } from "./support/asterisk.ts";
import { launchBrowser, servePhonePage } from "./support/browser.ts";
import type { LabPhone } from "./support/phone-page.ts";
import { SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";

declare const phone: LabPhone;
const CALLER_HZ = 440;
const AGENT_HZ = 600;
let asterisk: Asterisk;
let house: AriHouse;
let trunk: SipPeer;
let browser: Browser;
let page: Page;
let site: { url: string; close(): Promise<void> };

const registered = async () => {
  await page.goto(site.url);
  await page.evaluate((server) => phone.start("2001", "a long secret", server), `ws://${asterisk.ip}:${asterisk.httpPort}/ws`);
};
const hears = (hz: number) =>
  until(`the page hears ${hz} Hz`, async () => Math.abs((await page.evaluate(() => phone.hears())).hz - hz) < 12, { timeoutMs: 10_000 });
const talking = async () => {
  const before = house.host.of("call.offered").length;
  const call = await trunk.call("5551000", { from: "+77011112233" });
  const { callKey } = await nextOffered(asterisk, house, before, call);
  const legKey = await house.ring(callKey, "2001");
  await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "ringing");
  await page.evaluate(() => phone.answer());
  await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "answered");
  await house.perform("call.bridge", { id: id(), callKey, legKey, record: false });
  await hears(CALLER_HZ);
  await call.rtp.hears(AGENT_HZ);
  return { call, callKey, legKey };
};

beforeAll(async () => {
  asterisk = await startAsterisk();
  house = await openAri(asterisk, { extra: { phones: "webrtc" } });
  trunk = await SipPeer.open({ ip: asterisk.trunkHost, port: asterisk.trunkPort, server: asterisk, hz: CALLER_HZ });
  await house.perform("phone.provision", { endpoint: "2001", displayName: "Айгуль", password: "a long secret" });
  site = await servePhonePage();
  browser = await launchBrowser({ microphoneHz: AGENT_HZ });
  page = await (await browser.newContext()).newPage();
  await registered();
  await house.host.sees("phone.status", (e) => e.endpoint === "2001" && e.reachable);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await house?.close();
  trunk?.close();
  await asterisk?.close();
});
afterEach(async () => {
  trunk.reset();
  await until("no channel is left behind", async () => (await orphans(asterisk)) === "", { timeoutMs: 6000, everyMs: 100 });
});

describe("an agent in the browser", () => {
  it("rings, answers, both hear each other's tone, and the agent's hang-up ends the call", async () => {
    const { call, callKey } = await talking();
    await page.evaluate(() => phone.bye());
    await call.is("ended", 1000);
    expect(await house.host.sees("call.ended", (e) => e.callKey === callKey)).toMatchObject({ by: "agent" });
  });

  it("reloads the page in mid-call: the leg is lost, the caller stays, and the talk comes back with sound", async () => {
    const { call, callKey, legKey } = await talking();
    const reloaded = performance.now();
    await registered();
    await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "lost", 10_000);
    console.log(`  lost seen ${Math.round(performance.now() - reloaded)} ms after the reload began`);
    expect(call.state).toBe("up");
    const back = id();
    await house.perform("call.rejoin", { id: back, callKey, employeeId: EMPLOYEE, endpoint: "2001" });
    await house.host.sees("call.leg", (e) => e.legKey === back && e.state === "bridged");
    await hears(CALLER_HZ);
    await call.rtp.hears(AGENT_HZ);
    call.bye();
    await house.host.sees("call.ended", (e) => e.callKey === callKey);
    await until("the page's leg has ended", () => page.evaluate(() => phone.events.at(-1) === "Terminated"));
  });

  it("whose tab dies in mid-call is lost within ten seconds and its phone not reachable", async () => {
    const { call, legKey } = await talking();
    const died = performance.now();
    await page.context().close();
    await house.host.sees("call.leg", (e) => e.legKey === legKey && e.state === "lost", 10_000);
    await house.host.sees("phone.status", (e) => e.endpoint === "2001" && !e.reachable && e.occurredAt > Date.now() - 10_000);
    console.log(`  lost seen ${Math.round(performance.now() - died)} ms after the tab died`);
    expect(call.state).toBe("up");
    page = await (await browser.newContext()).newPage();
    await registered();
  });
});
