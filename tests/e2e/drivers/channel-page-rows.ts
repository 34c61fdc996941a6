import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import texts from "../../../agent-ui/src/features/channels/locales/ru.json" with { type: "json" };
import type { Unnumbered } from "../../emulators/telegram/updates.ts";
import { until } from "../../lab/support/wait.ts";
import { accessible, listen, person, screenshot, signIn } from "../support.ts";
import { telegram } from "./messengers.ts";
import { FIRST, type Kind, type Stage } from "./stage.ts";

interface Field {
  name: string;
  type: "text" | "number" | "boolean" | "secret" | "select";
}
const FIELDS = texts.field as Record<string, Record<string, { label: string }>>;
const OPTIONS = texts.option as Record<string, string>;

async function begin(desk: Page, kind: string): Promise<Locator> {
  await desk.getByRole("button", { name: "Подключить канал" }).click();
  await desk.locator(`[role=menuitem][data-channel-kind="${kind}"]`).click();
  const form = desk.getByRole("dialog");
  await form.getByRole("textbox").first().waitFor();
  const more = form.getByRole("button", { name: /^Ещё \d+ настро/ });
  if ((await more.count()) > 0) await more.click();
  return form;
}

/** The field under exactly this label; a required one has a star behind it. */
const labelled = (form: Locator, label: string): Locator => form.getByLabel(new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}( \\*)?$`));

/** What a person who knows these settings types into the form, by the words that stand beside the fields. */
async function fill(desk: Page, form: Locator, kind: string, fields: Field[], config: Record<string, unknown>): Promise<void> {
  for (const { name, type } of fields) {
    const value = config[name];
    if (value === undefined) continue;
    const field = labelled(form, FIELDS[kind]?.[name]?.label ?? name);
    if (type === "boolean") await field.setChecked(value === true);
    else if (type === "select") {
      await field.click();
      await desk.getByRole("option", { name: OPTIONS[String(value)] ?? String(value), exact: true }).click();
    } else await field.fill(String(value));
  }
}

/** What the test says of a channel that lets us in, while sending or receiving was not tried. */
const PARTLY = "Связь есть";

/** Presses "test" until the answer has this title; the channel may still be connecting. */
async function tested(form: Locator, title: "Работает" | typeof PARTLY | "Не работает"): Promise<void> {
  await until(
    `the test says: ${title}`,
    async () => {
      await form.getByRole("button", { name: "Проверить" }).click();
      const shown = form.getByRole(title === "Не работает" ? "alert" : "status").getByText(title, { exact: true });
      return shown.waitFor({ timeout: 10_000 }).then(
        () => true,
        () => false,
      );
    },
    { timeoutMs: 40_000 },
  );
}

/** The administrator's page of channels. */
export function channelPage(stage: Stage): void {
  let desk: Page;
  let heard: { check(): void };

  test("the administrator adds a channel of each kind by its own form, and each says by its test that it works", async () => {
    const { house, admin } = stage;
    ({ page: desk } = await person(stage.browser, { dark: true, width: 1280, height: 800 }));
    heard = listen(desk);
    await signIn(desk, house.url, "admin", FIRST);
    await desk.goto(`${house.url}/settings/channels`);
    const kinds = await admin.get<{ kind: string; fields: Field[] }[]>("/channels/kinds");
    for (const { kind, fields } of kinds) {
      const form = await begin(desk, kind);
      for (const { name } of fields) expect([kind, name, await form.getByText(name, { exact: true }).count()]).toEqual([kind, name, 0]);
      if (kind === "vk") {
        await screenshot(desk, "channel-form-vk-dark");
        await accessible(desk);
      }
      const driver = stage.drivers.get(kind as Kind);
      if (driver === undefined || kind === "telegram") {
        await form.getByRole("button", { name: "Отмена" }).click();
        await form.waitFor({ state: "detached" });
        continue;
      }
      await labelled(form, "Название").fill(`Из формы: ${kind}`);
      await fill(desk, form, kind, fields, { ...driver.config(house.url), ...(kind === "web-form" ? { publicUrl: house.url } : {}) });
      await desk.keyboard.press("Control+s");
      await form.getByRole("button", { name: "Проверить" }).waitFor();
      await tested(form, ["sms-smpp", "sms-http", "viber", "vk"].includes(kind) ? PARTLY : "Работает");
      if (kind === "email") expect(await form.locator("[data-step=receive]").getAttribute("data-outcome")).toBe("ok");
      if (kind === "sms-smpp") {
        await form.getByLabel("Номер для пробного SMS").fill("+7 701 123 45 67");
        await form.getByRole("button", { name: "Проверить" }).click();
        await form.locator("[data-step=send][data-outcome=ok]").waitFor();
        await screenshot(desk, "channel-test-sms-dark");
        await accessible(desk);
      }
      if (kind === "email") await screenshot(desk, "channel-added-email-dark");
      if (kind === "web-form") {
        expect(await form.locator("[data-step=receive]").getAttribute("data-outcome")).toBe("ok");
        expect(await form.getByRole("button", { name: "Ждать сообщение" }).count(), "a form hears of itself").toBe(0);
        await screenshot(desk, "channel-added-web-form-dark");
      }
      await form.getByRole("button", { name: "Отмена" }).click();
      await form.waitFor({ state: "detached" });
    }
    heard.check();
  });

  test("a bot is added, tested and mended: its secret is never read back, and what is wrong is said in words", async () => {
    const driver = await telegram("654321:ABC-DEF1234ghIkl-zyx57W2v1u123ew11");
    stage.drivers.set("telegram of the form", driver);
    const { token, apiUrl } = driver.config(stage.house.url);
    const form = await begin(desk, "telegram");
    await labelled(form, "Название").fill("Бот из формы");
    await form.getByLabel("Адрес Bot API").fill(String(apiUrl));
    await form.getByLabel("Токен бота").fill("wrong");
    await form.getByRole("button", { name: /Сохранить/ }).click();
    await form.getByText("This is not a bot token", { exact: false }).waitFor();
    await form.getByLabel("Токен бота").fill(String(token));
    await desk.keyboard.press("Control+s");
    await form.getByRole("button", { name: "Заменить: Токен бота" }).waitFor();
    expect(await form.innerHTML()).not.toContain(String(token));
    await tested(form, PARTLY);
    await screenshot(desk, "channel-page-dark");
    await accessible(desk);

    // Receiving is proven by a message of one's own; the wait may be given up and begun anew.
    const listening = (state: string) => form.locator(`[data-listening=${state}]`);
    await form.getByRole("button", { name: "Ждать сообщение" }).click();
    await listening("waiting").getByText("Найдите бота в Telegram", { exact: false }).waitFor();
    await screenshot(desk, "channel-listening-dark");
    await accessible(desk);
    await form.getByRole("button", { name: "Не ждать" }).click();
    await listening("waiting").waitFor({ state: "detached" });
    // Three minutes of patience are two seconds here; everything else is the house's answer.
    await desk.route(
      /\/listening$/,
      async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...((await response.json()) as object), limitMs: 2_000 } });
      },
      { times: 1 },
    );
    await form.getByRole("button", { name: "Ждать сообщение" }).click();
    await listening("nothing").getByText("Проверьте связь", { exact: false }).waitFor({ timeout: 20_000 });
    await screenshot(desk, "channel-nothing-heard-dark");
    await accessible(desk);
    await form.getByRole("button", { name: "Ждать ещё раз" }).click();
    await listening("waiting").waitFor();
    await driver.say("Проверка приёма");
    await listening("heard").getByText("От: Айгерим Телеграмова", { exact: false }).waitFor({ timeout: 20_000 });
    await form.getByRole("button", { name: "Ждать ещё раз" }).waitFor();
    expect(await form.locator("[data-step=receive]").getAttribute("data-outcome")).toBe("ok");
    await screenshot(desk, "channel-heard-dark");
    await accessible(desk);

    driver.server.valid = false;
    await tested(form, "Не работает");
    await form.getByText("Провайдер не принимает ключ или пароль", { exact: false }).first().waitFor();
    await screenshot(desk, "channel-wrong-token-dark");
    await accessible(desk);
    driver.server.valid = true;
    await driver.server.down();
    await tested(form, "Не работает");
    await form.getByRole("alert").getByText("Провайдер не отвечает", { exact: false }).waitFor();
    await driver.server.up();
    await tested(form, PARTLY);
  });

  test("its state, last event and lag are seen; an event that cannot be read stands in the list with its reason; the exchange shows no secret", async () => {
    const driver = stage.drivers.get("telegram of the form") as Awaited<ReturnType<typeof telegram>>;
    const form = desk.getByRole("dialog");
    await driver.say("Первое сообщение");
    driver.server.push({ message: { message_id: "seven", chat: { id: "nobody" } } } as unknown as Unnumbered);
    const fact = (name: string) => form.locator("dl > div").filter({ hasText: name }).locator("dd");
    await until("the last event is seen", async () => !(await fact("Последнее событие").textContent())?.includes("ещё не было"), { timeoutMs: 20_000 });
    await until("nothing waits any more", async () => (await fact("Задержка").textContent()) === "нет", { timeoutMs: 20_000 });
    const errors = form.getByRole("tab", { name: /^Сбои/ });
    await until("the failure is counted", async () => (await errors.textContent())?.includes("(1)"), { timeoutMs: 20_000 });
    await errors.click();
    await form.getByRole("button", { name: "Содержимое" }).press("Enter");
    await form.getByText("nobody", { exact: false }).first().waitFor();
    await screenshot(desk, "channel-errors-dark");
    await accessible(desk);
    await form.getByText("Событие не удалось прочитать", { exact: false }).waitFor();
    expect(await form.getByRole("button", { name: "Повторить" }).count()).toBe(0);
    await form.getByRole("tab", { name: "Обмен" }).click();
    await form.getByText("getMe").first().waitFor();
    await form.getByRole("button", { name: "Содержимое" }).first().press("Enter");
    expect(await form.innerHTML()).not.toContain(String(driver.config("")["token"]).split(":")[1]);
    await screenshot(desk, "channel-exchange-dark");
    await accessible(desk);
    heard.check();
    await desk.context().close();
  });
}
