import { connect } from "@kommutator/gateway/db/pool";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";

const FIRST = "first-password";
type Kind = { id: string; code: string; name: string; stages: { id: string; name: string }[] };

let house: HouseProcess;
let browser: Browser;
let admin: ApiClient;
let dana: { login: string; password: string };
let danaId: string;
let sale: Kind;
let customerId: string;
beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
  dana = sample.people.find((each) => each.login === "dana") as typeof dana;
  danaId = (await admin.get<{ id: string; login: string }[]>("/employees")).find((each) => each.login === "dana")?.id as string;
  sale = (await admin.get<Kind[]>("/interest-kinds")).find((kind) => kind.code === "sale") as Kind;
  customerId = (await admin.post<{ id: string }>("/customers", { kind: "company", name: "ТОО Светофор", responsibleId: danaId })).id;
  await admin.post(`/customers/${customerId}/contacts`, { lastName: "Ким", firstName: "Ольга" });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

const enter = async (login: string, password: string): Promise<{ page: Page; errors: ReturnType<typeof listen> }> => {
  const { page } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, login, password);
  return { page, errors };
};
const interest = (body: object = {}) =>
  admin.post<{ id: string; number: number; version: number }>("/interests", {
    kindId: sale.id,
    title: "Вентиляция цеха",
    customerId,
    responsibleId: danaId,
    amount: 250_000,
    parallelReason: "ещё один",
    ...body,
  });

test("the card tells why the light is on, how long the stage takes and who its contact is; closing tells what goes on", async () => {
  const made = await interest();
  const api = await ApiClient.login(house.url, dana.login, dana.password);
  await api.post(`/interests/${made.id}/stage`, { stageId: sale.stages[1]?.id, version: made.version });
  const sql = connect(house.databaseUrl, { max: 1 });
  await sql`INSERT INTO inquiry (origin, interest_id, status, received_at, dispatched_to, dispatched_at) VALUES ('manual', ${made.id}, 'dispatched', now(), ${danaId}, now())`;
  for (let n = 0; n < 8; n++)
    await api.post("/interactions", {
      typeId: (await sql<{ id: string }[]>`SELECT id FROM interaction_type WHERE code = 'call'`)[0]?.id,
      subject: `Звонок ${n}`,
      interestId: made.id,
    });
  await sql.end();
  const { page, errors } = await enter(dana.login, dana.password);
  await page.goto(`${house.url}/interests/${made.id}`);
  const light = page.getByRole("region", { name: "Светофор" });
  await light.getByText("Внимание").waitFor();
  await light.getByText("нет следующего шага").waitFor();
  expect(await page.getByRole("list", { name: "Стадия" }).locator("[aria-current=step]").textContent()).toMatch(/осталось .*до /);

  await page.getByRole("button", { name: "Изменить", exact: true }).click();
  const box = page.getByRole("dialog");
  await box.getByRole("combobox", { name: "Контактное лицо" }).click();
  await page.getByRole("option", { name: "Ким Ольга" }).click();
  await box.getByRole("button", { name: "Сохранить" }).click();
  await box.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Ким Ольга" }).waitFor();

  const history = page.getByRole("region", { name: "История стадий" });
  await history.getByText(/вышел: /).waitFor();
  const all = page.getByRole("button", { name: "Показать все: 8" });
  await all.click();
  await eventually("all eight", async () => (await page.getByRole("link", { name: /^Звонок \d$/ }).count()) >= 8);
  await screenshot(page, "interest-light");
  await accessible(page);

  await page.getByRole("button", { name: "Закрыть", exact: true }).first().click();
  await box.getByText("Ещё в работе").waitFor();
  await box.getByText("передано", { exact: false }).first().waitFor();
  await screenshot(page, "interest-closing");
  await accessible(page);
  errors.check();
});

test("the list tells the light of each Interest; the page of loss reasons counts what was lost, by reason and amount", async () => {
  const reasons = (await admin.get<{ lossReasons: { id: string; name: string; kind: string; needsText: boolean }[] }>("/catalogues")).lossReasons;
  const reason = reasons.find((each) => each.kind === "deal_lost" && !each.needsText) as { id: string; name: string };
  await interest({ title: "Ещё открыт" });
  const lost = await interest({ title: "Проиграно", amount: 99_000 });
  await admin.post(`/interests/${lost.id}/close`, { status: "lost", lossReasonId: reason.id, version: lost.version });
  const { page, errors } = await enter(dana.login, dana.password);
  await page.goto(`${house.url}/interests`);
  const light = page.getByRole("row", { name: /Ещё открыт/ }).locator("[data-light=yellow]");
  await light.waitFor();
  expect(await light.getAttribute("title")).toMatch(/^Внимание: нет следующего шага/);
  await screenshot(page, "interest-list-lights");
  await accessible(page);
  await page.goto(`${house.url}/interests/losses`);
  const row = page.getByRole("row", { name: new RegExp(`^${reason.name}`) });
  await row.waitFor();
  expect((await row.textContent())?.replaceAll(/\s/g, "")).toContain("99000");
  await screenshot(page, "loss-reasons");
  await accessible(page);
  errors.check();
});

test("the administrator gives a stage its plan and what it asks for", async () => {
  const { page, errors } = await enter("admin", FIRST);
  await page.goto(`${house.url}/settings/interest-kinds`);
  await page.getByRole("button", { name: sale.name }).first().click();
  const drawer = page.getByRole("dialog").first();
  await drawer
    .getByText((sale.stages[1] as Kind["stages"][number]).name)
    .first()
    .waitFor();
  await screenshot(page, "stage-settings");
  await accessible(page);
  await drawer.locator("ol > li").nth(1).getByRole("button").first().click();
  const stage = page.getByRole("dialog").last();
  await stage.getByLabel("Норма, рабочих часов").fill("5");
  await screenshot(page, "stage-settings-one");
  await accessible(page);
  await stage.getByRole("button", { name: "Сохранить" }).click();
  await expect
    .poll(
      async () =>
        (await admin.get<{ id: string; stages: { plannedSeconds: number | null }[] }[]>("/interest-kinds")).find((k) => k.id === sale.id)?.stages[1]
          ?.plannedSeconds,
    )
    .toBe(5 * 3600);
  errors.check();
});
