import { expect, test } from "vitest";
import { until } from "../../lab/support/wait.ts";
import { accessible, screenshot } from "../support.ts";
import type { Stage } from "./stage.ts";

/** Writing first, finding by channel, and a colleague's call. */
export function firstWord(stage: Stage): void {
  test("writing first to a number opens the dialog; a channel that cannot says why", async () => {
    const { page, house } = stage;
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

  test("writing first to a customer, with a file by letter; the bot to which he never wrote says that he must", async () => {
    const { page, house, admin, email } = stage;
    const { id } = await admin.post<{ id: string }>("/customers", {
      kind: "person",
      name: "Анна Новая",
      responsibleId: await danaId(stage),
      contactPoints: [
        { kind: "email", value: email.others },
        { kind: "telegram", value: "501777" },
      ],
    });
    await page.goto(`${house.url}/customers/${id}`);
    await page.getByRole("button", { name: "Написать", exact: true }).first().press("Enter");
    const box = page.getByRole("dialog", { name: "Написать первым" });
    await box.getByRole("radio", { name: /e2e email/ }).check();
    expect(await box.getByRole("radio", { name: /e2e telegram/ }).isDisabled()).toBe(true);
    await box.getByText("В этом канале первым пишет клиент.").first().waitFor();
    await box.getByLabel("Тема").fill("Счёт");
    await box.getByLabel("Сообщение").fill("Анна, счёт во вложении.");
    await box.locator("input[type=file]").setInputFiles({ name: "счёт.txt", mimeType: "text/plain", buffer: Buffer.from("сто тенге") });
    await box.getByRole("button", { name: "Убрать счёт.txt" }).waitFor();
    await screenshot(page, "start-dialog-with-file");
    await accessible(page);
    await box.getByLabel("Сообщение").press("Control+Enter");
    await page.waitForURL(/\/dialogs\/[0-9a-f-]{36}/);
    await stage
      .out("счёт во вложении")
      .getByRole("link", { name: /счёт\.txt/ })
      .waitFor();
    const letter = await until("the letter is there", async () => (await email.server.letters(email.others))[0]?.toString("latin1"));
    expect(letter).toContain(Buffer.from("сто тенге").toString("base64"));
  });

  test("the list shows one kind of channel when asked", async () => {
    const { page, house } = stage;
    await page.goto(`${house.url}/dialogs`);
    await page.locator("a[data-dialog]").nth(3).waitFor();
    await page.getByRole("button", { name: "Все каналы" }).press("Enter");
    await page.getByRole("menuitem", { name: "ВКонтакте" }).press("Enter");
    const kinds = () => page.locator("a[data-dialog] [data-kind]").evaluateAll((all) => [...new Set(all.map((each) => each.getAttribute("data-kind")))]);
    await until("only VK is left", async () => JSON.stringify(await kinds()) === '["vk"]');
    await screenshot(page, "list-by-channel");
    await page.getByRole("button", { name: "Только ВКонтакте" }).press("Enter");
    await page.getByRole("menuitem", { name: "Все каналы" }).press("Enter");
    await until("all are back", async () => (await kinds()).length > 3);
  });

  test("a colleague's mention rings the bell and leads to the note", async () => {
    const { page, house, admin } = stage;
    const { items } = await admin.get<{ items: { id: string; channelKind: string; party: { name: string } }[] }>("/dialogs?view=all&limit=200");
    const dialog = items.find((each) => each.channelKind === "telegram" && each.party.name.includes("Телеграмова"));
    await page.goto(`${house.url}/settings/canned`);
    const id = await danaId(stage);
    const { employees } = await admin.get<{ employees: { id: string; name: string }[] }>("/catalogues");
    await admin.post(`/dialogs/${dialog?.id}/messages`, {
      clientKey: crypto.randomUUID(),
      text: `@${employees.find((each) => each.id === id)?.name} посмотрите, пожалуйста`,
      internal: true,
      mentions: [id],
    });
    const bell = page.getByRole("button", { name: /Уведомления/ });
    await bell.filter({ hasText: /[1-9]/ }).waitFor();
    await screenshot(page, "canned-page");
    await bell.press("Enter");
    const list = page.getByRole("region", { name: "Уведомления" });
    await list.getByText("посмотрите, пожалуйста").first().waitFor();
    await screenshot(page, "notifications");
    await accessible(page);
    await list
      .getByRole("button", { name: /посмотрите/ })
      .first()
      .press("Enter");
    await page.locator("[data-found]").getByText("посмотрите, пожалуйста").waitFor();
    await until("nothing is unread", async () => !/[1-9]/.test((await bell.textContent()) ?? ""));
    stage.errors.check();
  });
}

async function danaId(stage: Stage): Promise<string> {
  const { employees } = await stage.admin.get<{ employees: { id: string; name: string }[] }>("/catalogues");
  return employees.find((each) => each.name.includes("Дана"))?.id as string;
}
