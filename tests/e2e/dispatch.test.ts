import { connect } from "@kommutator/gateway/db/pool";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";
import { answeredCall, openWizard } from "./talk.ts";

const FIRST = "first-password";
let house: HouseProcess;
let browser: Browser;
let admin: ApiClient;
let sql: ReturnType<typeof connect>;
const passwords = new Map<string, string>();
const ids = new Map<string, string>();
let voice: string;
let sale: string;

/** The sample company with a workshop, whose only member is Timur of the service department: what is for repair goes there. */
beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  sql = connect(house.databaseUrl, { max: 1 });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
  for (const each of sample.people) passwords.set(each.login, each.password);
  for (const each of await admin.get<{ id: string; login: string }[]>("/employees")) ids.set(each.login, each.id);
  const [main] = await admin.get<{ id: string; calendar: { id: string } }[]>("/queues");
  const workshop = await admin.post<{ id: string }>("/queues", { name: "Мастерская", calendarId: main?.calendar.id });
  await admin.put(`/queues/${workshop.id}/members`, { members: [{ employeeId: ids.get("timur"), media: ["voice", "chat", "message", "mail"] }] });
  const { purposes, interestKinds } = await admin.get<{ purposes: { id: string; code: string }[]; interestKinds: { id: string; code: string }[] }>(
    "/catalogues",
  );
  const repair = purposes.find((each) => each.code === "service")?.id as string;
  await admin.patch(`/catalogues/purposes/${repair}`, { dispatch: "queue", queueId: workshop.id });
  sale = interestKinds.find((each) => each.code === "sale")?.id as string;
  const [channel] = await sql<{ id: string }[]>`
    INSERT INTO channel (kind, name, queue_id, source_id, config, enabled)
    VALUES ('asterisk-ari', 'АТС офиса', ${main?.id as string}, (SELECT id FROM lead_source WHERE name = 'Реклама'), '{}', false) RETURNING id`;
  voice = channel?.id as string;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await sql?.end();
  await house?.close();
});

const enter = async (login: string) => {
  const { page, context } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, login, login === "admin" ? FIRST : (passwords.get(login) as string));
  return { page, context, errors };
};

test("what is for a queue goes to its people with what was typed, after a reload too; one of them receives it", async () => {
  const dana = await enter("dana");
  const dialogId = await answeredCall(sql, voice, ids.get("dana") as string, null, "+77019010001");
  await openWizard(dana.page, house.url, dialogId);
  const wizard = dana.page.locator("form[data-reception]");
  await wizard.locator("[data-purpose=service]").click();
  await wizard.locator("[data-receiver=rule]").getByText("Очередь «Мастерская»").waitFor();
  await wizard.getByLabel("Имя").fill("Гульнара");
  await wizard.getByLabel("Заметка о разговоре").fill("Шумит вентилятор");
  await wizard.getByText("Черновик сохранён").waitFor();

  // The page goes in the middle of it, and comes back as it was left.
  await openWizard(dana.page, house.url, dialogId);
  await wizard.locator("[data-receiver=rule]").waitFor();
  expect(await wizard.getByLabel("Заметка о разговоре").inputValue()).toBe("Шумит вентилятор");
  expect(await wizard.getByLabel("Имя").inputValue()).toBe("Гульнара");
  // Oneself is a choice beside the rule's answer.
  await wizard.locator("[data-receiver=me]").click();
  await wizard.getByRole("button", { name: "Принять в новый Интерес" }).waitFor();
  await wizard.locator("[data-receiver=rule]").click();
  await screenshot(dana.page, "dispatch-queue");
  await accessible(dana.page);
  await wizard.getByRole("button", { name: "Передать в очередь" }).click();
  await dana.page.getByText(/Обращение №\d+ передано/).waitFor();
  await screenshot(dana.page, "dispatch-handed");
  dana.errors.check();
  await dana.context.close();

  // Timur of another department has neither the talk nor the customer: the inquiry comes to him with both.
  const timur = await enter("timur");
  await timur.page.goto(`${house.url}/inquiries`);
  await timur.page.getByTestId("backlog").getByText("Самое давнее в рабочем времени").waitFor();
  await timur.page.getByRole("link", { name: "Принять" }).first().click();
  const his = timur.page.locator("form[data-reception]");
  await his.waitFor();
  expect(await his.getByLabel("Заметка о разговоре").inputValue()).toBe("Шумит вентилятор");
  await screenshot(timur.page, "dispatch-taken");
  await accessible(timur.page);
  await his.getByRole("button", { name: "Принять в новый Интерес" }).click();
  await timur.page.getByText(/Обращение №\d+ принято/).waitFor();
  timur.errors.check();
  await timur.context.close();
  const made = await sql`
    SELECT i.responsible_id, l.contact_name, q.status FROM inquiry q JOIN interest i ON i.id = q.interest_id JOIN lead l ON l.id = i.lead_id WHERE q.dialog_id = ${dialogId}`;
  expect(made).toEqual([{ responsible_id: ids.get("timur"), contact_name: "Гульнара", status: "processed" }]);
});

test("an Interest is made of the dialog with what is known filled in, and the dialog moves to another one (RG-13)", async () => {
  const { page, context, errors } = await enter("dana");
  const danaId = ids.get("dana") as string;
  const customer = await admin.post<{ id: string; contactPoints: { id: string }[] }>("/customers", {
    kind: "person",
    name: "Асель Жумабаева",
    responsibleId: danaId,
    contactPoints: [{ kind: "phone", value: "+77019010002" }],
  });
  const old = await admin.post<{ id: string }>("/interests", { kindId: sale, title: "Кресла", customerId: customer.id, responsibleId: danaId });
  const who = { customerId: customer.id, contactPointId: customer.contactPoints[0]?.id as string };
  const dialogId = await answeredCall(sql, voice, danaId, who, "+77019010002");
  await openWizard(page, house.url, dialogId);
  const pane = page.getByRole("region", { name: "Открытые Интересы" });
  await pane.getByRole("button", { name: "Создать Интерес из диалога" }).click();
  const form = page.getByRole("dialog");
  await form.getByText("Асель Жумабаева").first().waitFor();
  // Title, responsible and source stand there; what it is about is one choice.
  expect(await form.getByRole("textbox", { name: "Название" }).inputValue()).toBe("Асель Жумабаева");
  expect(await form.getByRole("combobox", { name: "Ответственный" }).inputValue()).toBe("Ким Дана");
  expect(await form.getByRole("combobox", { name: "Источник" }).inputValue()).toBe("Реклама");
  await form.getByRole("textbox", { name: "Название" }).fill("Шкаф");
  await form.getByRole("combobox", { name: "Вид" }).click();
  await page.getByRole("option", { name: "Сервис" }).click();
  await screenshot(page, "dispatch-interest");
  await accessible(page);
  await form.getByRole("button", { name: "Сохранить" }).click();
  await form.waitFor({ state: "detached" });
  const belongs = async () => (await sql<{ interest_id: string }[]>`SELECT interest_id FROM dialog_party WHERE dialog_id = ${dialogId}`)[0]?.interest_id;
  const [made] = await sql<{ id: string; title: string }[]>`SELECT id, title FROM interest WHERE customer_id = ${customer.id} AND id <> ${old.id}`;
  expect(made).toMatchObject({ title: "Шкаф" });
  expect(await belongs()).toBe(made?.id);

  await openWizard(page, house.url, dialogId);
  await pane.getByRole("listitem").filter({ hasText: "Кресла" }).getByRole("button", { name: "Перенести диалог в этот Интерес" }).click();
  await pane.getByRole("listitem").filter({ hasText: "Кресла" }).getByText("этот диалог").waitFor();
  await screenshot(page, "dispatch-moved");
  expect(await belongs()).toBe(old.id);
  errors.check();
  await context.close();
});

test("the administrator makes a rule, sees where purposes lead, and asks what would happen to a message", async () => {
  const { page, context, errors } = await enter("admin");
  await page.goto(`${house.url}/settings/dispatch`);
  await page.getByRole("button", { name: "Добавить правило" }).first().click();
  const rule = page.getByRole("dialog");
  await rule.getByRole("textbox", { name: "Название" }).fill("Ремонт");
  await rule.getByLabel("Слова в теме или тексте").first().fill("ремонт");
  await page.keyboard.press("Enter");
  await rule.getByRole("combobox", { name: "Что делать" }).click();
  await page.getByRole("option", { name: "Назначить" }).click();
  await rule.getByRole("combobox", { name: "Цель обращения" }).click();
  await page.getByRole("option", { name: "Сервис и поддержка" }).click();
  await screenshot(page, "dispatch-rule");
  await rule.getByRole("button", { name: "Сохранить" }).click();
  await rule.waitFor({ state: "detached" });
  await page.getByRole("tab", { name: "Цели обращений" }).click();
  await page.getByRole("button", { name: "Сервис" }).first().waitFor();
  await screenshot(page, "dispatch-purposes");
  await accessible(page);
  await page.getByRole("tab", { name: "Проверка" }).click();
  await page.getByRole("combobox", { name: "Канал" }).click();
  await page.getByRole("option", { name: "АТС офиса" }).click();
  await page.getByLabel("Номер или адрес").fill("8 701 901 00 02");
  await page.getByLabel("Тема и текст").fill("Нужен ремонт");
  await page.getByRole("button", { name: "Что будет?" }).click();
  const answer = page.getByTestId("dispatch-answer");
  await answer.getByText("Асель Жумабаева").waitFor();
  await answer.getByText("Получит: Мастерская").waitFor();
  await screenshot(page, "dispatch-tester");
  await accessible(page);
  errors.check();
  await context.close();
});
