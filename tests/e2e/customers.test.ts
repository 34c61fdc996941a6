import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const AGENT = { login: "saltanat", password: "saltanat-password" };
const HEAD = { login: "zhanna", password: "zhanna-password" };
const TELEGRAM = "512345678";

let house: HouseProcess;
let browser: Browser;
let agent: ApiClient;
let ids: { romashka: string; twin: string; late: string };
beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  await admin.post("/setup/sample");
  const [somebody] = await admin.get<{ department: { id: string }; calendar: { id: string } }[]>("/employees");
  const roles = await admin.get<{ id: string; code: string }[]>("/roles");
  for (const [who, name, code] of [
    [AGENT, "Салтанат Есенова", "agent"],
    [HEAD, "Жанна Омарова", "supervisor"],
  ] as const)
    await admin.post("/employees", {
      ...who,
      name,
      departmentId: somebody?.department.id,
      calendarId: somebody?.calendar.id,
      roleIds: [roles.find((role) => role.code === code)?.id],
    });
  agent = await ApiClient.login(house.url, AGENT.login, AGENT.password);
  const responsibleId = (await agent.get<{ id: string }>("/me")).id;
  const made = async (path: string, body: object) => (await agent.post<{ id: string }>(path, body)).id;
  ids = {
    romashka: await made("/customers", {
      kind: "company",
      name: "Ромашка Сад",
      responsibleId,
      comment: "Покупают весной",
      contactPoints: [{ kind: "telegram", value: TELEGRAM }],
    }),
    twin: await made("/customers", {
      kind: "company",
      name: "Ромашка-Сад ТОО",
      responsibleId,
      legalName: "ТОО «Ромашка-Сад»",
      contactPoints: [{ kind: "phone", value: "+77272505050" }],
    }),
    late: await made("/leads", {
      contactName: "Просроченный Пётр",
      contactPoints: [{ kind: "phone", value: "+77015554433" }],
      dueAt: new Date(Date.now() - 3 * 86_400_000).toISOString(),
    }),
  };
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

const block = (page: Page, name: string): Locator => page.getByRole("region", { name });

test("an agent makes a client by keyboard, fills the card, is told of a twin while typing, and sees a late lead in red", async () => {
  const { page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, AGENT.login, AGENT.password);

  // The assistant, without the mouse (CB-20).
  await page.goto(`${house.url}/customers/new`);
  await page.getByLabel("Название").waitFor();
  await page.keyboard.type("Гүлзар Декор");
  await page.keyboard.press("Tab");
  await page.keyboard.type("8 727 333 22 11");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("combobox", { name: "Отрасль" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByLabel("Фамилия").waitFor();
  await page.keyboard.type("Ким");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ольга");
  await page.keyboard.press("Control+Enter");
  await page.getByLabel("Сразу завести Интерес").waitFor();
  await page.keyboard.press("Space");
  const title = page.getByLabel("О чём");
  await title.waitFor();
  // A ticked Interest about nothing is asked for, not left out.
  await page.keyboard.press("Control+Enter");
  expect(await title.getAttribute("aria-invalid")).toBe("true");
  await screenshot(page, "customer-assistant");
  await accessible(page);
  await title.fill("Вывеска на фасад");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { level: 1, name: "Гүлзар Декор" }).waitFor();
  await block(page, "Интересы").getByText("Вывеска на фасад").waitFor();

  // A number beside the others; another card's Telegram is known while it is typed, and refused.
  const points = block(page, "Телефоны и адреса");
  await points.getByRole("button", { name: "Добавить номер или адрес" }).click();
  const value = points.getByPlaceholder("Номер или адрес");
  await value.fill("8 701 700 70 70");
  await page.keyboard.press("Enter");
  await points.getByRole("listitem").getByTitle("8 701 700 70 70").waitFor();
  await points.getByRole("button", { name: "Добавить номер или адрес" }).click();
  await points.getByRole("combobox", { name: "Вид" }).click();
  await page.getByRole("option", { name: "Telegram" }).click();
  await value.fill(TELEGRAM);
  const hint = points.getByRole("status");
  await hint.getByText("Ромашка Сад", { exact: true }).waitFor();
  await hint.getByText("Сохранить ещё одну такую карточку может тот, кто распределяет клиентов").waitFor();
  await value.press("Enter");
  await points.getByRole("button", { name: "Добавить", exact: true }).waitFor();
  expect(await points.getByRole("listitem").getByTitle(TELEGRAM).count()).toBe(0);
  await screenshot(page, "customer-twin");
  await accessible(page);
  await points.getByRole("button", { name: "Отмена" }).click();

  // One more human; another one has left, since a day that is not today.
  const people = block(page, "Контакты");
  await people.getByRole("button", { name: "Добавить", exact: true }).click();
  const box = page.getByRole("dialog");
  await box.getByLabel("Фамилия").fill("Сейткали");
  await box.getByLabel("Телефон").fill("8 705 111 22 33");
  await page.keyboard.press("Control+s");
  await people.getByRole("link", { name: "Сейткали" }).waitFor();
  await people.getByRole("button", { name: "Изменить: Ким Ольга" }).click();
  await box.getByLabel("Больше не работает здесь").check();
  await box.getByLabel("Ушёл с").fill("01.03.2026");
  await box.getByLabel("Ушёл с").press("Tab");
  await screenshot(page, "customer-left");
  await accessible(page);
  await box.getByRole("button", { name: "Сохранить" }).click();
  await people.getByText(/не работает с .*2026/).waitFor();
  await box.waitFor({ state: "detached" });
  await screenshot(page, "customer-card");
  await accessible(page);

  // Leads: the late one is red in the list and on its card; a new one is compared while it is typed.
  await page.goto(`${house.url}/leads`);
  const late = page.getByText(/^просрочен /).first();
  const [red, dim] = await Promise.all([late, page.getByRole("columnheader").first()].map((at) => at.evaluate((e) => getComputedStyle(e).color)));
  expect(red).not.toBe(dim);
  await screenshot(page, "leads");
  await accessible(page);
  await page.getByRole("button", { name: "Новый лид" }).first().click();
  await box.getByLabel("Имя").fill("Просроченный Пётр");
  await box.getByRole("textbox", { name: "Телефон" }).fill("8 701 555 44 33");
  await box.getByRole("status").getByText("вероятно").waitFor();
  await screenshot(page, "lead-twin");
  await accessible(page);
  await box.getByRole("button", { name: "Отмена" }).click();
  await page.goto(`${house.url}/leads/${ids.late}`);
  await page.getByRole("heading", { level: 1, name: "Просроченный Пётр" }).waitFor();
  await page.getByText("просрочен", { exact: true }).waitFor();
  await screenshot(page, "lead-card");
  await accessible(page);
  errors.check();
});

test("whoever assigns clients says why a twin is another one, and joins two cards side by side by keyboard", async () => {
  const { page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, HEAD.login, HEAD.password);
  await page.goto(`${house.url}/customers/${ids.twin}`);
  const points = block(page, "Телефоны и адреса");
  await points.getByRole("button", { name: "Добавить номер или адрес" }).click();
  await points.getByRole("combobox", { name: "Вид" }).click();
  await page.getByRole("option", { name: "Telegram" }).click();
  await points.getByPlaceholder("Номер или адрес").fill(TELEGRAM);
  await points.getByLabel("Это другой клиент: почему").fill("Один бот на два магазина");
  await screenshot(page, "customer-twin-reason");
  await accessible(page);
  await points.getByRole("button", { name: "Добавить", exact: true }).click();
  await points.getByRole("listitem").getByTitle(TELEGRAM).waitFor();

  await page.goto(`${house.url}/customers/merge?card=customer&a=${ids.romashka}&b=${ids.twin}`);
  await page.getByRole("heading", { level: 1, name: "Объединение карточек" }).waitFor();
  await page.getByText("Покупают весной").waitFor();
  await screenshot(page, "customer-merge");
  await accessible(page);
  const stays = async () => (await page.locator("[data-stays=true] b").textContent()) ?? "";
  const before = await stays();
  await page.keyboard.press("s");
  const after = await stays();
  expect([before, after].sort()).toEqual(["Ромашка Сад", "Ромашка-Сад ТОО"]);
  await page.keyboard.press("Control+Enter");
  await page.getByText("Карточки объединены").waitFor();
  const survivor = await agent.get<{ id: string; comment: string; legalName: string }>(`/customers/${ids.romashka}`);
  expect(survivor).toMatchObject({ comment: "Покупают весной", legalName: "ТОО «Ромашка-Сад»" });
  expect(await agent.get<{ id: string }>(`/customers/${ids.twin}`)).toMatchObject({ id: survivor.id });
  errors.check();
});
