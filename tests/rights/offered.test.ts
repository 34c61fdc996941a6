import { type AccessAction, type AccessObject, OBJECTS, OFFERED } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import type { Browser } from "@kommutator/gateway/api/testing/api.fixture";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { nameOf, openWorld, requestOf, send, type World } from "./matrix.ts";
import { agent, at, head, type Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";

/** A role offers only rights that something asks for: whoever has every right but one is refused what that one is for (AD-02). */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
let world: World;
let browser: Browser;
let roleId: Id;
type Right = `${AccessObject}.${AccessAction}`;
const RIGHTS = OBJECTS.flatMap((object) => OFFERED[object].map((action): Right => `${object}.${action}`));

beforeAll(async () => {
  world = await openWorld();
  const { house, ours } = world;
  roleId = (await ours.admin.call("POST", "/roles", { name: "All but one", permissions: [] })).json().id;
  const person = { login: "all-but-one", password: "correct horse battery" };
  const calendarId = house.company.calendars.always;
  const body = { ...person, name: "Everything", departmentId: ours.me.departmentId, calendarId, roleIds: [roleId] };
  expect((await ours.admin.call("POST", "/employees", body)).statusCode).toBe(201);
  browser = await house.login(person);
});
afterAll(() => world.house.close());

/** Asked for by something else than a line of the tables: what is sent. */
const SPECIAL: Partial<Record<Right, [line: string, operation: Operation]>> = {
  "dialog.assign": ["POST /dialogs/{id}/assign", agent({ body: (s) => ({ employeeId: s.me.id }) })],
  "customer.assign": ["PATCH /customers/{id}", head({ body: (s, id) => at({ responsibleId: s.colleague.id })(s, id) })],
  "lead.assign": ["PATCH /leads/{id}", head({ body: (s, id) => at({ responsibleId: s.colleague.id })(s, id) })],
  "interest.assign": ["PATCH /interests/{id}", head({ body: (s, id) => at({ responsibleId: s.colleague.id })(s, id) })],
  "interest.delete": ["POST /interests/{id}/close", head({ body: at({ status: "cancelled" }) })],
  "interaction.assign": ["PATCH /interactions/{id}", head({ body: (s, id) => at({ executorId: s.colleague.id })(s, id) })],
  "canned.delete": ["DELETE /canned-answers/{id}", { ...(OPERATIONS["PATCH /canned-answers/{id}#of the department"] as Operation), body: () => ({}) }],
  "import.edit": ["PATCH /imports/{id}", head({ body: at({ options: { letIncomplete: true } }) })],
};
/** Who asks for it: an operation that whoever lacks it is refused. */
const ASKED: Partial<Record<Right, string>> = {
  "dialog.create": "POST /dialogs",
  "dialog.read": "GET /dialogs",
  "dialog.edit": "POST /dialogs/{id}/close",
  "dialog.export": "GET /exports/{list}#dialogs",
  "call.create": "POST /calls",
  "call.read": "GET /calls",
  "call.edit": "POST /calls/{id}/hold",
  "call.export": "GET /calls/export",
  "customer.create": "POST /customers",
  "customer.read": "GET /customers",
  "customer.edit": "PATCH /customers/{id}",
  "customer.export": "GET /exports/{list}#customers",
  "lead.create": "POST /leads",
  "lead.read": "GET /leads",
  "lead.edit": "PATCH /leads/{id}",
  "lead.export": "GET /exports/{list}#leads",
  "interest.create": "POST /interests",
  "interest.read": "GET /interests",
  "interest.edit": "PATCH /interests/{id}",
  "interest.export": "GET /exports/{list}#interests",
  "stage.edit": "POST /interests/{id}/mode",
  "stage.delete": "POST /interests/{id}/stage/reverse",
  "interaction.create": "POST /interactions",
  "interaction.read": "GET /interactions",
  "interaction.edit": "PATCH /interactions/{id}",
  "interaction.export": "GET /exports/{list}#interactions",
  "task.create": "POST /tasks",
  "task.read": "GET /tasks/{id}",
  "task.edit": "PATCH /tasks/{id}",
  "task.export": "GET /exports/{list}#tasks",
  "inquiry.create": "POST /inquiries",
  "inquiry.read": "GET /inquiries/{id}",
  "inquiry.edit": "POST /inquiries/{id}/reject",
  "inquiry.export": "GET /exports/{list}#inquiries",
  "import.create": "POST /imports",
  "import.read": "GET /imports",
  "import.delete": "POST /imports/{id}/undo",
  "employee.create": "POST /employees",
  "employee.read": "GET /employees",
  "employee.edit": "PATCH /employees/{id}",
  "employee.export": "GET /exports/{list}#employees",
  "employee.assign": "POST /absences",
  "department.create": "POST /departments",
  "department.read": "GET /departments",
  "department.edit": "PATCH /departments/{id}",
  "department.delete": "DELETE /departments/{id}",
  "department.export": "GET /exports/{list}#departments",
  "queue.create": "POST /queues",
  "queue.read": "GET /queues",
  "queue.edit": "PATCH /queues/{id}",
  "channel.create": "POST /channels",
  "channel.read": "GET /channels",
  "channel.edit": "PATCH /channels/{id}",
  "channel.delete": "DELETE /channels/{id}",
  "channel.export": "GET /exports/{list}#blocked-numbers",
  "catalogue.create": "POST /catalogues/regions",
  "catalogue.read": "GET /catalogues/{name}",
  "catalogue.edit": "PATCH /catalogues/regions/{id}",
  "catalogue.delete": "DELETE /catalogues/regions/{id}",
  "catalogue.export": "GET /exports/{list}#catalogues",
  "canned.create": "POST /canned-answers#of the department",
  "canned.edit": "PATCH /canned-answers/{id}#of the department",
  "canned.export": "GET /exports/{list}#canned-answers",
  "calendar.create": "POST /calendars",
  "calendar.read": "GET /calendars",
  "calendar.edit": "PATCH /calendars/{id}",
  "calendar.delete": "DELETE /calendars/{id}",
  "role.create": "POST /roles",
  "role.read": "GET /roles",
  "role.edit": "PATCH /roles/{id}",
  "role.delete": "DELETE /roles/{id}",
  "role.export": "GET /exports/{list}#roles",
  "board.read": "GET /board",
  "board.export": "GET /exports/{list}#presence-log",
  "audit.read": "GET /audit",
  "audit.export": "GET /exports/{list}#audit",
};
/** These show in what an answer holds. */
const IN_ANSWERS: Right[] = ["recording.read", "canned.read"];

async function permit(lacking: Right | null): Promise<void> {
  const permissions = RIGHTS.filter((right) => right !== lacking).map((right) => {
    const [object, action] = right.split(".");
    return { object, action, scope: "all" };
  });
  const version = (await world.ours.admin.call("GET", "/roles")).json().find((role: { id: Id }) => role.id === roleId).version;
  const answer = await world.ours.admin.call("PATCH", `/roles/${roleId}`, { permissions, version });
  expect([answer.statusCode, answer.body.slice(0, 200)]).toEqual([200, expect.any(String)]);
}
const refused = ({ statusCode, body }: { statusCode: number; body: string }) =>
  statusCode === 403 || statusCode === 404 || (statusCode === 422 && body.includes('"forbidden"'));

test("every right that is offered is asked for somewhere, and nothing that is asked for is not offered", () => {
  expect([...Object.keys(ASKED), ...Object.keys(SPECIAL), ...IN_ANSWERS].sort()).toEqual([...RIGHTS].sort());
});

test.each(RIGHTS.filter((right) => !IN_ANSWERS.includes(right)))("without %s alone one is refused what it is for; with it one is not", async (right) => {
  const [line, operation] = SPECIAL[right] ?? [ASKED[right] as string, OPERATIONS[ASKED[right] as string] as Operation];
  const described = world.described.find((d) => d.name === nameOf(line));
  if (described === undefined || operation === undefined) throw new Error(`${right}: there is no ${line}`);
  const request = await requestOf(described, operation, world.ours);
  await permit(right);
  const without = await send(browser, request);
  if (!refused(without)) throw new Error(`without ${right}, ${line}: ${without.statusCode} ${without.body.slice(0, 300)}`);
  await permit(null);
  const having = await send(browser, request);
  if (refused(having)) throw new Error(`with ${right}, ${line}: ${having.statusCode} ${having.body.slice(0, 300)}`);
});

test("a right that nothing asks for is not kept in a role", async () => {
  const permissions = [
    { object: "board", action: "delete", scope: "all" },
    { object: "board", action: "read", scope: "all" },
  ];
  const made = (await world.ours.admin.call("POST", "/roles", { name: "Onlookers", permissions })).json();
  expect(made.permissions).toEqual([permissions[1]]);
});
