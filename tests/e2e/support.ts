import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";

const SHOTS = join(process.env["KOMMUTATOR_TEST_OUT"] ?? new URL("../out", import.meta.url).pathname, "screens");

/** A person at a browser of their own: cookies apart, Russian, an office screen. */
export async function person(
  browser: Browser,
  options: { dark?: boolean; locale?: string; width?: number; height?: number } = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1366, height: options.height ?? 768 },
    colorScheme: options.dark === true ? "dark" : "light",
    locale: options.locale ?? "ru-RU",
    timezoneId: "Asia/Almaty",
  });
  // Sent at once: only the test of the undo turns on what everybody has at first.
  await context.addInitScript(() => {
    if (location.protocol.startsWith("http") && localStorage.getItem("kommutator.undoSend") === null) localStorage.setItem("kommutator.undoSend", "no");
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return { context, page };
}

export async function signIn(page: Page, url: string, login: string, password: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Логин").fill(login);
  await page.locator("input[type=password]").fill(password);
  await page.getByRole("button", { name: "Войти" }).click();
  await page.getByRole("navigation").first().waitFor();
}

/** Keeps what the page looks like, for people: tests/out/screens/NAME.png. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), animations: "disabled" });
}

/** No violation of WCAG 2 A and AA that axe can see. */
export async function accessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(context: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 140)).join(" | ")}`);
  });
  expect(found).toEqual([]);
}

/** Counts the clicks of a person on a page. */
export async function countClicks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counter = globalThis as unknown as { clicks: number };
    counter.clicks = 0;
    document.addEventListener("pointerdown", () => (counter.clicks += 1), true);
  });
  return () => page.evaluate(() => (globalThis as unknown as { clicks: number }).clicks);
}

/** Errors that a page throws or prints fail the test that ends with `check`. */
export function listen(page: Page): { check(): void } {
  const heard: string[] = [];
  page.on("pageerror", (error) => heard.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource|WebSocket connection|AudioContext/.test(message.text()))
      heard.push(message.text().slice(0, 300));
  });
  return { check: () => expect(heard).toEqual([]) };
}
