import { connect } from "@kommutator/gateway/db/pool";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../lab/support/browser.ts";
import { ApiClient, eventually, type HouseProcess, startHouseProcess } from "../support/house.ts";
import { accessible, listen, person, screenshot, signIn } from "./support.ts";
import { answeredCall, openWizard } from "./talk.ts";

const FIRST = "first-password";
let house: HouseProcess;
let browser: Browser;
let admin: ApiClient;
let password: string;
let aigulId: string;
let voice: string;
let sql: ReturnType<typeof connect>;
let number = 1000;

beforeAll(async () => {
  house = await startHouseProcess({ env: { FIRST_PASSWORD: FIRST } });
  sql = connect(house.databaseUrl, { max: 1 });
  admin = await ApiClient.login(house.url, "admin", FIRST);
  const sample = await admin.post<{ people: { login: string; password: string }[] }>("/setup/sample");
  password = sample.people.find((each) => each.login === "aigul")?.password as string;
  aigulId = (await admin.get<{ id: string; login: string }[]>("/employees")).find((each) => each.login === "aigul")?.id as string;
  const [queue] = await admin.get<{ id: string }[]>("/queues");
  const [channel] = await sql<{ id: string }[]>`
    INSERT INTO channel (kind, name, queue_id, config, enabled) VALUES ('asterisk-ari', 'АТС офиса', ${queue?.id as string}, '{}', false) RETURNING id`;
  voice = channel?.id as string;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await sql?.end();
  await house?.close();
});

/** A call that Aigul has answered and is talking on. */
const answered = (who: { customerId: string; contactPointId: string } | null, value: string) => answeredCall(sql, voice, aigulId, who, value);

/** A customer of Aigul's with a number and one open sale. */
async function knownCaller(name: string): Promise<{ dialogId: string; interest: number }> {
  const value = `+7701900${number++}`;
  const customer = await admin.post<{ id: string; contactPoints: { id: string }[] }>("/customers", {
    kind: "person",
    name,
    responsibleId: aigulId,
    contactPoints: [{ kind: "phone", value }],
  });
  const { interestKinds } = await admin.get<{ interestKinds: { id: string; code: string }[] }>("/catalogues");
  const kindId = interestKinds.find((each) => each.code === "sale")?.id as string;
  const interest = await admin.post<{ id: string; number: number }>("/interests", { kindId, title: "Кресла", customerId: customer.id, responsibleId: aigulId });
  const dialogId = await answered({ customerId: customer.id, contactPointId: customer.contactPoints[0]?.id as string }, value);
  return { dialogId, interest: interest.number };
}

interface Effort {
  clicks: number;
  fields: number;
  keys: number;
}
/** Counts what a person does on the page from now on: presses of the pointer, fields changed, keys outside text. */
async function countEffort(page: Page): Promise<() => Promise<Effort>> {
  await page.evaluate(() => {
    const fields = new Set<EventTarget | string>();
    const effort = { clicks: 0, keys: 0 };
    (globalThis as unknown as { effort: () => Effort }).effort = () => ({ ...effort, fields: fields.size });
    document.addEventListener("pointerdown", () => (effort.clicks += 1), true);
    document.addEventListener(
      "input",
      (event) => {
        const input = event.target as HTMLInputElement;
        // The buttons of one choice are one field.
        fields.add(input.type === "radio" ? input.name : input);
      },
      true,
    );
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key.length > 1 && !["Control", "Shift"].includes(event.key)) effort.keys += 1;
      },
      true,
    );
  });
  return () => page.evaluate(() => (globalThis as unknown as { effort: () => Effort }).effort());
}

/** The dialog is open and its wizard stands ready beside the talk. */
async function open(page: Page, dialogId: string): Promise<() => Promise<Effort>> {
  await openWizard(page, house.url, dialogId);
  return countEffort(page);
}
const received = (page: Page) => page.getByText(/Обращение №\d+ принято/).waitFor();

test("a known caller is received in at most three clicks, a new one with at most six fields, both also by the keyboard alone", async () => {
  const { page, context } = await person(browser);
  const errors = listen(page);
  await signIn(page, house.url, "aigul", password);

  // A known caller, by the mouse: the purpose is that of the only open Interest, which stands chosen.
  const known = await knownCaller("Иван Ромашкин");
  let effort = await open(page, known.dialogId);
  await screenshot(page, "reception-known");
  await accessible(page);
  await page.getByRole("button", { name: `Принять в Интерес №${known.interest}` }).click();
  await received(page);
  expect(await effort()).toMatchObject({ clicks: 1, fields: 0 });

  // Taken back within the minute, and received again.
  await page.getByTestId("undo").click();
  await page.getByRole("button", { name: `Принять в Интерес №${known.interest}` }).click();
  await received(page);
  expect((await effort()).clicks).toBe(3);

  // A known caller, by the keyboard alone.
  const second = await knownCaller("Мария Василькова");
  effort = await open(page, second.dialogId);
  await page.getByRole("button", { name: `Принять в Интерес №${second.interest}` }).waitFor();
  await page.keyboard.press("Control+Enter");
  await received(page);
  expect(await effort()).toEqual({ clicks: 0, fields: 0, keys: 1 });

  // A new caller, by the mouse: purpose, name, company, e-mail, title, note.
  const strange = await answered(null, `+7701900${number++}`);
  effort = await open(page, strange);
  const wizard = page.locator("form[data-reception]");
  await wizard.locator("[data-purpose=buy]").click();
  await wizard.getByLabel("Имя").fill("Сауле Ахметова");
  await wizard.getByLabel("Компания").fill("Лотос");
  await wizard.getByLabel("Эл. почта").fill("saule@lotos.example");
  await wizard.getByLabel("Название").fill("Столы");
  await wizard.getByLabel("Заметка о разговоре").fill("Шесть столов до пятницы");
  await screenshot(page, "reception-new");
  await accessible(page);
  await page.getByRole("button", { name: "Принять в новый Интерес" }).click();
  await received(page);
  const mouse = await effort();
  expect(mouse.fields).toBeLessThanOrEqual(6);
  expect(mouse.clicks).toBeLessThanOrEqual(3);
  await screenshot(page, "reception-done");

  // A new caller, by the keyboard alone: `p` leads to the purposes, Space chooses, Tab goes on, Ctrl+Enter finishes.
  const unknown = await answered(null, `+7701900${number++}`);
  effort = await open(page, unknown);
  await page.keyboard.press("p");
  await page.keyboard.press("Space");
  const into = async (label: string, text: string) => {
    for (let step = 0; step < 25; step++) {
      const name = await page.evaluate(() => {
        const focused = document.activeElement as HTMLInputElement | null;
        return focused?.labels?.[0]?.textContent ?? focused?.getAttribute("aria-label") ?? "";
      });
      if (name.startsWith(label)) return page.keyboard.type(text);
      await page.keyboard.press("Tab");
    }
    throw new Error(`${label} is not reached by Tab`);
  };
  await into("Имя", "Тимур");
  await into("Эл. почта", "timur@lotos.example");
  await into("Заметка о разговоре", "Перезвонить после обеда");
  await page.keyboard.press("Control+Enter");
  await received(page);
  const keyboard = await effort();
  expect(keyboard.clicks).toBe(0);
  expect(keyboard.fields).toBeLessThanOrEqual(6);
  expect(keyboard.keys).toBeLessThanOrEqual(40);

  // What stands in the house afterwards: one Interest more for each new caller, none for a known one.
  const after = await sql<{ name: string; email: string; title: string; note: string }[]>`
    SELECT l.contact_name AS name, p.value_norm AS email, i.title, n.description AS note FROM lead l JOIN contact_point p ON p.lead_id = l.id AND p.kind = 'email'
    JOIN interest i ON i.lead_id = l.id JOIN interaction n ON n.interest_id = i.id AND n.state = 'done' WHERE l.contact_name IN ('Сауле Ахметова', 'Тимур') ORDER BY 1`;
  expect(after).toMatchObject([
    { name: "Сауле Ахметова", email: "saule@lotos.example", title: "Столы", note: "Шесть столов до пятницы" },
    { name: "Тимур", email: "timur@lotos.example", note: "Перезвонить после обеда" },
  ]);
  const customers =
    await sql`SELECT count(*)::int AS n FROM interest i JOIN customer c ON c.id = i.customer_id WHERE c.name IN ('Иван Ромашкин', 'Мария Василькова')`;
  expect(customers).toEqual([{ n: 2 }]);

  // Open in two tabs, the second is read-only until it is taken over.
  const twice = await answered(null, `+7701900${number++}`);
  await open(page, twice);
  const other = await context.newPage();
  await other.goto(`${house.url}/dialogs/${twice}`);
  await other.getByText("открыт в другой вкладке").waitFor();
  expect(await other.getByTestId("finish").isDisabled()).toBe(true);
  await screenshot(other, "reception-second-tab");
  await other.getByRole("button", { name: "Продолжить здесь" }).click();
  await eventually(
    "the form is here, and no longer there",
    async () => !(await other.getByTestId("finish").isDisabled()) && (await page.getByTestId("finish").isDisabled()),
  );
  errors.check();
  await context.close();
});
