import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { until } from "../lab/support/wait.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { type ChannelDriver, png, sound } from "./drivers/driver.ts";
import { telegram, viber, vk } from "./drivers/messengers.ts";
import { smsHttp, smsSmpp, webChat, webForm } from "./drivers/plain.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const ORDER = ["queued", "sent", "delivered", "read"];
// What a hostile customer writes and calls his file: none of it may ever run.
const HOSTILE = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>javascript:window.hacked=1`;
const HOSTILE_NAME = `"><img src=x onerror=window.hacked=1>.png`;
const makers = { "web-chat": webChat, "sms-http": smsHttp, "sms-smpp": smsSmpp, telegram, viber, vk, "web-form": webForm };

let house: HouseProcess;
let admin: ApiClient;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let errors: { check(): void };
const drivers = new Map<string, ChannelDriver>();
const channels = new Map<string, string>();

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
  const [first] = await admin.get<{ queueId: string }[]>("/channels");
  browser = await launchBrowser();
  await Promise.all(
    Object.entries(makers).map(async ([kind, make]) => {
      const driver = await make();
      drivers.set(kind, driver);
      const { id } = await admin.post<{ id: string }>("/channels", {
        kind,
        name: `e2e ${kind}`,
        queueId: first?.queueId,
        config: driver.config(house.url),
      });
      channels.set(kind, id);
    }),
  );
  await eventually("every channel is up", async () => {
    const rows = await admin.get<{ id: string; status: { state: string; detail: string | null } }[]>("/channels");
    const late = rows.filter((row) => [...channels.values()].includes(row.id) && row.status.state !== "up");
    if (late.length > 0) throw new Error(JSON.stringify(late.map((row) => row.status)));
    return true;
  });
  for (const [kind, driver] of drivers) await driver.opened?.(house.url, channels.get(kind) as string);
  ({ context, page } = await person(browser));
  errors = listen(page);
  await signIn(page, house.url, "dana", sample.people.find((each) => each.login === "dana")?.password as string);
}, 180_000);

afterAll(async () => {
  await context?.close();
  await browser?.close();
  await house?.close();
  await Promise.all([...drivers.values()].map((driver) => driver.close()));
});

/** The dialog of this channel, opened from the queue by the keyboard. */
async function open(kind: string): Promise<Locator> {
  await page.goto(`${house.url}/dialogs?view=queue`);
  const row = page.locator("a[data-dialog]").filter({ has: page.locator(`[data-kind="${kind}"]`) });
  await row.first().waitFor();
  await row.first().focus();
  await page.keyboard.press("Enter");
  const thread = page.getByRole("log", { name: "Переписка" });
  await thread.waitFor();
  return thread;
}

async function answer(text: string): Promise<void> {
  await page.keyboard.press("r");
  const field = page.getByLabel("Ответ клиенту");
  await until("the caret stands in the reply", async () => field.evaluate((each) => each === document.activeElement));
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

describe("a customer writes, is seen, answered by keyboard, and the answer is seen to arrive", () => {
  test.each(Object.keys(makers))("%s", async (kind) => {
    const driver = drivers.get(kind) as ChannelDriver;
    await driver.say(`Вопрос по каналу ${kind}`);
    const thread = await open(kind);
    await thread.getByText(`Вопрос по каналу ${kind}`).waitFor();

    await driver.say(HOSTILE);
    await thread.getByText("window.hacked=1", { exact: false }).first().waitFor();
    if (driver.sendPicture !== undefined) {
      await driver.sendPicture(HOSTILE_NAME, png());
      const picture = thread.locator("button img").last();
      await until(
        "the picture is shown",
        async () => (await picture.count()) > 0 && (await picture.evaluate((each) => (each as HTMLImageElement).naturalWidth)) === 64,
      );
      await picture.locator("..").press("Enter");
      await page.getByRole("dialog").locator("img").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    if (driver.sendSound !== undefined) {
      await driver.sendSound(sound());
      const audio = thread.locator("audio").last();
      await thread.getByText("0:02").last().waitFor();
      await thread.getByRole("button", { name: "Слушать" }).last().press("Enter");
      await until("it plays", async () => audio.evaluate((each) => (each as HTMLAudioElement).duration > 1.9 && (each as HTMLAudioElement).currentTime > 0));
    }

    if (driver.received === undefined) {
      await page.locator('[data-cannot="unsupported"]').waitFor();
      expect(await page.getByLabel("Ответ клиенту").count()).toBe(0);
    } else {
      await answer(`Ответ по каналу ${kind}`);
      const mine = thread.locator('article[data-direction="out"]').filter({ hasText: `Ответ по каналу ${kind}` });
      await until("the customer has the answer", async () => (await driver.received?.())?.some((text) => text.includes(`Ответ по каналу ${kind}`)));
      await driver.arrives?.();
      const best = ORDER.indexOf(driver.best ?? "sent");
      await until(`its state is ${driver.best}`, async () => {
        const state = await mine.locator("[data-delivery]").getAttribute("data-delivery");
        return ORDER.indexOf(state ?? "") >= best;
      });
    }
    expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
    await screenshot(page, `channel-${kind}`);
    await accessible(page);
    errors.check();
  });
});

test("a dead channel holds its own answers and no other's, and they go out when it is back", async () => {
  const dead = drivers.get("telegram") as ChannelDriver;
  const alive = drivers.get("web-chat") as ChannelDriver;
  const reopen = async (kind: string) => {
    await page.goto(`${house.url}/dialogs`);
    const row = page.locator("a[data-dialog]").filter({ has: page.locator(`[data-kind="${kind}"]`) });
    await row.first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("log", { name: "Переписка" }).waitFor();
  };
  await reopen("telegram");
  await dead.down?.();
  await answer("Пока телеграм молчит");
  await page.locator('article[data-direction="out"]').filter({ hasText: "Пока телеграм молчит" }).waitFor();
  await reopen("web-chat");
  const before = performance.now();
  await answer("Чат отвечает сразу");
  await until("the chat's answer arrives", async () => (await alive.received?.())?.includes("Чат отвечает сразу"));
  expect(performance.now() - before).toBeLessThan(3_000);
  expect(await dead.received?.()).not.toContain("Пока телеграм молчит");
  await dead.up?.();
  await until("the dead channel's answer arrives", async () => (await dead.received?.())?.includes("Пока телеграм молчит"), { timeoutMs: 60_000 });
});
