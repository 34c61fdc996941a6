import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@kommutator/gateway/db/pool";
import type { Page } from "playwright-core";
import { boardReady, watchBoard } from "../e2e/board.ts";
import { person, signIn } from "../e2e/support.ts";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, startHouseProcess } from "../support/house.ts";
import { fillBoard } from "./kanban-data.ts";
import type { BenchResult } from "./run.ts";

const CARDS = Number(process.env["KANBAN_CARDS"] ?? 1000);
const ROUNDS = Number(process.env["KANBAN_ROUNDS"] ?? 20);
const BUDGET_MS = 1000;
const FIRST = "first-password";

/**
 * A board of 1,000 cards in Chromium over the whole house: from opening it until its cards are painted and a key moves the focus, once
 * out of the list as people do, once as a page loaded anew; and a card moved by the keyboard until the server has said yes.
 */
export default async function run(): Promise<BenchResult> {
  const dir = await mkdtemp(join(tmpdir(), "kommutator-kanban-"));
  const given = process.env["UI_DIR"];
  if (given === undefined) {
    const built = spawnSync("npx", ["vite", "build", "--outDir", join(dir, "ui"), "--logLevel", "error"], {
      cwd: new URL("../../agent-ui", import.meta.url).pathname,
    });
    if (built.status !== 0) throw new Error(`the workspace was not built: ${built.stderr.toString()}`);
  }
  const house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST, UI_DIR: given ?? join(dir, "ui") } });
  const browser = await launchBrowser();
  try {
    const admin = await ApiClient.login(house.url, "admin", FIRST);
    await admin.post("/setup/sample");
    const sql = connect(house.databaseUrl, { max: 1 });
    const kindId = await fillBoard(sql, "sale", CARDS);
    await sql.end();
    const { page } = await person(browser);
    await watchBoard(page);
    await signIn(page, house.url, "admin", FIRST);
    const api: number[] = [];
    const [opened, loaded, moved]: number[][] = [[], [], []];
    let cards = 0;
    for (let round = 0; round < ROUNDS + 2; round++) {
      const began = performance.now();
      cards = (await admin.get<{ cards: unknown[] }>(`/interests/board?kindId=${kindId}`)).cards.length;
      const answered = performance.now() - began;
      const times = [answered, await openFromList(page, house.url), await loadAnew(page), await moveByKeyboard(page)];
      // The first rounds warm the house and the browser's cache.
      if (round >= 2) for (const [n, list] of [api, opened, loaded, moved].entries()) list?.push(times[n] as number);
    }
    const figures = {
      cards,
      board: quantiles(api),
      openedFromTheList: quantiles(opened ?? []),
      loadedAnew: quantiles(loaded ?? []),
      moved: quantiles(moved ?? []),
    };
    const budget = (name: string, p95: number) => ({ name, limit: `p95 < ${BUDGET_MS} ms`, measured: `${p95} ms`, pass: p95 < BUDGET_MS });
    return {
      name: "kanban",
      conditions: { cards, rounds: ROUNDS, load: Number((loadavg()[0] ?? 0).toFixed(1)), viewport: "1366x768" },
      figures,
      budgets: [
        budget(`${cards} cards interactive, opened from the list`, figures.openedFromTheList.p95),
        budget(`${cards} cards interactive, page loaded anew`, figures.loadedAnew.p95),
      ],
    };
  } finally {
    await browser.close();
    await house.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function openFromList(page: Page, url: string): Promise<number> {
  await page.goto(`${url}/interests`);
  await page.locator("tbody tr").first().waitFor();
  // The press on "board" in the switch of views, timed in the page itself.
  const began = await page.evaluate(() => {
    const at = performance.now();
    document.querySelector<HTMLInputElement>("input[type=radio][value='/interests/board']")?.click();
    return at;
  });
  return (await boardReady(page)) - began;
}

async function loadAnew(page: Page): Promise<number> {
  await page.reload({ waitUntil: "commit" });
  return boardReady(page);
}

/** The card that has the focus goes one stage on, until the server has said yes. */
async function moveByKeyboard(page: Page): Promise<number> {
  const began = performance.now();
  const answer = page.waitForResponse((r) => /\/interests\/[^/]+\/stage$/.test(new URL(r.url()).pathname));
  await page.keyboard.press("Shift+ArrowRight");
  const status = (await answer).status();
  if (status !== 200) throw new Error(`the move was refused with ${status}`);
  return performance.now() - began;
}

function quantiles(times: number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
