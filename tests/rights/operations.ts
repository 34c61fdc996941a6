import { randomUUID } from "node:crypto";
import type { AccessObject } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import { houseOperations } from "./operations-house.ts";
import { type Kind, next, type Side } from "./world.ts";

export const ROLES = ["nobody", "agent", "head", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** A valid request of one operation of the API. Every operation of the OpenAPI document needs one: one line in this table. */
export interface Operation {
  /** The least role that succeeds with its own (its department's) things; the roles below it must be refused. */
  by: Role;
  /** What the path's {id} names, made by `Side.of`; or how it is made. Left out, the first word of the path says it. */
  id?: Kind | ((side: Side) => Promise<Id>);
  /** Other parts of the path. */
  params?: Record<string, string>;
  /** A valid body. Every id in it that `Side` made is tried with a foreign and with a missing one. */
  body?: (side: Side, id: Id) => object | Promise<object>;
  query?: (side: Side) => Record<string, string> | Promise<Record<string, string>>;
  headers?: Record<string, string>;
  /** What a list shows: whoever may read all of it sees foreign ones too. */
  of?: AccessObject;
  /** Colleagues are known by name across departments here: one hands over to them, forwards to them, takes them into a queue. */
  reachesAnybody?: boolean;
  /** It answers for each id by itself, and with success as a whole. */
  itemised?: boolean;
  /** Success needs more than an API (a telephone, a decision of the router): the test that holds the permitted twin. */
  elsewhere?: string;
}

/** A change that names the version it was made from. */
export const at =
  (patch: object) =>
  async (side: Side, id: Id): Promise<object> => ({ ...patch, version: await side.version(id) });

const agent = (line: Omit<Operation, "by"> = {}): Operation => ({ by: "agent", ...line });
const head = (line: Omit<Operation, "by"> = {}): Operation => ({ by: "head", ...line });
const admin = (line: Omit<Operation, "by"> = {}): Operation => ({ by: "admin", ...line });
const anyone = (line: Omit<Operation, "by"> = {}): Operation => ({ by: "nobody", ...line });

const crmOperations: Record<string, Operation> = {
  "GET /customers": agent({ of: "customer" }),
  "POST /customers": agent({ body: (s) => ({ kind: "person", name: s.name("New"), responsibleId: s.me.id, contactPoints: [s.phone()] }) }),
  "GET /customers/{id}": agent(),
  "PATCH /customers/{id}": agent({ body: at({ comment: "Called twice" }) }),
  "POST /customers/{id}/contacts": agent({ body: (s) => ({ lastName: s.name("New"), contactPoints: [s.phone()] }) }),
  "GET /customers/{id}/feed": agent(),
  "GET /contacts/{id}": agent(),
  "PATCH /contacts/{id}": agent({ body: at({ middleName: "Maratovich" }) }),
  "POST /contact-points": agent({ body: async (s) => ({ ...s.phone(), customerId: await s.customer() }) }),
  "PATCH /contact-points/{id}": agent({ body: () => ({ label: "work" }) }),
  "DELETE /contact-points/{id}": agent(),
  "GET /search": agent({ query: () => ({ q: "Customer" }), of: "customer" }),

  "GET /leads": agent({ of: "lead" }),
  "POST /leads": agent({ body: (s) => ({ contactName: s.name("New"), responsibleId: s.me.id, contactPoints: [s.phone()] }) }),
  "GET /leads/{id}": agent(),
  "PATCH /leads/{id}": agent({ body: at({ note: "Asked for a price" }) }),
  "GET /leads/{id}/feed": agent(),
  "POST /leads/{id}/convert": agent({ id: qualified, body: async (s) => ({ customerId: await s.customer() }) }),

  "GET /inquiries": agent({ of: "inquiry" }),
  "GET /inquiries/{id}": agent(),
  "GET /dialogs/{id}/reception": agent(),
  "PUT /inquiries/{id}/draft": agent({ body: () => ({ draft: { step: 2 } }) }),
  "POST /inquiries/{id}/finish": agent({
    body: async (s, id) => ({
      version: await s.version(id),
      purposeId: s.catalogues.purposes["info"] ?? Object.values(s.catalogues.purposes)[0],
      who: { kind: "customer", customerId: await s.customer(), contactId: null },
      interest: { kind: "new", title: s.name("Wish"), interestKindId: s.catalogues.interestKinds["sale"]?.id, parallelReason: null },
      next: null,
    }),
  }),
  "POST /inquiries/{id}/reject": agent({ body: at({ reason: "Spam" }) }),

  "GET /interests": agent({ of: "interest" }),
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
  "GET /catalogues": anyone(),
  "GET /notifications": anyone(),
  "GET /notifications/unread": anyone(),
  "POST /notifications/read": anyone({ body: () => ({ all: true }) }),

  "GET /audit": head({ of: "audit" }),
  "GET /departments": agent({ of: "department" }),
  "POST /departments": admin({ body: (s) => ({ name: s.name("Department"), parentId: s.me.departmentId, headId: null }) }),
  "PATCH /departments/{id}": admin({ body: at({ dayNormPoints: 100 }) }),
  "GET /employees": agent({ of: "employee" }),
  "POST /employees": admin({ body: (s) => person(s) }),
  "GET /employees/{id}": agent(),
  "PATCH /employees/{id}": admin({ body: at({ fte: 0.5 }) }),
  "POST /employees/{id}/password": admin({ body: () => ({ password: "correct horse battery" }) }),
  "POST /employees/{id}/dismiss": admin(),
  "GET /roles": head(),
  "GET /calendars": agent(),
  "POST /calendars": admin({ body: (s) => ({ name: s.name("Calendar"), tz: "Asia/Almaty", week: {}, exceptions: [] }) }),
  "PATCH /calendars/{id}": admin({ body: at({ tz: "Asia/Qyzylorda" }) }),
  "POST /dispatch-test": head({ body: (s) => ({ channelId: s.chatId, kind: "phone", value: "+77017654321" }) }),
  "POST /setup/company": admin({ elsewhere: "gateway/src/api/setup.test.ts" }),
  "POST /setup/sample": admin({ elsewhere: "gateway/src/api/setup.test.ts" }),

  ...catalogue("customer-statuses", (s) => ({ code: `c${s.name("")}`, name: s.name("Status") })),
  ...catalogue("industries", (s) => ({ code: `c${s.name("")}`, name: s.name("Industry") })),
  ...catalogue("interaction-types", (s) => ({ code: `c${s.name("")}`, name: s.name("Type") })),
  ...catalogue("interest-kinds", (s) => ({ code: `c${s.name("")}`, name: s.name("Kind"), processMode: "typical" })),
  ...catalogue("loss-reasons", (s) => ({ name: s.name("Reason"), kind: "deal_lost" })),
  ...catalogue("purposes", (s) => ({ code: `c${s.name("")}`, name: s.name("Purpose"), outcome: "information" })),
  ...catalogue("regions", (s) => ({ code: `c${s.name("")}`, name: s.name("Region") })),
  ...catalogue("sources", (s) => ({ name: s.name("Source") })),
  ...catalogue("stages", (s) => ({ kindId: s.catalogues.interestKinds["sale"]?.id, name: s.name("Stage"), pos: next() })),
};

/** One valid request for every operation, by "METHOD /path" of the OpenAPI document without /api/v1. */
export const OPERATIONS: Record<string, Operation> = { ...crmOperations, ...houseOperations({ agent, head, admin, anyone }) };

/** The three routes of one catalogue, kept by whoever may edit catalogues. */
function catalogue(name: string, body: (side: Side) => object): Record<string, Operation> {
  const id = (s: Side) => s.row(`/catalogues/${name}`, body(s));
  return {
    [`POST /catalogues/${name}`]: admin({ body }),
    [`PATCH /catalogues/${name}/{id}`]: admin({ id, body: (s) => ({ name: s.name("Renamed") }) }),
    [`DELETE /catalogues/${name}/{id}`]: admin({ id }),
  };
}

const person = (s: Side) => ({
  login: `hired-${randomUUID()}`,
  name: s.name("Hired"),
  departmentId: s.me.departmentId,
  calendarId: s.house.company.calendars.always,
  roleIds: [s.house.company.roles.agent],
  password: "correct horse battery",
});

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
