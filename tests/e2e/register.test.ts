import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { Visitor } from "../support/visitor.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const MINUTE = 60_000;
let house: HouseProcess;
let browser: Browser;
/** Somebody with the rights of an agent, and nothing more. */
let agent: ApiClient;
let login: { login: string; password: string };
const made: Record<string, string> = {};

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[]; chatUrl: string }>("/setup/sample");
  made["chat"] = sample.chatUrl.split("/").at(-1) as string;
  login = sample.people.find((each) => each.login === "dana") as typeof login;
  agent = await ApiClient.login(house.url, login.login, login.password);
  const { interactionTypes } = await agent.get<{ interactionTypes: { id: string; code: string; name: string }[] }>("/catalogues");
  const type = (code: string) => interactionTypes.find((each) => each.code === code) as { id: string; name: string };
  made["call"] = type("call").name;
  const post = async (path: string, body: object, by = agent) => (await by.post<{ id: string }>(path, body)).id;
  const { id: responsibleId } = await agent.get<{ id: string }>("/me");
  const romashka = await post("/customers", { kind: "company", name: "Ромашка", responsibleId }, admin);
  const lotos = await post("/customers", { kind: "company", name: "Лотос", responsibleId }, admin);
  made["lotos"] = lotos;
  made["vera"] = await post(`/customers/${romashka}/contacts`, { lastName: "Ким", firstName: "Вера" }, admin);
  const event = (subject: string, customerId: string, code: string, inMinutes: number | null, more: object = {}) =>
    post("/interactions", {
      typeId: type(code).id,
      subject,
      customerId,
      plannedFrom: inMinutes === null ? null : new Date(Date.now() + inMinutes * MINUTE).toISOString(),
      ...more,
    });
  made["talk"] = await event("Обсудили цену на кресла", romashka, "call", null, { contactId: made["vera"] });
  // Its time has passed: a reminder of it comes while nobody is here.
  await event("Перезвонить о креслах", romashka, "call", -120);
  await event("Показать кресла", romashka, "meeting", 24 * 60);
  await event("Обсудили доставку", lotos, "call", null);
  await post("/tasks", { title: "Подготовить договор" });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

const rows = (page: Page) => page.locator("tbody tr[data-row]");
const subjects = async (page: Page) => (await rows(page).locator("td:nth-child(3)").allTextContents()).sort();
const found = (page: Page, expected: string[]) =>
  eventually(`only ${expected.join(", ")}`, async () => {
    const badge = await page.getByTestId("found").textContent();
    return JSON.stringify(await subjects(page)) === JSON.stringify([...expected].sort()) && badge === String(expected.length);
  });
async function choose(page: Page, field: string, option: string | RegExp): Promise<void> {
  await page.getByRole("group", { name: "Отбор событий" }).getByRole("combobox", { name: field, exact: true }).click();
  await page.getByRole("option", { name: option }).first().click();
}

test("filters combine and are counted with the words; a row opens the card; a task is linked on it and seen on both sides; an event added from a row knows its client", async () => {
  await eventually("the reminder", async () => (await agent.get<{ unread: number }>("/notifications/unread")).unread > 0);
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, login.login, login.password);
  // What was missed is told once, and opens the notices.
  const toast = page.getByRole("alert").filter({ hasText: "Пока вас не было" });
  const show = toast.getByRole("button", { name: "Показать" });
  await show.waitFor();
  await screenshot(page, "missed-reminders");
  await accessible(page);
  await show.click();
  await page.getByRole("region", { name: "Уведомления" }).getByText("Перезвонить о креслах").waitFor();
  await page.keyboard.press("Escape");

  await page.goto(`${house.url}/events`);
  await rows(page).nth(3).waitFor();
  expect(await toast.count()).toBe(0);
  await page.getByRole("group", { name: "Отбор событий" }).getByRole("combobox", { name: "Клиент" }).fill("Ромашка");
  await page
    .getByRole("option", { name: /^Ромашка/ })
    .first()
    .click();
  await found(page, ["Обсудили цену на кресла", "Перезвонить о креслах", "Показать кресла"]);
  await choose(page, "Вид", made["call"] as string);
  await page.keyboard.press("Escape");
  await found(page, ["Обсудили цену на кресла", "Перезвонить о креслах"]);
  await choose(page, "Период", "90 дней");
  await found(page, ["Обсудили цену на кресла", "Перезвонить о креслах"]);
  await page.getByRole("searchbox", { name: "Слова темы" }).fill("цену");
  await found(page, ["Обсудили цену на кресла"]);
  await page.getByRole("searchbox", { name: "Слова темы" }).fill("");
  await choose(page, "Состояние, статус", "Просрочено");
  await found(page, ["Перезвонить о креслах"]);
  await screenshot(page, "events-filtered");
  await accessible(page);
  await page.reload();
  await found(page, ["Перезвонить о креслах"]);
  await page.getByRole("group", { name: "Отбор событий" }).getByRole("combobox", { name: "Клиент" }).waitFor();
  expect(await page.getByRole("group", { name: "Отбор событий" }).getByRole("combobox", { name: "Клиент" }).inputValue()).toBe("Ромашка");
  await page.getByRole("button", { name: "Сбросить" }).click();
  await eventually("all of them", async () => (await rows(page).count()) >= 4);

  // Sorted by a column and without another: so it stays for this person.
  await page.getByRole("columnheader", { name: "Тема" }).getByRole("button").click();
  await page.locator("th[aria-sort=ascending]").filter({ hasText: "Тема" }).waitFor();
  await page.getByRole("button", { name: "Столбцы" }).click();
  await page.getByRole("checkbox", { name: "Результат" }).click();
  await screenshot(page, "events-columns");
  await accessible(page);
  await page.reload();
  await rows(page).nth(3).waitFor();
  const names = await rows(page).locator("td:nth-child(3)").allTextContents();
  expect(names).toEqual([...names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
  expect(await page.getByRole("columnheader", { name: "Результат" }).count()).toBe(0);

  // A row opens the card; the person's name leads to the person.
  await rows(page).filter({ hasText: "Обсудили цену на кресла" }).locator("td:nth-child(3)").click();
  const card = page.getByRole("dialog").filter({ hasText: "Обсудили цену на кресла" });
  expect(await card.getByRole("link", { name: "Ким Вера" }).getAttribute("href")).toBe(`/customers/contacts/${made["vera"]}`);
  const tasks = card.getByRole("region", { name: "Задачи" });
  await tasks.getByRole("button", { name: "Связать задачу" }).click();
  await page.getByPlaceholder("Слова или номер задачи").fill("договор");
  await page.getByRole("option", { name: /Подготовить договор/ }).click();
  await tasks.getByRole("link", { name: "Подготовить договор" }).waitFor();
  await screenshot(page, "event-with-task");
  await accessible(page);
  await tasks.getByRole("link", { name: "Подготовить договор" }).click();

  // The same on the task's card, with the chain that both are links of; there the link is taken off.
  const task = page.getByRole("dialog").filter({ hasText: "Подготовить договор" });
  await task.getByRole("region", { name: "События" }).getByRole("link", { name: "Обсудили цену на кресла" }).waitFor();
  const chain = task.getByRole("region", { name: "Цепочка предмета" });
  await eventually("both stand in the chain", async () => (await chain.getByRole("listitem").count()) === 2);
  await screenshot(page, "task-with-event");
  await accessible(page);
  await task.getByRole("button", { name: "Убрать связь: Обсудили цену на кресла" }).click();
  await task.getByText("Событий нет").waitFor();
  await eventually("no chain any more", async () => (await chain.count()) === 0);
  await task.getByRole("button", { name: "Связать событие" }).click();
  await page.getByPlaceholder("Слова темы события").fill("доставку");
  await page.getByRole("option", { name: /Обсудили доставку/ }).click();
  await task.getByRole("region", { name: "События" }).getByRole("link", { name: "Обсудили доставку" }).waitFor();

  // Another event for the client of a row.
  await page.goto(`${house.url}/events`);
  await rows(page).filter({ hasText: "Обсудили доставку" }).getByRole("button", { name: "Добавить событие с этим клиентом" }).click();
  const form = page.getByRole("dialog");
  expect(await form.getByRole("combobox", { name: "Клиент" }).inputValue()).toBe("Лотос");
  await form.getByRole("textbox", { name: "Тема" }).fill("Уточнить адрес");
  await screenshot(page, "event-like");
  await accessible(page);
  await form.getByRole("button", { name: "Сохранить" }).click();
  const added = rows(page).filter({ hasText: "Уточнить адрес" });
  await added.getByRole("link", { name: "Лотос" }).waitFor();
  expect(await added.getByRole("link", { name: "История клиента" }).getAttribute("href")).toMatch(/^\/customers\//);
  errors.check();
  await context.close();
});

test("the chain of a subject is read on the card of an Interest, of an inquiry and beside a dialog, and leads to its links", async () => {
  const { interestKinds } = await agent.get<{ interestKinds: { id: string; code: string }[] }>("/catalogues");
  const kindId = interestKinds.find((each) => each.code === "sale")?.id;
  const interest = await agent.post<{ id: string }>("/interests", { kindId, title: "Кресла для офиса", customerId: made["lotos"] });
  const inquiry = await agent.post<{ id: string }>("/inquiries");
  const visitor = await Visitor.arrive(house.url, made["chat"] as string);
  await visitor.say("Здравствуйте, где мой заказ?");
  const dialog = await eventually("the dialog", async () => (await agent.get<{ items: { id: string }[] }>("/dialogs?view=all")).items[0]);
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, login.login, login.password);
  for (const [kind, id, path] of [
    ["interest", interest.id, `/interests/${interest.id}`],
    ["inquiry", inquiry.id, `/inquiries?inquiry=${inquiry.id}`],
    ["dialog", dialog.id, `/dialogs/${dialog.id}?view=all`],
  ] as const) {
    const task = await agent.post<{ id: string }>("/tasks", { title: `Проверить: ${kind}`, subject: { kind, id } });
    await page.goto(`${house.url}${path}`);
    const chain = page.getByRole("region", { name: "Цепочка предмета" });
    const link = chain.getByRole("link", { name: `Проверить: ${kind}` });
    await link.waitFor();
    expect([await chain.getByRole("listitem").count(), await link.getAttribute("href")]).toEqual([2, `/tasks/${task.id}`]);
    await screenshot(page, `chain-${kind}`);
    await accessible(page);
  }
  errors.check();
  await context.close();
});
