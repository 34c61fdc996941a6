import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const DAY = 86_400_000;
let house: HouseProcess;
let browser: Browser;
/** Somebody with the rights of an agent, and nothing more. */
let agent: ApiClient;
let login: { login: string; password: string };
let customerId: string;
let interest: { id: string; number: number };

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
  login = sample.people.find((each) => each.login === "dana") as typeof login;
  agent = await ApiClient.login(house.url, login.login, login.password);
  const { interactionTypes, interestKinds } = await agent.get<Record<"interactionTypes" | "interestKinds", { id: string; code: string }[]>>("/catalogues");
  const idOf = (list: { id: string; code: string }[], code: string) => list.find((each) => each.code === code)?.id;
  const { id: responsibleId } = await agent.get<{ id: string }>("/me");
  customerId = (
    await admin.post<{ id: string }>("/customers", {
      kind: "company",
      name: "Ромашка",
      responsibleId,
      contactPoints: [{ kind: "phone", value: "+77015550042" }],
    })
  ).id;
  interest = await agent.post("/interests", { kindId: idOf(interestKinds, "sale"), title: "Кресла", customerId });
  await agent.post("/interactions", { typeId: idOf(interactionTypes, "call"), subject: "Спросили цену", customerId });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

/** Opens a list by the keyboard and takes the option. */
async function take(form: Locator, field: string, option: RegExp): Promise<void> {
  const box = form.getByRole("combobox", { name: field });
  await box.focus();
  await box.press("ArrowDown");
  const options = form.page().getByRole("option");
  await options.filter({ hasText: option }).waitFor();
  const at = (await options.allTextContents()).findIndex((text) => option.test(text));
  const chosen = () => options.nth(at).getAttribute("data-combobox-selected");
  for (let presses = 0; (await chosen()) !== "true"; presses++) {
    expect(presses, `${field}: the arrows reach ${option}`).toBeLessThan(30);
    await box.press("ArrowDown");
  }
  await box.press("Enter");
  await eventually(`${field} is chosen`, async () => option.test(await box.inputValue()));
}
const press = async (within: Locator | Page, name: string | RegExp, key = "Enter") => within.getByRole("button", { name, exact: true }).press(key);
const events = async () =>
  (
    await agent.get<{
      items: { id: string; subject: string; state: string; plannedFrom: string; result: string | null; direction: string; interestId: string }[];
    }>(`/interactions?customerId=${customerId}`)
  ).items;
const one = async (subject: string) => (await events()).find((each) => each.subject === subject);

test("an event is planned from the client's card, moved, completed with its result and the next one, all by the keyboard; the card tells it", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, login.login, login.password);
  await page.goto(`${house.url}/customers/${customerId}`);

  // Planned: in an Interest, about what was asked before.
  await press(page, "Новое событие");
  const form = page.getByRole("dialog", { name: "Новое событие" });
  expect(await form.getByRole("combobox", { name: "Клиент" }).inputValue()).toBe("Ромашка");
  await take(form, "Вид", /^Звонок$/);
  await take(form, "Интерес", /Кресла/);
  await form.getByRole("textbox", { name: "Тема" }).fill("Назвать цену");
  await screenshot(page, "event-form");
  await press(form, /^Ещё/);
  await take(form, "О чём", /Спросили цену/);
  await screenshot(page, "event-form-more");
  await accessible(page);
  await form.getByRole("textbox", { name: "Тема" }).press("Enter");
  await eventually("planned", async () => (await one("Назвать цену"))?.state === "planned");
  const planned = await one("Назвать цену");
  expect(planned).toMatchObject({ interestId: interest.id, direction: "out" });
  await form.waitFor({ state: "detached" });

  // What was done stands with its result, in its direction.
  await press(page, "Новое событие");
  await take(form, "Вид", /^Встреча$/);
  await form.getByRole("textbox", { name: "Тема" }).fill("Зашли посмотреть");
  await form.getByRole("checkbox", { name: "Уже состоялось" }).press("Space");
  await form.getByRole("textbox", { name: "Результат" }).fill("Понравились синие");
  await press(form, /^Ещё/);
  await take(form, "Направление", /^Входящее$/);
  await screenshot(page, "event-form-done");
  await accessible(page);
  await form.getByRole("textbox", { name: "Тема" }).press("Enter");
  await eventually("registered", async () => (await one("Зашли посмотреть"))?.state === "done");
  expect(await one("Зашли посмотреть")).toMatchObject({ direction: "in", result: "Понравились синие" });

  // The card opens from the register, with the whole chain.
  await page.goto(`${house.url}/events?customerId=${customerId}`);
  await page.locator("tbody tr[data-row]").filter({ hasText: "Назвать цену" }).locator("td:nth-child(3)").click();
  const card = page.getByRole("dialog", { name: "Назвать цену" });
  await card.getByRole("link", { name: "Спросили цену" }).waitFor();
  await card.getByRole("link", { name: `#${interest.number} Кресла` }).waitFor();
  await screenshot(page, "event-card");
  await accessible(page);

  await press(card, "Перенести");
  const move = page.getByRole("dialog", { name: /^Перенести/ });
  await press(move, "+1 день");
  await press(move, "Сохранить");
  await eventually("moved by a day", async () => {
    const moved = await one("Назвать цену");
    return Date.parse(moved?.plannedFrom ?? "") - Date.parse(planned?.plannedFrom ?? "") === DAY;
  });
  await move.waitFor({ state: "detached" });

  await press(card, "Выполнить");
  const complete = page.getByRole("dialog", { name: /^Выполнено/ });
  await complete.getByRole("textbox", { name: "Результат" }).fill("Шестьдесят, думают");
  await press(complete, "Через 3 дня");
  await complete.getByRole("textbox", { name: /О чём/ }).fill("Спросить решение");
  await screenshot(page, "event-complete");
  await accessible(page);
  await press(complete, "Выполнить");
  await card.getByText("Шестьдесят, думают").waitFor();
  await card.getByText("Выполнено", { exact: true }).waitFor();
  await card.getByRole("link", { name: "Спросить решение" }).waitFor();
  await screenshot(page, "event-done");
  await accessible(page);
  expect(await one("Назвать цену")).toMatchObject({ state: "done", result: "Шестьдесят, думают" });
  expect(await one("Спросить решение")).toMatchObject({ state: "planned", interestId: interest.id });

  // The next one of the chain opens in its place.
  await card.getByRole("link", { name: "Спросить решение" }).press("Enter");
  await page.getByRole("dialog", { name: "Спросить решение" }).getByRole("button", { name: "Выполнить" }).waitFor();
  errors.check();
  await context.close();
});

test("the administrator chooses a type's icon and usual status; whoever plans one has both", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "admin", FIRST);
  await page.goto(`${house.url}/settings/catalogues`);
  await press(page, "Презентация");
  const form = page.getByRole("dialog", { name: "Презентация" });
  const icons = form.getByRole("radiogroup", { name: "Значок" });
  expect(await icons.getByRole("radio", { name: "презентация" }).getAttribute("aria-checked")).toBe("true");
  await icons.getByRole("radio", { name: "звезда" }).press("Enter");
  await take(form, "Статус по умолчанию", /^Запланировано$/);
  await screenshot(page, "event-type");
  await accessible(page);
  await form.getByRole("button", { name: "Сохранить" }).click();
  await form.waitFor({ state: "detached" });
  const { interactionTypes } = await agent.get<{
    interactionTypes: { code: string; icon: string; defaultStatusId: string; statuses: { id: string; state: string }[] }[];
  }>("/catalogues");
  const type = interactionTypes.find((each) => each.code === "presentation");
  expect(type).toMatchObject({ icon: "star", defaultStatusId: type?.statuses.find((each) => each.state === "planned")?.id });
  errors.check();
  await context.close();
});
