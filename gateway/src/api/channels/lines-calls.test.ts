import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Browser } from "../testing/api.fixture.ts";
import { type RoutedHouse, routedHouse } from "../testing/routed.fixture.ts";

/** Lines set up through the API, called through ingest and the router, and what the one who takes the call then sees. */

let house: RoutedHouse;
let admin: Browser;
let aigul: Browser;
let trunk: Id;
let service: Id;
const named = (kind: "purposes" | "sources", code: string) => house.company.catalogues[kind][code] as Id;
beforeAll(async () => {
  house = await routedHouse();
  const { employees, departments, calendars, queueId } = house.company;
  admin = await house.login(employees.admin);
  aigul = await house.login(employees.aigul);
  trunk = house.phones;
  const made = await admin.call("POST", "/queues", { name: "Service", departmentId: departments.a, calendarId: calendars.always });
  service = made.json().id;
  await admin.call("PUT", `/queues/${service}/members`, { members: [{ employeeId: employees.aigul.id, media: ["voice"] }] });
  const add = (body: object) => admin.call("POST", `/channels/${trunk}/lines`, body);
  const keys = [{ key: "2", purposeId: named("purposes", "complaint") }];
  const lines = [
    await add({ number: "8 727 200 00 01", queueId, purposeId: named("purposes", "buy"), sourceId: named("sources", "advertising") }),
    await add({ number: "8 727 200 00 02", queueId: service, purposeId: named("purposes", "service"), sourceId: named("sources", "exhibition"), keys }),
  ];
  expect(lines.map((l) => l.statusCode)).toEqual([201, 201]);
  await house.open();
});
afterAll(() => house.close());

let serial = 0;
const offers = async (callKey: string, to: string) => {
  serial++;
  const from = { kind: "phone", value: `+7701800${String(1000 + serial)}` } as const;
  await house.report(trunk, { kind: "call.offered", eventKey: callKey, occurredAt: house.now(), callKey, direction: "in", from, to, source: "live" });
  await house.quiet();
  const [row] = await house.sql<{ dialog_id: Id }[]>`SELECT dialog_id FROM call WHERE external_id = ${callKey}`;
  return (row as { dialog_id: Id }).dialog_id;
};
const ends = async (callKey: string) => {
  await house.report(trunk, { kind: "call.ended", eventKey: `${callKey}:end`, occurredAt: house.now(), callKey, by: "customer", source: "live" });
  await house.quiet();
  await house.record();
};
/** The inquiry of a dialog as Aigul sees it in her list. */
const inquiryOf = async (dialogId: Id) => {
  const list = (await aigul.call("GET", "/inquiries?status=unprocessed")).json();
  return list.items.find((i: { dialogId: Id }) => i.dialogId === dialogId);
};

test("a call to line A and one to line B get their own queue, purpose and source (RG-07, RG-16)", async () => {
  const { queueId } = house.company;
  const [toA, toB, elsewhere] = [await offers("a", "+77272000001"), await offers("b", "87272000002"), await offers("c", "+77272000003")];
  const queues = await house.sql<{ dialog_id: Id; queue_id: Id }[]>`SELECT dialog_id, queue_id FROM entry`;
  const queueOf = (id: Id) => queues.find((q) => q.dialog_id === id)?.queue_id;
  expect([queueOf(toA), queueOf(toB), queueOf(elsewhere)]).toEqual([queueId, service, queueId]);
  for (const key of ["a", "b", "c"]) await ends(key);
  expect(await inquiryOf(toA)).toMatchObject({
    suggestedPurposeId: named("purposes", "buy"),
    purposeId: null,
    source: { id: named("sources", "advertising") },
  });
  expect(await inquiryOf(toB)).toMatchObject({
    suggestedPurposeId: named("purposes", "service"),
    purposeId: null,
    source: { id: named("sources", "exhibition") },
  });
  expect(await inquiryOf(elsewhere)).toMatchObject({ suggestedPurposeId: null, source: null });
  const leads = (await admin.call("GET", "/leads")).json().items as { source: { name: string } | null }[];
  expect(leads.map((l) => l.source?.name ?? null).sort()).toEqual(["Advertising", "Exhibition", null].sort());
});

test("what would happen to a call is told by the line that is dialled, however it is written", async () => {
  const head = await house.login(house.company.employees.head);
  const queueFor = async (line: string) => (await head.call("POST", "/routing/what-if", { channelId: trunk, line, number: "+77018009999" })).json().queue.id;
  expect([await queueFor("8 (727) 200-00-02"), await queueFor("+77272000001"), await queueFor("8 727 200 00 09")]).toEqual([
    service,
    house.company.queueId,
    house.company.queueId,
  ]);
});

test("the key that the caller pressed goes before the line's purpose in the wizard; the person confirms another, and that is audited", async () => {
  const dialogId = await offers("menu", "+77272000002");
  await house.report(trunk, { kind: "call.digit", eventKey: "menu:2", occurredAt: house.now(), callKey: "menu", digit: "2" });
  await house.ready(house.company.employees.aigul);
  const ring = await house.ringOf("menu");
  for (const state of ["answered", "bridged"] as const) {
    const leg = { callKey: "menu", legKey: ring.offerId, party: "agent", employeeId: ring.employeeId, offerId: ring.offerId, source: "live" } as const;
    await house.report(trunk, { kind: "call.leg", eventKey: `menu:${state}`, occurredAt: house.now(), state, ...leg });
    await house.quiet();
  }
  await house.record();
  const reception = (await aigul.call("GET", `/dialogs/${dialogId}/reception`)).json();
  expect(reception.inquiry).toMatchObject({
    suggestedPurposeId: named("purposes", "complaint"),
    purposeId: null,
    source: { id: named("sources", "exhibition") },
  });
  const version = reception.inquiry.version as number;
  const finished = await aigul.call("POST", `/inquiries/${reception.inquiry.id}/finish`, {
    version,
    purposeId: named("purposes", "information"),
    who: { kind: "lead", leadId: reception.inquiry.party.leadId },
    interest: { kind: "none" },
  });
  expect(finished.statusCode, finished.body).toBeLessThan(300);
  const trace = await house.sql<{ changes: Record<string, unknown> }[]>`
    SELECT changes FROM audit_log WHERE object_kind = 'inquiry' AND object_id = ${reception.inquiry.id} AND changes ? 'purpose_id' ORDER BY id DESC LIMIT 1`;
  expect(trace[0]?.changes["purpose_id"]).toEqual([named("purposes", "complaint"), named("purposes", "information")]);
});
