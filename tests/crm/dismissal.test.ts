import type { Id } from "@kommutator/contract/ids";
import { type ApiFixture, apiFixture, type Browser } from "@kommutator/gateway/api/testing/api.fixture";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Whoever is dismissed hands over first: every kind of work that is in their hands is told, and each given away is told no more (AD-04). */
let house: ApiFixture;
let admin: Browser;
let leaver: Browser;
let leaverId: Id;
const login = { login: "leaver", password: "correct horse battery" };
beforeAll(async () => {
  house = await apiFixture();
  const { employees, departments, calendars, roles } = house.company;
  admin = await house.login(employees.admin);
  const body = { ...login, name: "Leaver", departmentId: departments.a, calendarId: calendars.always, roleIds: [roles.agent] };
  leaverId = (await admin.call("POST", "/employees", body)).json().id;
  leaver = await house.login(login);
});
afterAll(() => house.close());

async function make(browser: Browser, path: string, body: object): Promise<{ id: Id; version: number }> {
  const answer = await browser.call("POST", path, body);
  expect([path, answer.statusCode, answer.statusCode < 300 ? "" : answer.body]).toEqual([path, answer.statusCode, ""]);
  return answer.json();
}
const change = async (method: string, path: string, body: object) => {
  const answer = await admin.call(method, path, body);
  expect([path, answer.statusCode, answer.statusCode < 300 ? "" : answer.body]).toEqual([path, answer.statusCode, ""]);
};
const counts = async () => (await admin.call("POST", `/employees/${leaverId}/dismiss`, {})).json().details?.counts;

test("nobody goes while a dialog, a customer, a lead, an Interest, an Interaction, a task, an inquiry, a claim or a department is in their hands", async () => {
  const { catalogues, departments, employees, purposes } = { ...house.company, ...house.company.catalogues };
  const to = employees.bolat.id;
  const customer = await make(leaver, "/customers", { kind: "person", name: "Held", responsibleId: leaverId });
  const lead = await make(leaver, "/leads", { contactName: "Potential", noContact: true, responsibleId: leaverId });
  const kindId = catalogues.interestKinds["sale"]?.id;
  const interest = await make(leaver, "/interests", { kindId, title: "Wish", customerId: customer.id, responsibleId: leaverId });
  const plan = { typeId: catalogues.interactionTypes["call"]?.id, subject: "Ring", plannedFrom: "2030-01-01T06:00:00Z" };
  const interaction = await make(leaver, "/interactions", { ...plan, customerId: customer.id, executorId: leaverId });
  const task = await make(leaver, "/tasks", { title: "Prepare", executorId: leaverId });
  const inquiry = await make(await house.login(employees.head), "/inquiries", {});
  await change("POST", `/inquiries/${inquiry.id}/dispatch`, { employeeId: leaverId, purposeId: Object.values(purposes)[0], version: inquiry.version });
  const dialogId = await house.dialog({ channelId: await house.channel("web-chat"), assignee: leaverId });
  await house.sql`INSERT INTO claim (customer_id, title, description, responsible_id, registered_at) VALUES (${customer.id}, 'Late', 'Very', ${leaverId}, now())`;
  const department = await make(admin, "/departments", { name: "Their own", parentId: departments.a, headId: leaverId });

  const all = { dialogs: 1, interests: 1, customers: 1, leads: 1, interactions: 1, tasks: 1, inquiries: 1, claims: 1, departments: 1 };
  expect(await counts()).toEqual(all);
  expect((await leaver.call("GET", "/me")).statusCode).toBe(200);

  const version = async (table: string, id: Id) =>
    (await house.sql<{ version: number }[]>`SELECT version FROM ${house.sql(table)} WHERE id = ${id}`)[0]?.version;
  const handOver: Record<keyof typeof all, () => Promise<unknown>> = {
    dialogs: () => house.sql`UPDATE assignment SET ended_at = now(), end_reason = 'transferred' WHERE dialog_id = ${dialogId}`,
    interests: async () => change("PATCH", `/interests/${interest.id}`, { responsibleId: to, version: await version("interest", interest.id) }),
    customers: async () => change("PATCH", `/customers/${customer.id}`, { responsibleId: to, version: await version("customer", customer.id) }),
    leads: async () => change("PATCH", `/leads/${lead.id}`, { responsibleId: to, version: await version("lead", lead.id) }),
    interactions: async () => change("PATCH", `/interactions/${interaction.id}`, { executorId: to, version: await version("interaction", interaction.id) }),
    tasks: async () => change("PATCH", `/tasks/${task.id}`, { executorId: to, version: await version("task", task.id) }),
    inquiries: async () => change("POST", `/inquiries/${inquiry.id}/dispatch`, { employeeId: to, version: await version("inquiry", inquiry.id) }),
    claims: () => house.sql`UPDATE claim SET responsible_id = ${to} WHERE responsible_id = ${leaverId}`,
    departments: async () => change("PATCH", `/departments/${department.id}`, { headId: null, version: await version("department", department.id) }),
  };
  const left: Partial<typeof all> = { ...all };
  for (const kind of Object.keys(all) as (keyof typeof all)[]) {
    expect(await counts()).toEqual(left);
    await handOver[kind]();
    delete left[kind];
  }
  expect((await admin.call("POST", `/employees/${leaverId}/dismiss`, {})).json()).toMatchObject({ state: "dismissed" });
  expect((await leaver.call("GET", "/me")).statusCode).toBe(401);
});
