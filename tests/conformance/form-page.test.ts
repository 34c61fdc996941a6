import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formExample } from "../../agent-ui/src/features/channels/form-example.ts";
import ru from "../../agent-ui/src/features/channels/locales/ru.json" with { type: "json" };
import { launchBrowser } from "../lab/support/browser.ts";
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
let admin: ApiClient;
let browser: Browser;
let site: http.Server;
let siteUrl: string;
let channelId: string;

/** What a site's owner pastes, with a form as sites have it. `policy` is the site's own. */
const page = (
  options: { lang?: string; head?: string } = {},
): string => `<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Shop</title>${options.head ?? ""}
<script src="${house.url}/widget/form.js" data-channel="${channelId}"${options.lang === undefined ? "" : ` data-lang="${options.lang}"`} defer></script></head><body><main>
<h1>Контакты</h1>
<form data-kommutator-form="Обратный звонок">
  <p><label>Имя <input name="name" autocomplete="name"></label></p>
  <p><label>Телефон <input name="phone" type="tel" required></label></p>
  <p><label>Модель насоса <input name="model"></label></p>
  <fieldset><legend>Удобное время</legend>
    <label><input type="checkbox" name="time" value="утро"> Утро</label>
    <label><input type="checkbox" name="time" value="вечер"> Вечер</label>
  </fieldset>
  <p><label>Сообщение <textarea name="message"></textarea></label></p>
  <p><label><input type="checkbox" name="consent"> Согласен на обработку данных</label></p>
  <p><label>Файл <input type="file" name="file"></label></p>
  <p><button>Отправить</button></p>
</form></main></body></html>`;

/** The very text that the page of the channel shows for the site. */
const shown = (): string => formExample(house.url, channelId, ru.forSite.words);

beforeAll(async () => {
  ui = await mkdtemp(join(tmpdir(), "kommutator-form-"));
  const vite = join(ROOT, "node_modules/vite/bin/vite.js");
  const built = spawnSync(process.execPath, [vite, "build", "--config", "vite.widget.config.ts", "--mode", "form", "--outDir", ui, "--logLevel", "warn"], {
    cwd: join(ROOT, "agent-ui"),
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`The form's script does not build:\n${built.stdout}${built.stderr}`);
  site = http.createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (url.pathname === "/strict")
      response.setHeader(
        "content-security-policy",
        `default-src 'none'; script-src ${house.url}; connect-src ${house.url}; style-src 'self'; form-action 'none'`,
      );
    if (url.pathname === "/shown") response.end(`<!doctype html><html lang="ru"><head><title>Shop</title></head><body>${shown()}</body></html>`);
    else response.end(page(url.searchParams.has("lang") ? { lang: url.searchParams.get("lang") ?? "" } : {}));
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  // Another host name than the house's: another site to the browser.
  siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`;
  db = await testDatabase();
  company = await seedCompany(db.sql);
  house = await startHouseProcess({ databaseUrl: db.url, env: { LOG_LEVEL: "warn", UI_DIR: ui } });
  admin = await ApiClient.login(house.url, company.employees.admin.login, company.employees.admin.password);
  const config = {
    secret: "a secret of sixteen",
    allowedOrigins: siteUrl,
    publicUrl: house.url,
    formName: "Форма сайта",
    minFillSeconds: 0.3,
    perAddressPerMinute: 1_000,
    perMinute: 1_000,
  };
  ({ id: channelId } = await admin.post<{ id: string }>("/channels", { kind: "web-form", name: "Site form", queueId: company.queueId, config }));
  await until("the form is open", async () => (await fetch(`${house.url}/hooks/${channelId}/token`, { headers: { origin: siteUrl } })).ok, {
    timeoutMs: 20_000,
  });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
  await db?.drop();
  site?.close();
  await rm(ui, { recursive: true, force: true });
});

async function visit(path = "/"): Promise<Page> {
  const context = await browser.newContext({ locale: "ru-RU" });
  const visitor = await context.newPage();
  visitor.on("pageerror", (error) => {
    throw error;
  });
  await visitor.goto(`${siteUrl}${path}`);
  return visitor;
}
const stored = (body: RegExp) =>
  until(
    `a message like ${body} is stored`,
    async () =>
      (
        await db.sql<{ body: string; dialog_id: string; thread_key: string }[]>`SELECT body, dialog_id, thread_key FROM message WHERE channel_id = ${channelId}`
      ).find((message) => body.test(message.body)),
    { timeoutMs: 20_000 },
  );
const count = async (body: string): Promise<number> =>
  (await db.sql<{ n: number }[]>`SELECT count(*)::int AS n FROM message WHERE channel_id = ${channelId} AND body = ${body}`)[0]?.n ?? 0;
const status = (visitor: Page, text: string | RegExp) => visitor.getByRole("status").filter({ hasText: text }).waitFor();

describe("the form of a stranger's site", () => {
  it("is filled in by the keyboard alone, arrives as a dialog with its origin, and says so", async () => {
    const visitor = await visit("/pumps?utm_source=ads&utm_campaign=spring");
    await visitor.getByLabel("Имя").focus();
    await visitor.keyboard.type("Асель");
    for (const text of ["8 701 111 22 33", "NP-40"]) {
      await visitor.keyboard.press("Tab");
      await visitor.keyboard.type(text);
    }
    for (let i = 0; i < 2; i++) {
      await visitor.keyboard.press("Tab");
      await visitor.keyboard.press("Space");
    }
    await visitor.keyboard.press("Tab");
    await visitor.keyboard.type("Нужен насос <b>срочно</b>");
    await visitor.keyboard.press("Tab");
    await visitor.keyboard.press("Space");
    await visitor.keyboard.press("Tab");
    await visitor.keyboard.press("Tab");
    expect(await visitor.evaluate(() => document.activeElement?.textContent), "the trap is not on the way").toBe("Отправить");
    await visitor.keyboard.press("Enter");
    await status(visitor, "Спасибо! Мы получили ваше обращение");
    expect(await visitor.getByLabel("Телефон").inputValue(), "the form is empty again").toBe("");
    const message = await stored(/Нужен насос/);
    expect(message).toMatchObject({
      thread_key: "+77011112233",
      body: "Нужен насос <b>срочно</b>\n\nМодель насоса: NP-40\nУдобное время: утро, вечер\nСогласен на обработку данных: ✓",
    });
    const [origin] = await db.sql`SELECT source_text, page, utm FROM dialog_origin WHERE dialog_id = ${message.dialog_id}`;
    expect(origin).toMatchObject({
      source_text: "Обратный звонок",
      page: `${siteUrl}/pumps?utm_source=ads&utm_campaign=spring`,
      utm: { source: "ads", campaign: "spring" },
    });
    const [point] = await db.sql`SELECT value_norm FROM contact_point WHERE value_norm = '+77011112233'`;
    expect(point).toBeDefined();
    await visitor.context().close();
  });

  it("made of the text that the channel's page shows, as it stands, works", async () => {
    const visitor = await visit("/shown");
    await visitor.getByLabel("Имя").fill("Ержан");
    await visitor.getByLabel("Телефон").fill("+77010000009");
    await visitor.getByLabel("Сообщение").fill("Из примера");
    await visitor.getByRole("button", { name: "Отправить" }).click();
    await status(visitor, "Спасибо!");
    const message = await stored(/Из примера/);
    expect(message).toMatchObject({ thread_key: "+77010000009", body: "Из примера" });
    const [origin] = await db.sql`SELECT source_text FROM dialog_origin WHERE dialog_id = ${message.dialog_id}`;
    expect(origin).toEqual({ source_text: "Обратный звонок" });
    await visitor.context().close();
  });

  it("the same person once more joins the same dialog; a double press is one message", async () => {
    const visitor = await visit();
    await visitor.getByLabel("Телефон").fill("+7 701 111 22 33");
    await visitor.getByLabel("Сообщение").fill("Ещё вопрос");
    await visitor.getByRole("button", { name: "Отправить" }).dblclick();
    await status(visitor, "Спасибо!");
    const message = await stored(/Ещё вопрос/);
    const dialogs = await db.sql`SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key = '+77011112233'`;
    expect(dialogs.map((dialog) => dialog["id"])).toEqual([message.dialog_id]);
    expect(await count("Ещё вопрос")).toBe(1);
    await visitor.context().close();
  });

  it("an answer lost on the way is asked for again, and counts once", async () => {
    const visitor = await visit();
    let lost = 0;
    await visitor.route(`${house.url}/hooks/${channelId}`, async (route) => {
      if (route.request().method() !== "POST" || lost > 0) return route.continue();
      lost++;
      await route.fetch();
      await route.abort("connectionreset");
    });
    await visitor.getByLabel("Телефон").fill("+77017654321");
    await visitor.getByLabel("Сообщение").fill("Потерянный ответ");
    await visitor.getByRole("button", { name: "Отправить" }).click();
    await status(visitor, "Спасибо!");
    expect(lost).toBe(1);
    await stored(/Потерянный ответ/);
    expect(await count("Потерянный ответ")).toBe(1);
    await visitor.context().close();
  });

  it("what is missing is said by the browser, files and refusals in words; nothing typed is lost", async () => {
    const visitor = await visit();
    await visitor.getByLabel("Сообщение").fill("Без телефона");
    await visitor.getByRole("button", { name: "Отправить" }).click();
    expect(await visitor.evaluate(() => document.activeElement?.getAttribute("name")), "the focus is on what is missing").toBe("phone");
    await visitor.getByLabel("Телефон").fill("+77010000001");
    await visitor.getByLabel("Файл").setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
    await visitor.getByRole("button", { name: "Отправить" }).click();
    await status(visitor, "Файлы этой формой отправить нельзя");
    await visitor.getByLabel("Файл").setInputFiles([]);
    await visitor.route(`${house.url}/hooks/${channelId}`, (route) =>
      route.fulfill({ status: 429, headers: { "access-control-allow-origin": siteUrl }, contentType: "application/json", body: '{"error":"too_many"}' }),
    );
    await visitor.getByRole("button", { name: "Отправить" }).click();
    await status(visitor, "Слишком много сообщений");
    expect(await visitor.getByLabel("Сообщение").inputValue()).toBe("Без телефона");
    await visitor.unroute(`${house.url}/hooks/${channelId}`);
    await visitor.getByRole("button", { name: "Отправить" }).click();
    await status(visitor, "Спасибо!");
    await visitor.context().close();
  });

  it("a machine that fills in everything is thanked, and nothing is stored", async () => {
    const visitor = await visit();
    await visitor.getByLabel("Телефон").fill("+77010000002");
    await visitor.getByLabel("Сообщение").fill("Buy cheap");
    await visitor.locator('input[name="homepage"]').waitFor({ state: "attached" });
    await visitor.evaluate(() => {
      for (const input of Array.from(document.querySelectorAll("input"))) if (input.type === "text") input.value = "https://spam.example";
    });
    await visitor.getByRole("button", { name: "Отправить" }).click();
    await status(visitor, "Спасибо!");
    expect(await db.sql`SELECT 1 FROM raw_event WHERE channel_id = ${channelId} AND event::text LIKE '%Buy cheap%'`).toHaveLength(0);
    await visitor.context().close();
  });

  it("works under a strict policy of the site, and is accessible", async () => {
    const visitor = await visit("/strict");
    const blocked: string[] = [];
    visitor.on("console", (line) => {
      if (/content security policy/i.test(line.text())) blocked.push(line.text());
    });
    await visitor.getByLabel("Телефон").fill("+77010000003");
    await visitor.getByLabel("Сообщение").fill("Строгий сайт");
    await visitor.getByRole("button", { name: "Отправить" }).click();
    await status(visitor, "Спасибо!");
    await stored(/Строгий сайт/);
    expect(blocked).toEqual([]);
    await visitor.context().close();
    const plain = await visit();
    await plain.getByLabel("Имя").focus();
    await plain.locator('input[name="homepage"]').waitFor({ state: "attached" });
    await plain.addScriptTag({ path: AXE });
    const violations = await plain.evaluate(async () => {
      const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      return (await axe.run()).violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
    });
    expect(violations).toEqual([]);
    await plain.context().close();
  });

  it.each([
    ["ru", "Спасибо! Мы получили ваше обращение"],
    ["en", "Thank you! We have your message"],
    ["kk", "Рақмет! Өтінішіңізді алдық"],
    ["uk", "Дякуємо! Ми отримали ваше звернення"],
  ])("thanks in %s", async (lang, thanks) => {
    const visitor = await visit(`/?lang=${lang}`);
    await visitor.getByLabel("Телефон").fill("+77010000004");
    await visitor.getByRole("button", { name: "Отправить" }).click();
    await status(visitor, thanks);
    await visitor.context().close();
  });
});

it("the administrator's test goes out through the public address and back", async () => {
  const test = await admin.post<{ ok: boolean; detail: string }>(`/channels/${channelId}/test`);
  expect(test).toMatchObject({ ok: true, detail: expect.stringMatching(new RegExp(`Forms arrive at .*from pages of ${siteUrl}`)) });
  expect(test.detail).toMatch(/1 from machines/);
});
