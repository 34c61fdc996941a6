import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ApiClient } from "../support/house.ts";
import { launchBrowser } from "./support/browser.ts";
import { type HouseLab, knownCustomer, startHouseLab } from "./support/house-lab.ts";
import { SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";
import * as workspace from "./support/workspace-page.ts";

// The real workspace in Chromium, the real house, a real Asterisk: an agent's calls as the agent has them.
const KNOWN = "+77011112233";
const AGENT_HZ = 600;
const CALLER_HZ = 440;
const SCREENS = new URL("../out/screens", import.meta.url).pathname;
let lab: HouseLab;
let trunk: SipPeer;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let interestId: string;

beforeAll(async () => {
  lab = await startHouseLab({ channel: { phones: "webrtc" }, env: { UI_DIR: workspace.builtWorkspace() } });
  trunk = await SipPeer.open({ ip: lab.asterisk.trunkHost, port: lab.asterisk.trunkPort, server: lab.asterisk, hz: CALLER_HZ });
  ({ interestId } = await knownCustomer(lab, KNOWN));
  browser = await launchBrowser({ microphoneHz: AGENT_HZ });
  context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  page = await context.newPage();
  await workspace.startWork(lab, page, "aigul");
}, 300_000);
afterAll(async () => {
  await browser?.close();
  trunk?.close();
  await lab?.close();
});
afterEach(async (test) => {
  if (test.task.result?.state === "fail") console.log(await page.locator("body").textContent(), lab.house.log().slice(-1500));
  trunk.reset();
  await phase("idle");
  await until(
    "the agent is ready again",
    async () => {
      const finish = page.getByRole("button", { name: "Done", exact: true });
      if (await finish.isVisible()) await finish.click();
      return page.locator("[data-state=idle][data-phone=ready]").isVisible();
    },
    { timeoutMs: 45_000, everyMs: 100 },
  );
});

const line = (state: Parameters<typeof workspace.line>[1], on = page, timeout?: number) => workspace.line(on, state, timeout);
const phase = (state: Parameters<typeof workspace.phase>[1], on = page) => workspace.phase(on, state);
const talking = (on = page) => workspace.talking(on);
const hearsTheCaller = (on = page) => workspace.hearsTone(on, CALLER_HZ);

describe("an agent in the workspace", () => {
  it("sees who calls and why, answers by F2, both hear each other, a reload in mid-call gets the call back, and one Ctrl+Enter receives it into the Interest", async () => {
    const rang = performance.now();
    const call = await trunk.call("5551000", { from: KNOWN, name: "Ivan" });
    await phase("ringing");
    await page.waitForSelector("[data-incoming-card]");
    console.log(`  rings with its card ${Math.round(performance.now() - rang)} ms after the caller's INVITE`);
    await page.getByRole("complementary", { name: "Who is calling" }).getByText("A kitchen").waitFor();
    await page.getByText("you lead this customer's Interest").waitFor();

    await page.keyboard.press("F2");
    await talking();
    await call.is("up");
    await Promise.all([call.rtp.hears(AGENT_HZ), hearsTheCaller()]);

    const reloaded = performance.now();
    await page.reload();
    await talking();
    console.log(`  the call is back ${Math.round(performance.now() - reloaded)} ms after the reload began`);
    await Promise.all([call.rtp.hears(AGENT_HZ), hearsTheCaller()]);

    await page.getByTestId("finish").waitFor();
    await page.getByText("Receive into Interest").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("[data-processed=processed]");
    await page.keyboard.press("F4");
    await call.is("ended");
    const { sql } = lab.db;
    await until(
      "the Interaction stands in the Interest, with times and recording",
      async () => {
        const [row] = await sql`
        SELECT 1 FROM interaction i JOIN call k ON k.dialog_id = i.dialog_id
        WHERE i.interest_id = ${interestId} AND i.state = 'done' AND k.ended_at IS NOT NULL AND k.answered_at IS NOT NULL AND k.recording_id IS NOT NULL`;
        return row !== undefined;
      },
      { timeoutMs: 20_000, everyMs: 100 },
    );
  });

  it("with two tabs: one phone rings, either answers, and when the first is closed in mid-call the second takes the talk over with sound", async () => {
    const second = await context.newPage();
    await second.goto(lab.house.url);
    await line("ready", second);
    const leads = (on: Page) => on.locator("[data-leads]").first().getAttribute("data-leads");
    expect([await leads(page), await leads(second)]).toEqual(["true", "false"]);
    const call = await trunk.call("5551000", { from: KNOWN, name: "Ivan" });
    await Promise.all([phase("ringing"), phase("ringing", second)]);
    await second.getByTestId("answer").click();
    await talking();
    await call.rtp.hears(AGENT_HZ);
    await page.close();
    page = second;
    await until("the second tab leads", async () => (await leads(page)) === "true", { timeoutMs: 10_000, everyMs: 50 });
    await talking();
    await Promise.all([call.rtp.hears(AGENT_HZ), hearsTheCaller()]);
    call.bye();
    await phase("idle");
  });

  it("hands a talk on by keyboard alone: F8, the number, Enter; the list says who cannot be rung", async () => {
    const call = await trunk.call("5551000", { from: KNOWN, name: "Ivan" });
    await phase("ringing");
    await page.keyboard.press("F2");
    await talking();
    await page.keyboard.press("F8");
    const busy = page.getByRole("option", { name: /Bolat/ });
    await busy.waitFor();
    expect(await busy.getAttribute("data-combobox-disabled")).not.toBeNull();
    await page.getByRole("option", { name: /0 ready/ }).waitFor();
    await page.screenshot({ path: join(SCREENS, "call-transfer.png") });
    await page.keyboard.type("+7 705 999 88 77");
    await page.getByRole("option", { name: /outside number/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const outside = await trunk.nextCall();
    await phase("idle");
    outside.answer();
    await Promise.all([call.rtp.hears(CALLER_HZ), outside.rtp.hears(CALLER_HZ)]);
    call.bye();
    await outside.is("ended", 2000);
  });

  it("is told that the line is lost when Asterisk restarts while a caller waits, is registered again within ten seconds without a click, and the books are right", async () => {
    const { sql } = lab.db;
    const { login, password } = lab.company.employees.aigul;
    const aigul = await ApiClient.login(lab.house.url, login, password);
    await aigul.put("/presence/me", { intent: "paused", reason: "lunch" });
    await trunk.call("5551000", { from: "+77019998877" });
    await until("the caller waits", async () => (await sql`SELECT 1 FROM entry WHERE ended_at IS NULL`).length === 1);
    const lost = line("lost");
    await lab.asterisk.restart();
    const up = performance.now();
    await lost;
    await line("ready", page, 10_000);
    console.log(`  registered again ${Math.round(performance.now() - up)} ms after Asterisk was up`);
    await until(
      "the call that waited is over, nobody waits any more, and the caller is not forgotten",
      async () => {
        const [row] = await sql`
          SELECT k.state, (SELECT count(*) FROM entry WHERE ended_at IS NULL) AS waiting, (SELECT count(*) FROM inquiry WHERE origin = 'missed_call' AND identity_value = '+77019998877') AS missed
          FROM call k WHERE k.from_norm = '+77019998877'`;
        return row?.["state"] === "ended" && row["waiting"] === 0 && row["missed"] === 1;
      },
      { timeoutMs: 20_000, everyMs: 100 },
    );
    await aigul.put("/presence/me", { intent: "available", reason: null });
    await page.waitForSelector("[data-state=idle][data-phone=ready]", { timeout: 45_000 });
  });
});
