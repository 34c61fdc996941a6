import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { until } from "../lab/support/wait.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { type ChannelDriver, png, sound } from "./drivers/driver.ts";
import { email } from "./drivers/mail.ts";
import { telegram, viber, vk } from "./drivers/messengers.ts";
import { smsHttp, smsSmpp, webChat, webForm } from "./drivers/plain.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const ORDER = ["queued", "sent", "delivered", "read"];
// What a hostile customer writes and calls his file: none of it may ever run.
const HOSTILE = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>javascript:window.hacked=1`;
const HOSTILE_NAME = `"><img src=x onerror=window.hacked=1>.png`;
const makers = { "web-chat": webChat, email, "sms-http": smsHttp, "sms-smpp": smsSmpp, telegram, viber, vk, "web-form": webForm };

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

const reply = () => page.getByLabel("Ответ клиенту");
async function beginReply(): Promise<void> {
  await reply().waitFor();
  await page.keyboard.press("r");
  await until("the caret stands in the reply", async () => reply().evaluate((each) => each === document.activeElement));
}
async function answer(text: string): Promise<void> {
  await beginReply();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

describe("a customer writes, is seen, answered by keyboard, and the answer is seen to arrive", () => {
  test.each(Object.keys(makers))("%s", async (kind) => {
    const driver = drivers.get(kind) as ChannelDriver;
    await driver.say(`Вопрос по каналу ${kind}`);
    const thread = await open(kind);
    await thread.getByText(`Вопрос по каналу ${kind}`).waitFor();

    if (driver.edit !== undefined) {
      await driver.edit(`Исправленный вопрос по каналу ${kind}`);
      const edited = thread.locator('article[data-direction="in"]').filter({ hasText: `Исправленный вопрос по каналу ${kind}` });
      await edited.getByText("изменено").waitFor();
    }
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

/** A dialog of mine on this channel, opened by the keyboard. */
async function reopen(kind: string): Promise<Locator> {
  await page.goto(`${house.url}/dialogs`);
  const row = page.locator("a[data-dialog]").filter({ has: page.locator(`[data-kind="${kind}"]`) });
  await row.first().focus();
  await page.keyboard.press("Enter");
  const thread = page.getByRole("log", { name: "Переписка" });
  await thread.waitFor();
  return thread;
}
const received = (kind: string) => async () => (await drivers.get(kind)?.received?.()) ?? [];

describe("the composer", () => {
  test("takes a canned answer by / and two letters, fills its variables, and sends nothing while one is open", async () => {
    await admin.post("/canned-answers", {
      scope: "all",
      title: "Срок доставки",
      shortcut: "дост",
      body: "{{agent.firstName}} отвечает: везём {{сколько}} дня.",
    });
    await reopen("web-chat");
    await beginReply();
    await page.keyboard.type("/до");
    await page.getByRole("option", { name: /Срок доставки/ }).waitFor();
    await page.keyboard.press("Enter");
    await until("the text is there", async () => /отвечает: везём/.test(await reply().inputValue()));
    expect(await reply().inputValue()).not.toContain("agent.firstName");
    await page.locator("[data-variables]").getByRole("button", { name: "сколько" }).waitFor();
    expect(await page.getByRole("button", { name: "Отправить", exact: true }).isDisabled()).toBe(true);
    await screenshot(page, "composer-canned");
    await accessible(page);
    await page.locator("[data-variables]").getByRole("button", { name: "сколько" }).press("Enter");
    await page.keyboard.type("три");
    await page.keyboard.press("Enter");
    await until("the customer has it", async () => (await received("web-chat")()).some((text) => text.endsWith("отвечает: везём три дня.")));
  });

  test("says what an SMS costs and that it carries no file", async () => {
    await reopen("sms-http");
    await beginReply();
    await page.keyboard.type("a".repeat(150));
    await page.getByText(/^1 SMS/).waitFor();
    await page.getByRole("button", { name: "Эмодзи" }).press("Enter");
    const search = page.getByLabel("Поиск: спасибо");
    await until("the caret stands in the search", async () => (await search.count()) > 0 && search.evaluate((each) => each === document.activeElement));
    await page.keyboard.type("спасибо");
    await page.keyboard.press("Enter");
    await page.getByText(/^3 SMS .*без 🙏 было бы 1/).waitFor();
    await page.getByRole("button", { name: "В этом канале нельзя отправлять файлы" }).waitFor();
    await screenshot(page, "composer-sms");
    await accessible(page);
    await reply().fill("");
  });

  test("takes a pasted picture with its progress, answers a message, and both reach the customer", async () => {
    const thread = await reopen("telegram");
    const asked = thread.locator('article[data-direction="in"]').filter({ hasText: "вопрос по каналу telegram" });
    await asked.hover();
    await asked.getByRole("button", { name: "Ответить на это сообщение" }).press("Enter");
    await until("the caret stands in the reply", async () => reply().evaluate((each) => each === document.activeElement));
    await reply().evaluate(
      (field, bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "снимок.png", { type: "image/png" }));
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      },
      [...png()],
    );
    await page.getByRole("button", { name: "Убрать снимок.png" }).waitFor();
    await screenshot(page, "composer-reply-with-file");
    await page.keyboard.type("Вот снимок");
    await page.keyboard.press("Enter");
    await until("the customer has it", async () => (await received("telegram")()).includes("Вот снимок"));
    const sent = thread.locator('article[data-direction="out"]').filter({ hasText: "Вот снимок" });
    await sent.getByRole("button", { name: /вопрос по каналу telegram/ }).press("Enter");
    await asked.and(page.locator("[data-found]")).waitFor();
    expect(await sent.locator("img").evaluate((each) => (each as HTMLImageElement).naturalWidth)).toBe(64);
  });
});

test("writing first to a number opens the dialog; a channel that cannot says why", async () => {
  await page.goto(`${house.url}/dialogs`);
  await page.getByRole("button", { name: "Написать" }).first().press("Enter");
  const box = page.getByRole("dialog", { name: "Написать первым" });
  await box.getByLabel("Номер или адрес").fill("+7 701 555 04 04");
  await box.getByRole("radio", { name: /e2e sms-http/ }).check();
  await box.getByLabel("Сообщение").fill("Здравствуйте! Ваш заказ готов.");
  await screenshot(page, "start-dialog");
  await accessible(page);
  await box.getByLabel("Сообщение").press("Control+Enter");
  await page.waitForURL(/\/dialogs\/[0-9a-f-]{36}/);
  await page.getByRole("log", { name: "Переписка" }).getByText("Ваш заказ готов").waitFor();
});

test("a colleague's mention rings the bell and leads to the note", async () => {
  const { items } = await admin.get<{ items: { id: string; channelKind: string }[] }>("/dialogs?view=all&limit=200");
  const dialog = items.find((each) => each.channelKind === "telegram");
  const { employees } = await admin.get<{ employees: { id: string; name: string }[] }>("/catalogues");
  const dana = employees.find((each) => each.name === "Ким Дана") ?? employees.find((each) => each.name.includes("Дана"));
  await page.goto(`${house.url}/settings/canned`);
  await admin.post(`/dialogs/${dialog?.id}/messages`, {
    clientKey: crypto.randomUUID(),
    text: `@${dana?.name} посмотрите, пожалуйста`,
    internal: true,
    mentions: [dana?.id],
  });
  const bell = page.getByRole("button", { name: /Уведомления/ });
  await bell.filter({ hasText: "1" }).waitFor();
  await screenshot(page, "canned-page");
  await bell.press("Enter");
  await page.getByRole("region", { name: "Уведомления" }).getByText("посмотрите, пожалуйста").waitFor();
  await screenshot(page, "notifications");
  await accessible(page);
  await page
    .getByRole("region", { name: "Уведомления" })
    .getByRole("button", { name: /посмотрите/ })
    .press("Enter");
  await page.locator("[data-found]").getByText("посмотрите, пожалуйста").waitFor();
  await until("nothing is unread", async () => (await bell.textContent())?.includes("1") !== true);
  errors.check();
});

test("the administrator adds a channel by its own form, tests it for real, and never reads its secret back", async () => {
  const { context: office, page: desk } = await person(browser, { dark: true, width: 1280, height: 800 });
  const heard = listen(desk);
  await signIn(desk, house.url, "admin", FIRST);
  await desk.goto(`${house.url}/settings/channels`);
  const kinds = await admin.get<{ kind: string; fields: { name: string }[] }[]>("/channels/kinds");
  for (const { kind, fields } of kinds) {
    await desk.getByRole("button", { name: "Подключить канал" }).click();
    await desk.locator(`[role=menuitem][data-channel-kind="${kind}"]`).click();
    const form = desk.getByRole("dialog");
    await form.getByRole("textbox").first().waitFor();
    const more = form.getByRole("button", { name: /^Ещё \d+ настро/ });
    if ((await more.count()) > 0) await more.click();
    for (const { name } of fields) expect([kind, name, await form.getByText(name, { exact: true }).count()]).toEqual([kind, name, 0]);
    if (kind === "vk") {
      await screenshot(desk, "channel-form-vk-dark");
      await accessible(desk);
    }
    await form.getByRole("button", { name: "Отмена" }).click();
    await form.waitFor({ state: "detached" });
  }

  const driver = await telegram();
  drivers.set("telegram of the form", driver);
  const { token, apiUrl } = driver.config(house.url);
  await desk.getByRole("button", { name: "Подключить канал" }).click();
  await desk.locator('[role=menuitem][data-channel-kind="telegram"]').click();
  const form = desk.getByRole("dialog");
  await form.getByLabel("Название").fill("Бот из формы");
  await form.getByRole("button", { name: /^Ещё/ }).click();
  await form.getByLabel("Адрес Bot API").fill(String(apiUrl));
  await form.getByLabel("Токен бота").fill("wrong");
  await form.getByRole("button", { name: /Сохранить/ }).click();
  await form.getByText("This is not a bot token", { exact: false }).waitFor();
  await form.getByLabel("Токен бота").fill(String(token));
  await desk.keyboard.press("Control+s");
  await form.getByRole("button", { name: "Заменить: Токен бота" }).waitFor();
  expect(await form.innerHTML()).not.toContain(String(token));
  await until("the test answers in words", async () => {
    await form.getByRole("button", { name: "Проверить" }).click();
    return form
      .getByText("Работает", { exact: true })
      .waitFor({ timeout: 3_000 })
      .then(
        () => true,
        () => false,
      );
  });
  await screenshot(desk, "channel-page-dark");
  await accessible(desk);
  await driver.down?.();
  await form.getByRole("button", { name: "Проверить" }).click();
  await form.getByRole("alert").getByText("Не работает").waitFor({ timeout: 40_000 });
  await form.getByRole("tab", { name: "Обмен" }).click();
  await screenshot(desk, "channel-exchange-dark");
  heard.check();
  await office.close();
});

test("a dead channel holds its own answers and no other's, and they go out when it is back", async () => {
  const dead = drivers.get("telegram") as ChannelDriver;
  const alive = drivers.get("web-chat") as ChannelDriver;
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
