import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { orphans } from "./support/ari-house.ts";
import { launchBrowser } from "./support/browser.ts";
import { type CutProxy, cutProxy } from "./support/cut-proxy.ts";
import { hearsBell, untouchedView, withEars } from "./support/heard-page.ts";
import { type HouseLab, startHouseLab } from "./support/house-lab.ts";
import { SipPeer } from "./support/sip.ts";
import { until } from "./support/wait.ts";
import { builtWorkspace, hearsTone, line, phase, startWork, talking, wrapUp } from "./support/workspace-page.ts";

// The browser's telephone while its way to Asterisk comes and goes; its way to the house is not touched.
const AGENT_HZ = 600;
const CALLER_HZ = 440;
let lab: HouseLab;
let way: CutProxy;
let trunk: SipPeer;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  lab = await startHouseLab({
    asterisk: { local: { extensions: "[colleague]\nexten => s,1,Wait(60)\n" } },
    channel: async (asterisk) => {
      way = await cutProxy({ host: asterisk.ip, port: asterisk.httpPort });
      return { phones: "webrtc", browserWsUrl: `ws://127.0.0.1:${way.port}/ws` };
    },
    env: { UI_DIR: builtWorkspace() },
  });
  trunk = await SipPeer.open({ ip: lab.asterisk.trunkHost, port: lab.asterisk.trunkPort, server: lab.asterisk, hz: CALLER_HZ });
  browser = await launchBrowser({ microphoneHz: AGENT_HZ });
  context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  page = await context.newPage();
  await startWork(lab, page, "aigul");
});
afterAll(async () => {
  await browser?.close();
  trunk?.close();
  await lab?.close();
  await way?.close();
});
afterEach(async (test) => {
  if (test.task.result?.state === "fail") console.log(await page.locator("#root").textContent(), lab.house.log().slice(-1500));
  way.mend();
  await context.setOffline(false);
  trunk.reset();
  await phase(page, "idle");
  await line(page, "ready");
  await until("no channel is left behind", async () => (await orphans(lab.asterisk)) === "", { timeoutMs: 6000, everyMs: 100 });
  await wrapUp(lab, page, "aigul");
});

const inTalk = async (number: string) => {
  const call = await trunk.call("5551000", { from: number });
  await phase(page, "ringing");
  await page.keyboard.press("F2");
  await talking(page);
  await call.is("up");
  await Promise.all([call.rtp.hears(AGENT_HZ), hearsTone(page, CALLER_HZ)]);
  return call;
};

describe("a browser's telephone whose way to Asterisk is cut", () => {
  it("says that it cannot be reached, tries again at growing intervals, registers by itself, and the next call rings", async () => {
    const before = way.attempts.length;
    way.cut();
    await line(page, "lost");
    await page.getByRole("status").filter({ hasText: "No link to the PBX" }).waitFor();
    await until("the house knows that the phone cannot ring", async () => {
      const [row] = await lab.db.sql`SELECT 1 FROM presence WHERE employee_id = ${lab.company.employees.aigul.id} AND NOT phone_reachable`;
      return row !== undefined;
    });
    const tried = await until("it has tried three times", () => (way.attempts.length - before >= 3 ? way.attempts.slice(before) : null));
    const [first, second] = tried.slice(1).map((at, i) => at - (tried[i] as number)) as [number, number];
    expect(second).toBeGreaterThan(first * 1.2);
    way.mend();
    await line(page, "ready");
    const call = await trunk.call("5551000", { from: "+77025550301" });
    await phase(page, "ringing");
    call.cancel();
  });

  it("does not sit out the pause when the browser is online again", async () => {
    let attempts = 0;
    page.on("websocket", (socket) => {
      if (socket.url().includes(String(way.port))) attempts++;
    });
    await context.setOffline(true);
    await line(page, "lost");
    await until("the pauses have become long", () => attempts >= 3); // the next one is due in 1.6 s or later
    const back = performance.now();
    await context.setOffline(false);
    await line(page, "ready");
    const took = performance.now() - back;
    console.log(`  registered ${Math.round(took)} ms after the network's return`);
    expect(took).toBeLessThan(1500);
  });

  it("goes on talking: both hear each other during the cut and after it, and hanging up ends the call", async () => {
    const call = await inTalk("+77025550302");
    way.cut();
    await line(page, "lost");
    await Promise.all([call.rtp.hears(AGENT_HZ), hearsTone(page, CALLER_HZ)]);
    way.mend();
    await line(page, "ready");
    await Promise.all([call.rtp.hears(AGENT_HZ), hearsTone(page, CALLER_HZ)]);
    expect(call.state).toBe("up");
    await page.keyboard.press("F4");
    await call.is("ended", 3000);
  });

  it("hears of the caller's hanging up though the BYE went to the socket that is no more", async () => {
    const call = await inTalk("+77025550303");
    way.cut();
    await line(page, "lost");
    way.mend();
    await line(page, "ready");
    call.bye();
    await phase(page, "idle", 5000);
  });

  it("hangs up during the cut too", async () => {
    const call = await inTalk("+77025550305");
    way.cut();
    await line(page, "lost");
    await page.keyboard.press("F4");
    await call.is("ended", 3000);
    await phase(page, "idle", 5000);
  });
});

describe("a browser's telephone that a colleague rings past the house", () => {
  it("makes its agent busy from the first ring to the end of that talk", async () => {
    const { ari, user, password } = lab.asterisk;
    const { extension } = lab.company.employees.aigul;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const rung = await fetch(`${ari}/channels?endpoint=PJSIP/${extension}&context=colleague&extension=s&priority=1`, {
      method: "POST",
      headers: { authorization },
    });
    expect(rung.status).toBe(200);
    const { id } = (await rung.json()) as { id: string };
    await phase(page, "ringing");
    await page.waitForSelector("[data-state=busy]");
    await page.keyboard.press("F2");
    await talking(page);
    const [row] = await lab.db.sql`SELECT state, ready FROM presence WHERE employee_id = ${lab.company.employees.aigul.id}`;
    expect(row).toEqual({ state: "busy", ready: [] });
    expect((await fetch(`${ari}/channels/${id}`, { method: "DELETE", headers: { authorization } })).status).toBe(204);
    await phase(page, "idle");
    await page.waitForSelector("[data-state=idle]");
  });
});

describe("in a browser that lets no page sound before it was touched", () => {
  beforeAll(async () => {
    await browser.close();
    browser = await launchBrowser({ microphoneHz: AGENT_HZ, soundAfterGesture: true });
    context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    await context.grantPermissions(["notifications"], { origin: lab.house.url });
    page = await context.newPage();
    await startWork(lab, page, "aigul");
  });
  /** The workspace as it comes back by itself: nobody has clicked or typed in it. */
  const untouched = async () => {
    const old = page;
    page = await context.newPage();
    await withEars(page);
    await old.close();
    await page.goto(lab.house.url);
    const view = await untouchedView(page);
    await until("the telephone is ready", () => view.has("[data-line=ready]"), { timeoutMs: 30_000 });
    return view;
  };

  it("a caller is not silent unnoticed: the bar says that the sound is off, the title tells who calls, and one click makes it ring", async () => {
    const view = await untouched();
    const call = await trunk.call("5551000", { from: "+77025550401" });
    await until("the title tells who calls", () => view.look("document.title.includes('is calling')"));
    await until("the bar says that the sound is off", () => view.has("[data-call=ringing] [data-sound=off]"));
    expect(await view.look("document.querySelector('[data-sound=off]').textContent")).toBe("Sound is off: turn on");
    expect(await view.loudest()).toBe(0);
    await view.click("[data-sound=off]");
    await hearsBell(view);
    await until("nothing says any more that it is off", async () => !(await view.has("[data-sound=off]")));
    expect(await view.has("[data-call=ringing]")).toBe(true);
    call.cancel();
  });

  it("a tab that nobody looks at tells of the caller by a notification", async () => {
    const view = await untouched();
    await view.focused(false);
    const other = await context.newPage();
    await other.bringToFront();
    await until("the workspace has no focus", async () => !(await view.look("document.hasFocus()")));
    const call = await trunk.call("5551000", { from: "+77025550402" });
    const notice = await until("it is told", () => view.look<{ title: string; body: string } | undefined>("window.labEars.notices.at(-1)"));
    expect(notice.title).toContain("is calling");
    expect(notice.body.replaceAll(" ", "")).toContain("77025550402");
    call.cancel();
    await other.close();
  });
});
