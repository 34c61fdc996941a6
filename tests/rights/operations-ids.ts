import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { agent, anyone, at, head, type Operation } from "./operation.ts";
import type { Kind, Side } from "./world.ts";

/** Requests in which every further id that a body may name stands somewhere: whom, about what, to whom, with which files. */

const inAYear = 365 * 86_400_000;
let days = 0;
function absence(s: Side): object {
  days += 2;
  const from = Date.now() + inAYear + days * 86_400_000;
  return { employeeId: s.me.id, from: new Date(from).toISOString(), to: new Date(from + 86_400_000).toISOString() };
}
/** What an absence handed over, and may be taken back of it. */
async function handedOver(s: Side, absenceId: Id): Promise<Id> {
  const { items } = (await s.browser.call("GET", `/absences/${absenceId}/handover`)).json();
  return s.know("handedOver", items[0].id);
}
async function returned(s: Side): Promise<Id> {
  const now = Date.now() + s.house.time.ahead;
  await s.make("interaction", "/interactions", { ...s.plan(), plannedFrom: new Date(now + 1_800_000).toISOString(), customerId: await s.customer() });
  const hour = { from: new Date(now).toISOString(), to: new Date(now + 3_600_000).toISOString() };
  const id = await s.make("absence", "/absences", { employeeId: s.me.id, ...hour });
  await s.browser.call("POST", `/absences/${id}/return`);
  return id;
}
async function qualified(s: Side): Promise<Id> {
  const id = await s.lead();
  await s.browser.call("PATCH", `/leads/${id}`, { status: "qualified", version: await s.version(id) });
  return id;
}
async function firstMessage(s: Side, dialogId: Id): Promise<Id> {
  const [row] = await s.house.sql<{ id: Id }[]>`SELECT id FROM message WHERE dialog_id = ${dialogId} LIMIT 1`;
  return s.know("message", (row as { id: Id }).id);
}
/** An Interest for which something is planned. */
async function planned(s: Side): Promise<Id> {
  const id = await s.interest();
  await s.make("interaction", "/interactions", { ...s.plan(), interestId: id });
  return id;
}
/** A contact of the customer whom an Interest is with. */
const contactOfInterest = async (s: Side, interestId: Id) => s.contactOf(await s.customerOf("interest", interestId));
const sale = (s: Side) => s.catalogues.interestKinds["sale"]?.id;
const lossReasonId = (s: Side) => Object.values(s.catalogues.lossReasons)[0];

/** A next step that names whom, about what, after what. */
async function step(s: Side, customerId: Id, interestId: Id): Promise<object> {
  return {
    ...s.plan(),
    customerId,
    contactId: await s.contactOf(customerId),
    interestId,
    parentId: await s.interactionOf(customerId),
    about: { kind: "interest", id: interestId },
    executorId: s.me.id,
  };
}
const wish = (s: Side) => ({ kind: "new", title: s.name("Wish"), interestKindId: sale(s), parallelReason: null });
const ofLead = async (s: Side) => ({ ...s.plan(), leadId: await s.lead() });
async function reception(s: Side, id: Id): Promise<{ version: number; purposeId: Id | undefined }> {
  return { version: await s.version(id), purposeId: s.catalogues.purposes["info"] ?? Object.values(s.catalogues.purposes)[0] };
}
async function received(s: Side, id: Id, more: object = {}): Promise<object> {
  const customerId = await s.customer();
  const interestId = await s.interestOf(customerId);
  const who = { kind: "customer", customerId, contactId: await s.contactOf(customerId) };
  return { ...(await reception(s, id)), who, interest: { kind: "existing", interestId }, next: await step(s, customerId, interestId), ...more };
}
async function two(s: Side, card: "contact" | "lead"): Promise<object> {
  const [survivorId, loserId] = [await s.of(card), await s.of(card)];
  return { card, survivorId, survivorVersion: await s.version(survivorId), loserId, loserVersion: await s.version(loserId) };
}
const abouts = (kinds: Kind[], line: (kind: Kind) => Operation, operation: string): Record<string, Operation> =>
  Object.fromEntries(kinds.map((kind) => [`${operation}#on a ${kind}`, line(kind)]));

/** Operations whose bodies may name more than the lines of the other tables do. */
export const idOperations: Record<string, Operation> = {
  "POST /dialogs/{id}/messages#with a file": agent({
    body: async (s) => ({ clientKey: randomUUID(), text: "Here", attachments: [await s.of("blob")] }),
  }),
  "POST /dialogs/{id}/messages#an answer to another": agent({
    body: async (s, id) => ({ clientKey: randomUUID(), text: "Yes", replyTo: await firstMessage(s, id) }),
    elsewhere: "gateway/src/api/dialogs/dialogs.test.ts",
  }),
  "POST /dialogs/{id}/messages#a note to a colleague": agent({
    body: (s) => ({ clientKey: randomUUID(), text: "Look", internal: true, mentions: [s.me.id] }),
    reachesAnybody: true,
  }),
  "POST /dialogs/{id}/transfer#to a colleague": agent({
    body: (s) => ({ employeeId: s.colleague.id }),
    reachesAnybody: true,
    elsewhere: "routing/src/shell/transfer.test.ts",
  }),
  "POST /dialogs/{id}/transfer#to a queue": agent({
    body: (s) => ({ queueId: s.queueId }),
    reachesAnybody: true,
    elsewhere: "routing/src/shell/transfer.test.ts",
  }),
  "POST /dialogs/assign-many#all of somebody": agent({
    body: (s) => ({ fromEmployeeId: s.me.id, employeeId: s.colleague.id }),
    itemised: true,
    reachesAnybody: true,
    elsewhere: "routing/src/shell/explain.test.ts",
  }),
  "PATCH /dialogs/{id}/party#a contact and an Interest": agent({
    body: async (s) => {
      const customerId = await s.customer();
      return { customerId, contactId: await s.contactOf(customerId), interestId: await s.interestOf(customerId) };
    },
  }),
  "PATCH /dialogs/{id}/party#a lead": agent({ body: async (s) => ({ leadId: await s.lead() }) }),

  "POST /absences#with a substitute": agent({ body: (s) => ({ ...absence(s), substituteId: s.colleague.id }), reachesAnybody: true }),
  "PATCH /absences/{id}#another substitute": agent({ body: (s) => ({ substituteId: s.colleague.id }), reachesAnybody: true }),
  "PUT /employees/{id}/substitute#a colleague": agent({
    id: async (s) => s.me.id,
    body: (s) => ({ substituteId: s.colleague.id }),
    reachesAnybody: true,
  }),
  "POST /absences/{id}/take-back#one": agent({ id: returned, body: async (s, id) => ({ take: [await handedOver(s, id)] }), itemised: true }),
  "POST /absences/{id}/take-back#leaving one": agent({ id: returned, body: async (s, id) => ({ take: [], keep: [await handedOver(s, id)] }), itemised: true }),

  "PATCH /customers/{id}#its responsible": agent({ body: (s, id) => at({ responsibleId: s.me.id })(s, id) }),
  "POST /customers/{id}/contacts#somebody known": agent({ body: async (s) => ({ contactId: await s.contact() }) }),
  "PATCH /contacts/{id}#at one company": agent({
    body: async (s, id) => ({ customerId: await s.customerOf("customer_contact", id), position: "Buyer", version: await s.version(id) }),
    changes: ["customerId"],
  }),
  "POST /contact-points#of a contact": agent({ body: async (s) => ({ ...s.phone(), contactId: await s.contact() }), changes: ["contactId"] }),
  "POST /contact-points#of a lead": agent({ body: async (s) => ({ ...s.phone(), leadId: await s.lead() }), changes: ["leadId"] }),
  "POST /customers/assistant#somebody known": agent({
    body: async (s) => ({ customerId: await s.customer(), contact: { contactId: await s.contact() } }),
    changes: ["customerId"],
  }),
  "POST /customers/assistant#a new customer": agent({
    body: (s) => ({ customer: { kind: "company", name: s.name("New"), responsibleId: s.me.id, contactPoints: [s.phone()] } }),
  }),
  "POST /duplicates/check#of a card": agent({ body: async (s) => ({ card: "customer", id: await s.customer(), name: s.name("Typed") }), itemised: true }),
  "POST /merges#contacts": head({ body: (s) => two(s, "contact"), changes: ["survivorId", "loserId"] }),
  "POST /merges#leads": head({ body: (s) => two(s, "lead"), changes: ["survivorId", "loserId"] }),

  "PATCH /leads/{id}#its responsible": agent({ body: (s, id) => at({ responsibleId: s.me.id })(s, id) }),
  "POST /leads/{id}/convert#with a contact": agent({
    id: qualified,
    body: async (s) => {
      const customerId = await s.customer();
      return { customerId, contactId: await s.contactOf(customerId) };
    },
  }),
  "POST /leads/{id}/convert#with what it lacked": agent({
    id: qualified,
    body: async (s) => ({ customerId: await s.customer(), given: { lead: { responsibleId: s.me.id } } }),
  }),

  "POST /inquiries/{id}/finish#an Interest that is open": agent({
    body: (s, id) => received(s, id),
    // The step is with whom the reception is with, whatever the order says.
    unheeded: ["next.customerId", "next.contactId", "next.interestId"],
  }),
  "POST /inquiries/{id}/finish#handed to a colleague": agent({
    body: (s, id) => received(s, id, { dispatchTo: s.colleague.id, next: s.plan() }),
    reachesAnybody: true,
  }),
  "POST /inquiries/{id}/finish#handed to a queue": agent({
    body: (s, id) => received(s, id, { dispatchQueueId: s.queueId, next: null }),
    // Whoever takes it from the queue decides what comes of it.
    unheeded: ["interest.interestId"],
    reachesAnybody: true,
  }),
  "POST /inquiries/{id}/finish#of a lead": agent({
    body: async (s, id) => {
      const leadId = await s.lead();
      return { ...(await reception(s, id)), who: { kind: "lead", leadId }, interest: wish(s), next: { ...s.plan(), leadId } };
    },
    unheeded: ["next.leadId"],
  }),
  "POST /inquiries/{id}/dispatch#to a queue": agent({ body: (s, id) => at({ queueId: s.queueId })(s, id), reachesAnybody: true }),

  "POST /interests#of a contact, from a dialog": agent({
    body: async (s) => {
      const customerId = await s.customer();
      const fromDialogId = await s.dialog();
      await s.browser.call("PATCH", `/dialogs/${fromDialogId}/party`, { customerId });
      return { kindId: sale(s), title: s.name("New"), customerId, contactId: await s.contactOf(customerId), fromDialogId };
    },
  }),
  "POST /interests#of a lead": agent({ body: async (s) => ({ kindId: sale(s), title: s.name("New"), leadId: await s.lead() }) }),
  "PATCH /interests/{id}#its people": agent({
    body: async (s, id) => ({ contactId: await contactOfInterest(s, id), responsibleId: s.me.id, version: await s.version(id) }),
  }),
  "POST /interests/{id}/stage#with its people": agent({
    body: async (s, id) => ({
      stageId: s.catalogues.interestKinds["sale"]?.stageIds[1],
      fields: { contactId: await contactOfInterest(s, id), responsibleId: s.me.id },
      version: await s.version(id),
    }),
  }),
  "POST /interests/{id}/close#its plans go to another": agent({
    id: planned,
    body: async (s, id) => ({
      status: "lost",
      lossReasonId: lossReasonId(s),
      plannedInteractions: "move",
      moveToId: await s.interestOf(await s.customerOf("interest", id)),
      fields: { contactId: await contactOfInterest(s, id), responsibleId: s.me.id },
      version: await s.version(id),
    }),
  }),

  "POST /interactions#with whom and about what": agent({
    body: async (s) => {
      const customerId = await s.customer();
      return step(s, customerId, await s.interestOf(customerId));
    },
  }),
  "POST /interactions#with a lead": agent({ body: ofLead }),
  ...abouts(
    ["interaction", "task", "dialog", "inquiry"],
    (kind) => agent({ body: async (s) => ({ ...s.plan(), customerId: await s.customer(), about: { kind, id: await s.of(kind) } }) }),
    "POST /interactions",
  ),
  "PATCH /interactions/{id}#its Interest, chain and executor": agent({
    body: async (s, id) => {
      const interestId = await s.interestOf(await s.customerOf("interaction", id));
      return { interestId, about: { kind: "interest", id: interestId }, executorId: s.me.id, version: await s.version(id) };
    },
  }),
  "POST /interactions/{id}/complete#and what comes next": agent({
    body: async (s, id) => {
      const customerId = await s.customerOf("interaction", id);
      return { result: "Agreed", next: await step(s, customerId, await s.interestOf(customerId)), version: await s.version(id) };
    },
  }),
  "POST /interactions/{id}/complete#and a lead next": agent({
    body: async (s, id) => ({ result: "Agreed", next: await ofLead(s), version: await s.version(id) }),
  }),

  "POST /tasks#for others": agent({ body: (s) => ({ title: s.name("Task"), executorId: s.colleague.id, coExecutorIds: [s.me.id] }), reachesAnybody: true }),
  "PATCH /tasks/{id}#for others": agent({ body: (s, id) => at({ executorId: s.colleague.id, coExecutorIds: [s.me.id] })(s, id), reachesAnybody: true }),
  ...abouts(
    ["contact", "lead", "interest", "interaction", "inquiry", "dialog"],
    (kind) => agent({ body: async (s) => ({ title: s.name("Task"), subject: { kind, id: await s.of(kind) } }) }),
    "POST /tasks",
  ),
  ...abouts(
    ["contact", "lead", "interest", "interaction", "inquiry", "task"],
    (kind) => agent({ body: async (s) => ({ object: kind, objectId: await s.of(kind), blobId: await s.of("blob") }), changes: ["objectId"] }),
    "POST /files",
  ),
  ...abouts(
    ["contact", "lead", "interest", "interaction", "inquiry", "task"],
    (kind) => agent({ readsPath: true, body: async (s) => ({ object: kind, objectId: await s.of(kind) }), changes: ["objectId"] }),
    "POST /files/{id}/links",
  ),

  "POST /notifications/read#one": anyone({ body: async (s) => ({ ids: [await s.of("notification")] }), itemised: true }),
  "POST /notifications/read#of a dialog": anyone({ body: async (s) => ({ dialogId: await s.dialog() }), itemised: true }),
  "POST /canned-answers#of the department": head({
    body: (s) => ({ scope: "department", departmentId: s.me.departmentId, title: s.name("Answer"), body: "Good day" }),
  }),
  "PATCH /canned-answers/{id}#of the department": head({
    id: (s) =>
      s.make("canned", "/canned-answers", { scope: "department", departmentId: s.me.departmentId, title: s.name("Answer"), body: "Good day" }, s.chief),
    body: (s, id) => at({ scope: "department", departmentId: s.me.departmentId })(s, id),
  }),
  "PATCH /imports/{id}#for somebody": head({ body: (s, id) => at({ options: { responsibleId: s.colleague.id } })(s, id), reachesAnybody: true }),
  "POST /import-profiles#for somebody": head({
    body: (s) => ({ object: "customer", name: s.name("Profile"), options: { responsibleId: s.colleague.id }, mapping: {} }),
    reachesAnybody: true,
  }),
  "PATCH /queues/{id}#where it belongs and flows over": head({
    reachesAnybody: true,
    body: async (s, id) => ({ departmentId: s.me.departmentId, overflowQueueId: await s.queue(), version: await s.version(id) }),
  }),
  "POST /emergency#of a channel": head({
    body: (s) => ({ channelId: s.chatId, mode: "closed", until: new Date(Date.now() + 3_600_000).toISOString() }),
    changes: ["channelId"],
  }),
  "POST /emergency#of a line": head({
    body: async (s) => ({ lineId: await s.of("line"), mode: "closed", until: new Date(Date.now() + 3_600_000).toISOString() }),
    changes: ["lineId"],
  }),
  "POST /emergency#everybody goes elsewhere": head({
    reachesAnybody: true,
    body: async (s) => ({
      queueId: await s.queue(),
      mode: "redirect",
      redirectQueueId: s.queueId,
      until: new Date(Date.now() + 3_600_000).toISOString(),
    }),
  }),
};
