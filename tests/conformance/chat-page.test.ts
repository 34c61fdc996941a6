import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../lab/support/wait.ts";
import { type Company, seedCompany } from "../support/company.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let ui: string;
let db: TestDatabase;
let company: Company;
let house: HouseProcess;
let aigul: ApiClient;
let socket: Socket;
let browser: Browser;
let site: http.Server;
let channelId: string;

beforeAll(async () => {
  ui = await mkdtemp(join(tmpdir(), "kommutator-widget-"));
  for (const mode of ["production", "embed"]) {
    const built = spawnSync(
      process.execPath,
      [join(ROOT, "node_modules/vite/bin/vite.js"), "build", "--config", "vite.widget.config.ts", "--mode", mode, "--outDir", ui, "--logLevel", "warn"],
      {
        cwd: join(ROOT, "agent-ui"),
        encoding: "utf8",
      },
    );
    if (built.status !== 0) throw new Error(`The chat page does not build:\n${built.stdout}${built.stderr}`);
  }
  // A stranger's site that embeds the chat.
  site = http.createServer((_request, response) =>
    response
      .setHeader("content-type", "text/html")
      .end(`<!doctype html><title>Shop</title><h1>Shop</h1><script src="${house.url}/widget.js" data-channel="${channelId}" data-lang="ru" async></script>`),
  );
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: ui } });
  const admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  const config = {
    title: "Насосы и Компания",
    greeting: "Здравствуйте! Чем помочь?",
    allowedOrigins: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    messagesPerMinute: 1_000,
  };
  ({ id: channelId } = await admin.post<{ id: string }>("/channels", { kind: "web-chat", name: "Site", queueId: company.queueId, config }));
  await until("the chat is open", async () => (await fetch(`${house.url}/hooks/${channelId}/settings`)).ok, { timeoutMs: 20_000 });
  await atWork();
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser?.close();
  socket?.disconnect();
  await house?.close();
  await db?.drop();
  site?.close();
  await rm(ui, { recursive: true, force: true });
});

/** The agent's side: logged in, with a live socket, available. */
async function atWork(): Promise<void> {
  socket?.disconnect();
  aigul = await ApiClient.login(house.url, company.employees.aigul.login, company.employees.aigul.password);
  socket = io(house.url, { path: "/live", transports: ["websocket"], extraHeaders: { cookie: aigul.cookie } });
  await until("the live socket greets", () => socket.connected);
  await aigul.put("/presence/me", { intent: "available", reason: null });
}

async function visitor(options: Parameters<Browser["newContext"]>[0] = {}): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ locale: "ru-RU", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`${house.url}/chat/${channelId}`);
  await page
    .getByRole("status")
    .filter({ hasText: /Мы на связи|We are here/ })
    .waitFor();
  return { page, context };
}
const say = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("textbox", { name: "Ваше сообщение" }).fill(text);
  await page.getByRole("button", { name: "Отправить" }).click();
};
const stored = (body: string) =>
  until(
    `"${body}" is stored`,
    async () =>
      (
        await db.sql<{ id: string; dialog_id: string; seq: number; delivery: string | null; direction: string }[]>`SELECT * FROM message WHERE body = ${body}`
      )[0],
    { timeoutMs: 20_000 },
  );
async function take(dialogId: string): Promise<void> {
  await until(
    "the dialog is taken",
    async () => {
      await aigul.post(`/dialogs/${dialogId}/take`).catch(() => null);
      return (
        (await db.sql`SELECT 1 FROM assignment WHERE dialog_id = ${dialogId} AND employee_id = ${company.employees.aigul.id} AND ended_at IS NULL`).length > 0
      );
    },
    { timeoutMs: 20_000, everyMs: 100 },
  );
}
const answer = (dialogId: string, text: string, attachments: string[] = []) =>
  aigul.post(`/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text, attachments, takeOver: true });
const bubble = (page: Page, text: string) => page.getByRole("article").filter({ hasText: text });
const delivery = (body: string, state: string) => until(`"${body}" is ${state}`, async () => (await stored(body)).delivery === state, { timeoutMs: 20_000 });

describe("a visitor's talk with an agent", () => {
  it("goes both ways, with typing, delivered and read; a reload and a new day in another tab show the same", async () => {
    const { page, context } = await visitor();
    await bubble(page, "Здравствуйте! Чем помочь?").waitFor();
    await say(page, "Сколько стоит насос?");
    await bubble(page, "Сколько стоит насос?").getByRole("img", { name: "Отправлено" }).waitFor();
    const { dialog_id } = await stored("Сколько стоит насос?");
    await take(dialog_id);
    await aigul.post(`/dialogs/${dialog_id}/typing`);
    await page.getByText("печатает…").waitFor();
    await answer(dialog_id, "Сто тысяч");
    await bubble(page, "Сто тысяч").waitFor();
    await page.getByText("Aigul Nurlanova").first().waitFor();
    await delivery("Сто тысяч", "read");
    const heard = new Promise<{ dialogId: string }>((resolve) => socket.once("typing", resolve));
    socket.emit("watch", { dialogId: dialog_id });
    await page.getByRole("textbox", { name: "Ваше сообщение" }).pressSequentially("Беру", { delay: 20 });
    expect(await heard).toMatchObject({ dialogId: dialog_id });
    await page.keyboard.press("Enter");
    await stored("Беру");
    await page.reload();
    for (const text of ["Сколько стоит насос?", "Сто тысяч", "Беру"])
      expect(
        await bubble(page, text)
          .count()
          .then(() => bubble(page, text).waitFor()),
      ).toBeUndefined();
    expect(
      await page
        .getByRole("article")
        .allInnerTexts()
        .then((all) => all.map((text) => /насос|Сто|Беру/.exec(text)?.[0]).filter(Boolean)),
    ).toEqual(["насос", "Сто", "Беру"]);
    await context.close();
  });

  it("a page that nobody looks at has it delivered, not read", async () => {
    const { page, context } = await visitor();
    await say(page, "Я отойду");
    const { dialog_id } = await stored("Я отойду");
    await take(dialog_id);
    // Another tab comes to the front.
    await page.evaluate(() => {
      Object.defineProperty(document, "hasFocus", { configurable: true, value: () => false });
      dispatchEvent(new Event("blur"));
    });
    await answer(dialog_id, "Хорошо, ждём");
    await delivery("Хорошо, ждём", "delivered");
    expect(await page.title()).toMatch(/^\(1\)/);
    await page.evaluate(() => {
      Object.defineProperty(document, "hasFocus", { configurable: true, value: () => true });
      dispatchEvent(new Event("focus"));
    });
    await delivery("Хорошо, ждём", "read");
    await context.close();
  });

  it("what is written while we are away is kept, sent in order when we are back, and nothing is lost or doubled", async () => {
    const { page, context } = await visitor();
    await say(page, "До остановки");
    const { dialog_id } = await stored("До остановки");
    // Stored is not yet answered: until the page has heard of it, it would rightly send the message again.
    await page.getByRole("img", { name: "Ожидает отправки" }).waitFor({ state: "detached" });
    await house.kill("SIGKILL");
    await page.getByText("Нет связи").waitFor();
    for (const text of ["Первое без связи", "Второе без связи", "Третье без связи"]) await say(page, text);
    expect(await page.getByRole("img", { name: "Ожидает отправки" }).count()).toBe(3);
    // A reload without a server shows nothing new, but forgets nothing either: the next page sends it.
    await house.restart();
    await page.getByText("Мы на связи").waitFor({ timeout: 40_000 });
    await stored("Третье без связи");
    const rows = await db.sql<{ body: string }[]>`SELECT body FROM message WHERE dialog_id = ${dialog_id} AND direction = 'in' ORDER BY seq`;
    expect(rows.map((row) => row.body)).toEqual(["До остановки", "Первое без связи", "Второе без связи", "Третье без связи"]);
    await atWork();
    await context.close();
  });

  it("contacts become unverified contact points, files go both ways, and the end is said", async () => {
    const { page, context } = await visitor();
    await say(page, "Перезвоните мне");
    const { dialog_id } = await stored("Перезвоните мне");
    await page.getByRole("button", { name: "Оставить контакты" }).first().click();
    await page.getByRole("textbox", { name: "Имя" }).fill("Айгерим");
    await page.getByRole("textbox", { name: "Телефон" }).fill("8 701 555-66-77");
    await page.getByRole("form", { name: "Оставить контакты" }).getByRole("button", { name: "Оставить контакты" }).click();
    const point = await until(
      "the phone is a contact point",
      async () => (await db.sql<{ verified_at: Date | null }[]>`SELECT verified_at FROM contact_point WHERE value_norm = '+77015556677'`)[0],
      { timeoutMs: 20_000 },
    );
    expect(point.verified_at).toBeNull();
    await page.locator("input[type=file]").setInputFiles({ name: "План № 1.txt", mimeType: "text/plain", buffer: Buffer.from("план") });
    await bubble(page, "План № 1.txt").waitFor();
    const file = await until(
      "the file is kept",
      async () =>
        (
          await db.sql<
            { blob_id: string; name: string; bytes: number }[]
          >`SELECT a.blob_id, a.name, a.bytes FROM message_attachment a JOIN message m ON m.id = a.message_id WHERE m.dialog_id = ${dialog_id}`
        )[0],
      { timeoutMs: 20_000 },
    );
    expect(file).toMatchObject({ name: "План № 1.txt", bytes: 8 });
    await take(dialog_id);
    await answer(dialog_id, "Вот ваш план", [file.blob_id]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      bubble(page, "Вот ваш план")
        .getByRole("button", { name: /Скачать/ })
        .click(),
    ]);
    const { readFile } = await import("node:fs/promises");
    expect(await readFile(await download.path(), "utf8")).toBe("план");
    page.on("dialog", (dialog) => void dialog.accept());
    await page.getByRole("button", { name: "Завершить чат" }).click();
    await page.getByText("Чат завершён").waitFor();
    await until("the dialog is closed", async () => (await db.sql`SELECT 1 FROM dialog WHERE id = ${dialog_id} AND closed_at IS NOT NULL`).length > 0, {
      timeoutMs: 20_000,
    });
    await say(page, "Ещё вопрос");
    const next = await stored("Ещё вопрос");
    expect(next.dialog_id).not.toBe(dialog_id);
    await context.close();
  });

  it("text from either side never becomes markup, and another visitor's token opens nothing", async () => {
    const { page, context } = await visitor();
    const attack = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script> https://ok.example/a javascript:alert(1)';
    await say(page, attack);
    const { dialog_id } = await stored(attack);
    await take(dialog_id);
    await answer(dialog_id, `${attack} ответ`);
    await bubble(page, "ответ").waitFor();
    expect(await page.title()).not.toBe("owned");
    expect(await page.locator("article img[src], article script").count()).toBe(0);
    expect(await page.locator("article a").evaluateAll((links) => links.map((link) => link.getAttribute("href")))).toEqual([
      "https://ok.example/a",
      "https://ok.example/a",
    ]);
    const other = await visitor();
    expect(await bubble(other.page, "ok.example").count()).toBe(0);
    await other.context.close();
    await context.close();
  });
});

describe("the page", () => {
  it.each([
    ["on a desktop, light", { colorScheme: "light" as const, viewport: { width: 1280, height: 800 } }],
    ["on a desktop, dark", { colorScheme: "dark" as const, viewport: { width: 1280, height: 800 } }],
    ["on a phone, light", { colorScheme: "light" as const, viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }],
    ["on a phone, dark", { colorScheme: "dark" as const, viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }],
  ])("%s has no fault that axe finds, empty, full, and with its form open", async (name, options) => {
    const { page, context } = await visitor(options);
    const faults = async (): Promise<string[]> => {
      const results = await page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })");
      return (results as { violations: { id: string; nodes: { html: string }[] }[] }).violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`);
    };
    await page.evaluate(await (await import("node:fs/promises")).readFile(AXE, "utf8"));
    expect(await faults()).toEqual([]);
    const text = `Вопрос ${name}`;
    await say(page, text);
    const { dialog_id } = await stored(text);
    await take(dialog_id);
    await answer(dialog_id, `Ответ ${name} https://house.example/price`);
    await bubble(page, `Ответ ${name}`).waitFor();
    await page.getByRole("button", { name: "Оставить контакты" }).first().click();
    await page.getByRole("textbox", { name: "Телефон" }).waitFor();
    expect(await faults()).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    if (process.env["SCREENSHOTS"]) await page.screenshot({ path: join(process.env["SCREENSHOTS"], `${name}.png`) });
    await page.getByRole("button", { name: "Отмена" }).click();
    if (process.env["SCREENSHOTS"]) await page.screenshot({ path: join(process.env["SCREENSHOTS"], `${name} talk.png`) });
    await context.close();
  });

  it.each([
    ["ru-RU", "Отправить"],
    ["kk-KZ", "Жіберу"],
    ["uk-UA", "Надіслати"],
    ["en-GB", "Send"],
    ["de-DE", "Send"],
  ])("speaks %s", async (locale, label) => {
    const context = await browser.newContext({ locale });
    const page = await context.newPage();
    await page.goto(`${house.url}/chat/${channelId}`);
    await page.getByRole("button", { name: label }).waitFor();
    await context.close();
  });
});

describe("the script on somebody's site", () => {
  it("opens the chat in a frame on an allowed site, by keyboard too, and shows what is unread", async () => {
    const context = await browser.newContext({ locale: "ru-RU" });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    const open = page.getByRole("button", { name: "Открыть чат" });
    await open.focus();
    await page.keyboard.press("Enter");
    const frame = page.frameLocator("iframe");
    await frame.getByText("Мы на связи").waitFor();
    await frame.getByRole("textbox", { name: "Ваше сообщение" }).fill("Я с сайта");
    await frame.getByRole("button", { name: "Отправить" }).click();
    const { dialog_id } = await stored("Я с сайта");
    await take(dialog_id);
    await page.getByRole("button", { name: "Закрыть чат" }).click();
    await answer(dialog_id, "Вам ответили");
    await page.getByText("1", { exact: true }).waitFor();
    if (process.env["SCREENSHOTS"]) await page.screenshot({ path: join(process.env["SCREENSHOTS"], "bubble.png") });
    await page.getByRole("button", { name: "Открыть чат" }).click();
    await frame.getByText("Вам ответили").waitFor();
    if (process.env["SCREENSHOTS"]) await page.screenshot({ path: join(process.env["SCREENSHOTS"], "frame.png") });
    await context.close();
  });

  it("is refused in a frame of a site that is not allowed", async () => {
    const answered = await fetch(`${house.url}/chat/${channelId}`);
    expect(answered.headers.get("content-security-policy")).toContain(`frame-ancestors 'self' http://127.0.0.1:${(site.address() as AddressInfo).port}`);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
    await page.getByRole("button").click();
    await until("the frame shows no chat", async () => page.frames().length > 1 && (await page.frames()[1]?.url())?.startsWith("chrome-error:"));
    await context.close();
  });
});
