import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { ApiClient } from "../../support/house.ts";
import type { HouseLab } from "./house-lab.ts";
import { until } from "./wait.ts";

/** Where the built workspace is, for the house (`UI_DIR`). Throws when it is not built. */
export function builtWorkspace(): string {
  const ui = new URL("../../../agent-ui/dist", import.meta.url).pathname;
  if (!existsSync(join(ui, "index.html"))) throw new Error("the workspace is not built: npm run build");
  return ui;
}

/** Logs in, waits for the telephone, and starts work. */
export async function startWork(lab: HouseLab, page: Page, name: "aigul" | "bolat" | "dana"): Promise<void> {
  page.setDefaultTimeout(30_000);
  await page.goto(lab.house.url);
  const { login, password } = lab.company.employees[name];
  await page.locator("input").first().fill(login);
  await page.locator("input[type=password]").fill(password);
  await page.keyboard.press("Enter");
  await line(page, "ready");
  // A machine busy with other suites may answer "overloaded": the agent presses again.
  await until(
    "the agent is ready",
    async () => {
      const start = page.getByRole("button", { name: "Start work" });
      if (await start.isVisible()) await start.click();
      return page.locator("[data-state=idle][data-phone=ready]").isVisible();
    },
    { timeoutMs: 30_000, everyMs: 500 },
  );
}

/** Ends the minutes after a call, if there are any, and waits until the workspace shows its agent ready. */
export async function wrapUp(lab: HouseLab, page: Page, name: "aigul" | "bolat" | "dana"): Promise<void> {
  const { login, password } = lab.company.employees[name];
  const agent = await ApiClient.login(lab.house.url, login, password);
  await until("the agent is idle", async () => {
    const { state } = await agent.get<{ state: string }>("/presence/me");
    if (state === "wrapup") await agent.post("/presence/me/wrapup", { action: "finish" });
    return state === "idle";
  });
  await page.waitForSelector("[data-state=idle]");
}

export const line = (page: Page, state: "ready" | "lost" | "registering", timeout = 30_000) => page.waitForSelector(`[data-line=${state}]`, { timeout });
export const phase = (page: Page, state: "idle" | "ringing", timeout = 30_000) => page.waitForSelector(`[data-call=${state}]`, { timeout });
export const talking = (page: Page, timeout = 30_000) => page.waitForSelector("[data-call=talking][data-leg=up]", { timeout });

/** Waits until the loudest tone in what the workspace plays of the talk is this one. */
export const hearsTone = (page: Page, hz: number) =>
  until(`the agent hears ${hz} Hz`, async () => Math.abs((await page.evaluate(loudestOfTalk)) - hz) < 15, { timeoutMs: 15_000, everyMs: 100 });

async function loudestOfTalk(): Promise<number> {
  const element = document.getElementById("remote-audio") as HTMLAudioElement;
  if (!(element.srcObject instanceof MediaStream) || element.paused) return 0;
  const audio = new AudioContext();
  await audio.resume();
  const analyser = audio.createAnalyser();
  analyser.fftSize = 8192;
  audio.createMediaStreamSource(element.srcObject).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const loudest = bins.reduce((best, value, index) => (value > (bins[best] ?? Number.NEGATIVE_INFINITY) ? index : best), 1);
  const hz = (loudest * audio.sampleRate) / analyser.fftSize;
  await audio.close();
  return hz;
}
