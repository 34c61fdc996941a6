import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { admin, agent, anyone, at, head, type Operation } from "./operation.ts";
import type { Side } from "./world.ts";

const person = (s: Side) => ({
  login: `hired-${randomUUID()}`,
  name: s.name("Hired"),
  departmentId: s.me.departmentId,
  calendarId: s.house.company.calendars.always,
  roleIds: [s.house.company.roles.agent],
  password: "correct horse battery",
});

const SECURITY = "gateway/src/api/login.test.ts";
/** The same person signed in on another machine. */
async function secondSession(s: Side): Promise<Id> {
  await s.house.login(s.me);
  const [row] = await s.house.sql<{ id: Id }[]>`SELECT id FROM session WHERE employee_id = ${s.me.id} ORDER BY created_at DESC LIMIT 1`;
  return s.know("session", (row as { id: Id }).id);
}
const DAY = 86_400_000;
let days = 2000;
function absence(s: Side): object {
  days += 2;
  return { employeeId: s.me.id, from: new Date(Date.now() + days * DAY).toISOString(), to: new Date(Date.now() + (days + 1) * DAY).toISOString() };
}
/** Two absences of one person never overlap: the one in force ends before the next begins. */
async function inForce(s: Side): Promise<Id> {
  const now = Date.now() + s.house.time.ahead;
  return s.make("absence", "/absences", { employeeId: s.me.id, from: new Date(now).toISOString(), to: new Date(now + 3_600_000).toISOString() });
}
async function returned(s: Side): Promise<Id> {
  const soon = new Date(Date.now() + s.house.time.ahead + 1_800_000).toISOString();
  await s.make("interaction", "/interactions", { ...s.plan(), plannedFrom: soon, customerId: await s.customer() });
  const id = await inForce(s);
  await s.browser.call("POST", `/absences/${id}/return`);
  return id;
}
/** Only a lead that has been qualified becomes a customer. */
async function qualified(s: Side): Promise<Id> {
  const id = await s.lead();
  await s.browser.call("PATCH", `/leads/${id}`, { status: "qualified", version: await s.version(id) });
  return id;
}
async function closedInterest(s: Side): Promise<Id> {
  const id = await s.interest();
  const body = { status: "lost", lossReasonId: Object.values(s.catalogues.lossReasons)[0], version: await s.version(id) };
  await s.browser.call("POST", `/interests/${id}/close`, body);
  return id;
}

/** Customers, leads, reception, Interests, Interactions, absences, people. */
export const crmOperations: Record<string, Operation> = {
  "GET /customers": agent({ of: "customer" }),
  "GET /customers#by name": agent({ of: "customer", query: () => ({ q: "Customer" }) }),
  "POST /customers": agent({ body: (s) => ({ kind: "person", name: s.name("New"), responsibleId: s.me.id, contactPoints: [s.phone()] }) }),
  "GET /customers/{id}": agent(),
  "POST /customers/assistant": agent({
    body: async (s) => ({ customerId: await s.customer(), contact: { lastName: s.name("New"), contactPoints: [s.phone()] } }),
  }),
  "PATCH /customers/{id}": agent({ body: at({ comment: "Called twice" }) }),
  "POST /customers/{id}/contacts": agent({ body: (s) => ({ lastName: s.name("New"), contactPoints: [s.phone()] }) }),
  "GET /customers/{id}/feed": agent(),
  "GET /contacts/{id}": agent(),
  "GET /contacts/{id}/feed": agent(),
  "PATCH /contacts/{id}": agent({ body: at({ middleName: "Maratovich" }) }),
  "POST /contact-points": agent({ body: async (s) => ({ ...s.phone(), customerId: await s.customer() }), changes: ["customerId"] }),
  "PATCH /contact-points/{id}": agent({ body: at({ label: "work" }) }),
  "DELETE /contact-points/{id}": agent(),
  "GET /search": agent({ query: () => ({ q: "Customer" }), of: "customer" }),

  "GET /leads": agent({ of: "lead" }),
  "GET /leads#by name": agent({ of: "lead", query: () => ({ q: "Lead" }) }),
  "POST /leads": agent({ body: (s) => ({ contactName: s.name("New"), responsibleId: s.me.id, contactPoints: [s.phone()] }) }),
  "GET /leads/{id}": agent(),
  "PATCH /leads/{id}": agent({ body: at({ note: "Asked for a price" }) }),
  "GET /leads/{id}/feed": agent(),
  "POST /leads/{id}/convert": agent({ id: qualified, body: async (s) => ({ customerId: await s.customer() }) }),

  "GET /inquiries": agent({ of: "inquiry" }),
  "GET /inquiries#unprocessed": agent({ of: "inquiry", query: () => ({ status: "unprocessed" }) }),
  "GET /inquiries/{id}": agent(),
  "GET /dialogs/{id}/reception": agent(),
  "PUT /inquiries/{id}/draft": agent({ body: () => ({ draft: { step: 2 } }) }),
  "POST /inquiries/{id}/finish": agent({
    body: async (s, id) => ({
      version: await s.version(id),
      purposeId: s.catalogues.purposes["info"] ?? Object.values(s.catalogues.purposes)[0],
      who: { kind: "customer", customerId: await s.customer(), contactId: null },
      interest: { kind: "new", title: s.name("Wish"), interestKindId: s.catalogues.interestKinds["sale"]?.id, parallelReason: null },
      next: s.plan(),
    }),
  }),
  "POST /inquiries/{id}/reject": agent({ body: at({ reason: "Spam" }) }),

  "GET /interests": agent({ of: "interest" }),
  "GET /interests#by name": agent({ of: "interest", query: () => ({ q: "Interest" }) }),
  "POST /interests": agent({
    body: async (s) => ({ kindId: s.catalogues.interestKinds["sale"]?.id, title: s.name("New"), customerId: await s.customer(), responsibleId: s.me.id }),
  }),
  "GET /interests/{id}": agent(),
  "PATCH /interests/{id}": agent({ body: at({ title: "Renamed" }) }),
  "POST /interests/{id}/stage": agent({ body: (s, id) => at({ stageId: s.catalogues.interestKinds["sale"]?.stageIds[1] })(s, id) }),
  "POST /interests/{id}/close": agent({
    body: async (s, id) => ({ status: "lost", lossReasonId: Object.values(s.catalogues.lossReasons)[0], version: await s.version(id) }),
  }),
  "POST /interests/{id}/reopen": agent({ id: closedInterest, body: at({}) }),

  "GET /interactions": agent({ of: "interaction" }),
  "POST /interactions": agent({ body: async (s) => ({ ...s.plan(), customerId: await s.customer(), executorId: s.me.id }) }),
  "PATCH /interactions/{id}": agent({ body: at({ subject: "Renamed" }) }),
  "POST /interactions/{id}/cancel": agent({ body: at({}) }),
  "POST /interactions/{id}/complete": agent({ body: at({ result: "Agreed" }) }),

  "GET /absences": agent({ of: "employee" }),
  "POST /absences": agent({ body: (s) => absence(s) }),
  "PATCH /absences/{id}": agent({ body: () => ({ reason: "Leave" }) }),
  "POST /absences/{id}/cancel": agent(),
  "GET /absences/{id}/handover": agent(),
  "POST /absences/{id}/return": agent({ id: inForce }),
  "POST /absences/{id}/take-back": agent({ id: returned, body: () => ({ take: "all" }) }),
  "GET /employees/{id}/substitute": agent({ id: async (s) => s.me.id }),
  "PUT /employees/{id}/substitute": agent({ id: async (s) => s.me.id, body: () => ({ substituteId: null }) }),

  "GET /canned-answers": agent(),
  "POST /canned-answers": agent({ body: (s) => ({ title: s.name("Answer"), body: "Good day" }) }),
  "PATCH /canned-answers/{id}": agent({ body: at({ body: "Good evening" }) }),
  "DELETE /canned-answers/{id}": agent(),
  "POST /canned-answers/{id}/render": agent({ body: async (s) => ({ dialogId: await s.dialog() }) }),
  "PATCH /dialogs/{id}/party": agent({ body: async (s) => ({ customerId: await s.customer() }) }),

  "GET /me": anyone(),
  "PATCH /me": anyone({ body: () => ({ locale: "en" }) }),
  "GET /me/security": anyone(),
  "POST /me/second-factor": anyone({ elsewhere: SECURITY }),
  "POST /me/second-factor/confirm": anyone({ elsewhere: SECURITY }),
  "POST /me/second-factor/off": anyone({ elsewhere: SECURITY }),
  "DELETE /me/sessions/{id}": agent({ id: secondSession }),
  "POST /me/sessions/end-others": anyone(),
  "GET /employees/{id}/sessions": admin(),
  "DELETE /employees/{id}/sessions": admin(),
  "DELETE /employees/{id}/second-factor": admin({ elsewhere: SECURITY }),
  "GET /notifications": anyone(),
  "GET /notifications/unread": anyone(),
  "POST /notifications/read": anyone({ body: () => ({ all: true }) }),

  "GET /audit": head({ of: "audit" }),
  "GET /departments": agent({ of: "department" }),
  "DELETE /departments/{id}": admin(),
  "GET /departments/{id}/history": agent({ id: async (s) => s.me.departmentId }),
  "GET /employees/{id}/departments": agent({ id: async (s) => s.me.id }),
  "DELETE /calendars/{id}": admin(),
  "POST /calendars/{id}/measure": agent({ everybodys: true, body: () => ({ from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z" }) }),
  "POST /departments": admin({ body: (s) => ({ name: s.name("Department"), parentId: s.me.departmentId, headId: null }) }),
  "PATCH /departments/{id}": admin({ body: at({ dayNormPoints: 100 }) }),
  "GET /employees": agent({ of: "employee" }),
  "POST /employees": admin({ body: (s) => person(s) }),
  "GET /employees/{id}": agent(),
  "PATCH /employees/{id}": admin({ body: at({ fte: 0.5 }) }),
  "POST /employees/{id}/password": admin({ body: () => ({ password: "correct horse battery" }) }),
  "POST /employees/{id}/dismiss": admin(),
  "GET /roles": head({ of: "role" }),
  "POST /roles": admin({ body: (s) => ({ name: s.name("Role"), permissions: [] }) }),
  "PATCH /roles/{id}": admin({ body: async (s, id) => ({ name: s.name("Renamed"), version: await s.version(id) }) }),
  "DELETE /roles/{id}": admin(),
  "GET /calendars": agent(),
  "POST /calendars": admin({ body: (s) => ({ name: s.name("Calendar"), tz: "Asia/Almaty", week: {}, exceptions: [] }) }),
  "PATCH /calendars/{id}": admin({ body: at({ tz: "Asia/Qyzylorda" }) }),
  "POST /dispatch-test": head({ body: (s) => ({ channelId: s.chatId, kind: "phone", value: "+77017654321" }) }),
  "POST /setup/company": admin({ elsewhere: "gateway/src/api/setup.test.ts" }),
  "POST /setup/sample": admin({ elsewhere: "gateway/src/api/setup.test.ts" }),
};
