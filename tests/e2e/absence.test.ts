import { connect } from "@kommutator/gateway/db/pool";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
const HOUR = 3_600_000;
let house: HouseProcess;
let browser: Browser;
let head: { login: string; password: string };
let dana: { login: string; password: string };

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  const admin = await ApiClient.login(house.url, "admin", FIRST);
  const { people } = await admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
  const named = (login: string) => people.find((each) => each.login === login) as typeof head;
  head = named("aigul");
  dana = named("dana");
  const api = await ApiClient.login(house.url, dana.login, dana.password);
  const { id: danaId } = await api.get<{ id: string }>("/me");
  const { id: customerId } = await api.post<{ id: string }>("/customers", { kind: "company", name: "ТОО Светофор", responsibleId: danaId });
  const kinds = await api.get<{ id: string; code: string }[]>("/interest-kinds");
  await api.post("/interests", { customerId, kindId: kinds.find((kind) => kind.code === "sale")?.id, title: "Кресла в приёмную" });
  const { interactionTypes } = await api.get<{ interactionTypes: { id: string; code: string }[] }>("/catalogues");
  const typeId = interactionTypes.find((type) => type.code === "meeting")?.id;
  await api.post("/interactions", { customerId, typeId, subject: "Замер приёмной", plannedFrom: new Date(Date.now() + HOUR).toISOString() });
  for (const title of ["Отправить образцы ткани", "Подготовить договор"]) await api.post("/tasks", { title, executorId: danaId });
  // What the wizard leaves of a complaint.
  const sql = connect(house.databaseUrl, { max: 1 });
  await sql`INSERT INTO claim (customer_id, title, description, responsible_id, registered_at) VALUES (${customerId}, 'Сломалась ножка', 'Сломалась ножка', ${danaId}, now())`;
  await sql.end();
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

test("a head marks who did not come, sees what went to the stand-in, and hands back a part of it when she returns", async () => {
  const { context, page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, head.login, head.password);
  await page.goto(`${house.url}/supervisor/absences`);
  await page.getByRole("button", { name: "Отметить отсутствие…" }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("combobox", { name: "Сотрудник" }).click();
  await page.getByRole("option", { name: "Ким Дана" }).click();
  await form.getByLabel("Причина").fill("Больничный");
  await form.getByRole("combobox", { name: "Замещает" }).click();
  await page.getByRole("option", { name: "Ахметов Болат" }).click();
  await form.getByRole("button", { name: "Сохранить" }).click();
  await form.waitFor({ state: "detached" });
  const row = page.getByRole("row", { name: /Ким Дана/ });
  await row.getByText("отсутствует", { exact: true }).waitFor();
  await row.getByText("Ахметов Болат").waitFor();

  // While she is away the list may be looked at.
  await row.getByRole("button", { name: "Что передано" }).click();
  const list = page.getByRole("dialog", { name: /Переданное за отсутствие: Ким Дана/ });
  await list
    .getByRole("region", { name: "Претензии" })
    .getByText(/Сломалась ножка/)
    .waitFor();
  await screenshot(page, "absence-delegated");
  await page.keyboard.press("Escape");
  await list.waitFor({ state: "detached" });

  await row.getByRole("button", { name: "Вернулся" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Вернулся" }).click();
  await list.getByRole("region", { name: "Задачи" }).getByRole("link", { name: "Отправить образцы ткани" }).waitFor();
  for (const [kind, title] of [
    ["Взаимодействия", "Замер приёмной"],
    ["Интересы", "Кресла в приёмную"],
    ["Претензии", "Сломалась ножка"],
  ] as const)
    await eventually(`${title} is preselected`, () =>
      list
        .getByRole("region", { name: kind })
        .getByRole("checkbox", { name: new RegExp(title) })
        .isChecked(),
    );
  await screenshot(page, "absence-hand-back");
  await accessible(page);
  await list.getByRole("checkbox", { name: "Подготовить договор" }).uncheck();
  await list.getByRole("checkbox", { name: /Остальное \(1\) оставить заместителю/ }).check();
  await list.getByRole("button", { name: /Забрать выбранное/ }).click();
  // Nothing is left to decide: the absence is over, and gone from those of now.
  await page.getByText("Все на месте").waitFor();
  await screenshot(page, "absence-handed-back");
  await accessible(page);

  const api = await ApiClient.login(house.url, dana.login, dana.password);
  await eventually("what was taken back is hers, the rest is not", async () => {
    const { items } = await api.get<{ items: { title: string; executor: { name: string } }[] }>("/tasks");
    const mine = items.filter((task) => task.executor.name === "Ким Дана").map((task) => task.title);
    return mine.includes("Отправить образцы ткани") && !mine.includes("Подготовить договор");
  });
  errors.check();
  await context.close();
}, 60_000);
