import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { Visitor } from "../support/visitor.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const WORDS = [
  "Здравствуйте, есть ли в наличии офисные кресла?",
  "Сәлеметсіз бе, тапсырысым қайда?",
  "Доброго дня! Скільки коштує доставка?",
  "Hello, do you deliver to Almaty?",
];
const PAGES = [
  "dialogs",
  "inquiries",
  "customers",
  "leads",
  "interests",
  "events",
  "events/work",
  "tasks",
  "notifications",
  "calls",
  "profile",
  "supervisor",
  "supervisor/absences",
  "settings/channels",
  "settings/people",
  "settings/departments",
  "settings/calendars",
  "settings/queues",
  "settings/skills",
  "settings/what-if",
  "settings/canned",
];
let house: HouseProcess;
let browser: Browser;
let chatId: string;
let agentPassword: string;

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST, TRUST_PROXY: "true" } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[]; chatUrl: string }>("/setup/sample");
  chatId = sample.chatUrl.split("/").at(-1) as string;
  agentPassword = sample.people.find((p) => p.login === "dana")?.password as string;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

/** Goes there as a link does: within the page that is loaded. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/${path}`);
  await settled(page);
}

/** The page has its data: no skeleton is left. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await eventually("no skeleton is left", async () => (await page.locator("[data-animate=true].mantine-Skeleton-root, .mantine-Loader-root").count()) === 0);
}

describe("every page, as the administrator of the sample company sees it", () => {
  test("in light and in dark: without a violation that axe sees, and without an error in the console", async () => {
    const { context, page } = await person(browser);
    const errors = listen(page);
    await signIn(page, house.url, "admin", FIRST);
    for (const path of PAGES) {
      await go(page, path);
      for (const scheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor({ state: "attached" });
        await screenshot(page, `${path.replace("/", "-")}-${scheme}`);
        await accessible(page);
      }
    }
    errors.check();
    await context.close();
  });

  test("in each of the four languages no key is shown instead of a text", async () => {
    const admin = await ApiClient.login(house.url, "admin", FIRST);
    for (const locale of ["en", "kk", "uk", "ru"]) {
      await admin.patch("/me", { locale });
      const { context, page } = await person(browser);
      await page.goto(house.url);
      await page.locator("input").first().fill("admin");
      await page.locator("input[type=password]").fill(FIRST);
      await page.keyboard.press("Enter");
      await page.getByRole("navigation").first().waitFor();
      for (const path of ["dialogs", "interests", "supervisor", "settings/channels"]) {
        await go(page, path);
        await screenshot(page, `${path.replace("/", "-")}-${locale}`);
        expect(await page.locator("body").textContent()).not.toMatch(/\b[a-z]+:[a-z]+\.[a-zA-Z.]+\b|\b(?:common|dialogs|settings|supervisor)\.[a-z]+\.[a-z]+/);
      }
      await context.close();
    }
  });
});

test("an agent with three hundred waiting dialogs: the list is there at once, moves by keyboard, and shows who waits longest first", async () => {
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  for (let i = 0; i < 300; i += 20)
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) =>
        (await Visitor.arrive(house.url, chatId, `198.51.100.${(i + n) % 250}`)).say(WORDS[n % 4] as string, {
          claims: { name: `Посетитель ${i + n + 1}`, phone: `+7701${String(2_000_000 + i + n)}` },
        }),
      ),
    );
  await eventually("all are in the queue", async () => (await admin.get<{ items: unknown[] }>("/dialogs?view=queue&limit=200")).items.length === 200, 60_000);
  const { context, page } = await person(browser, { width: 1920, height: 1080 });
  const errors = listen(page);
  await signIn(page, house.url, "dana", agentPassword);
  await page.getByText("Очередь").first().click();
  await page.getByText("Посетитель 1", { exact: false }).first().waitFor();
  await screenshot(page, "three-hundred");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.getByRole("complementary").first().waitFor();
  await settled(page);
  await screenshot(page, "three-hundred-opened");
  await accessible(page);
  await page.locator("[data-phone]").first().click();
  await page.getByRole("menu").waitFor();
  await screenshot(page, "presence-menu");
  await accessible(page);
  errors.check();
  await context.close();
});
