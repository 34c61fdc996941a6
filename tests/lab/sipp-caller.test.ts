import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { person, screenshot, signIn } from "../e2e/support.ts";
import { linearToUlaw, share, sine } from "./support/audio.ts";
import { launchBrowser } from "./support/browser.ts";
import { type HouseLab, knownCustomer, startHouseLab } from "./support/house-lab.ts";
import { heardBy } from "./support/pcap.ts";
import { until } from "./support/wait.ts";
import { hearsTone } from "./support/workspace-page.ts";

// The same talk with a caller that is not ours: sipp, and the sound read from the wire by tcpdump.
const KNOWN = "+77011112233";
let lab: HouseLab;
let browser: Browser;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "kommutator-sipp-"));
  await cp(new URL("./sipp/tone-caller.xml", import.meta.url).pathname, join(dir, "caller.xml"));
  await writeFile(join(dir, "tone440.ulaw"), Uint8Array.from(sine(440, 8000 * 10), linearToUlaw));
  lab = await startHouseLab({ channel: { phones: "webrtc" }, env: { UI_DIR: new URL("../../agent-ui/dist", import.meta.url).pathname } });
  await knownCustomer(lab, KNOWN);
  browser = await launchBrowser({ microphoneHz: 600 });
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await lab?.close();
  await rm(dir, { recursive: true, force: true });
});

const ended = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null ? child.exitCode : ((await once(child, "exit"))[0] as number | null);

it("a sipp caller and an agent's browser hear each other's tone, and both sides end when the agent hangs up", async () => {
  const { page } = await person(browser);
  const { login, password } = lab.company.employees.aigul;
  await signIn(page, lab.house.url, login, password);
  await page.waitForSelector("[data-line=ready]");
  await page.getByRole("button", { name: /Начать работу|Start work/ }).click();
  await page.waitForSelector("[data-state=idle][data-phone=ready]");

  const { trunkHost, trunkPort, ip, sipPort } = lab.asterisk;
  const capture = join(dir, "talk.pcap");
  const dump = spawn("tcpdump", ["-i", "lo", "-U", "-w", capture, "udp", "and", "dst", "host", trunkHost], { stdio: ["ignore", "ignore", "pipe"] });
  await once(dump.stderr, "data"); // it says that it listens
  const sipp = spawn(
    "sipp",
    [
      `${ip}:${sipPort}`,
      "-sf",
      "caller.xml",
      "-i",
      trunkHost,
      "-mi",
      trunkHost,
      "-p",
      String(trunkPort),
      "-m",
      "1",
      "-s",
      "5551000",
      "-set",
      "cid",
      KNOWN,
      "-nostdin",
      "-timeout",
      "60",
    ],
    { cwd: dir, stdio: "ignore" },
  );
  await page.waitForSelector("[data-call=ringing]");
  await page.waitForSelector("[data-incoming-card]");
  await screenshot(page, "call-ringing");
  await page.keyboard.press("F2");
  await page.waitForSelector("[data-call=talking][data-leg=up]");
  await screenshot(page, "call-talking");
  await until("the caller hears the agent's 600 Hz on the wire", async () => share(heardBy(await readFile(capture), trunkHost).slice(-8000), 600) > 0.5, {
    timeoutMs: 15_000,
    everyMs: 200,
  });
  await hearsTone(page, 440);
  await page.keyboard.press("F4");
  expect(await ended(sipp)).toBe(0);
  dump.kill("SIGINT");
  await ended(dump);
});
