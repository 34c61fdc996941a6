import { randomUUID } from "node:crypto";
import type { WhyItem } from "@kommutator/contract/api/routing-explain";
import type { CallOffered } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SeededEmployee } from "../../../tests/support/company.ts";
import { until } from "../../../tests/support/routing.ts";
import { chat } from "../dialogs/ingest.fixture.ts";
import type { Browser } from "./testing/api.fixture.ts";
import { type RoutedHouse, routedHouse } from "./testing/routed.fixture.ts";

/** From real rows, set up through the API, to the router's decision and back through the API: RG-04, RG-05, RG-06. */

let house: RoutedHouse;
let people: RoutedHouse["company"]["employees"];
let as: Record<keyof RoutedHouse["company"]["employees"], Browser>;
let web: Id;
beforeAll(async () => {
  house = await routedHouse();
  people = house.company.employees;
  as = Object.fromEntries(await Promise.all(Object.entries(people).map(async ([name, person]) => [name, await house.login(person)]))) as never;
  web = await house.channel("web-chat");
});
afterAll(() => house.close());

async function done(by: Browser, method: string, path: string, body?: object) {
  const answer = await by.call(method, path, body);
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`);
  return answer.body === "" ? null : answer.json();
}
const calls = (callKey: string, number: string): CallOffered => ({
  kind: "call.offered",
  eventKey: `${callKey}:offered`,
  occurredAt: house.now(),
  callKey,
  direction: "in",
  from: { kind: "phone", value: number },
  to: "7272000000",
  source: "live",
});
/** A visitor writes; the dialog waits. */
async function writes(visitor: string): Promise<Id> {
  await house.report(web, chat(visitor, "Good day", { occurredAt: house.now() }));
  await house.quiet();
  const [row] = await house.sql<{ id: Id }[]>`SELECT id FROM dialog WHERE channel_id = ${web} AND thread_key = ${visitor}`;
  return (row as { id: Id }).id;
}
/** The router's decisions about a dialog as a person reads them. */
async function decisionsOf(by: Browser, dialogId: Id) {
  const { timeline } = (await done(by, "GET", `/dialogs/${dialogId}/why`)) as { timeline: WhyItem[] };
  return timeline.flatMap((item) => (item.kind === "decision" ? [item] : []));
}
async function hangsUp(callKey: string): Promise<void> {
  await house.report(house.phones, { kind: "call.ended", eventKey: `${callKey}:ended`, occurredAt: house.now(), callKey, by: "customer", source: "live" });
  await house.quiet();
}

describe("the least loaded (RG-05)", () => {
  test("dialogs, planned Interactions and norms as they are stored give 0.94, 0.71 and 0.80; the decision keeps them, and the agent reads them", async () => {
    const { aigul, bolat, dana } = people;
    for (const [id, dayNormPoints] of [
      [house.company.departments.a, 100],
      [house.company.departments.b, 50],
    ] as const)
      await done(as.admin, "PATCH", `/departments/${id}`, { dayNormPoints, version: 0 });
    await done(as.admin, "PATCH", `/employees/${dana.id}`, { maxDialogs: 3, version: 0 });
    const members = [aigul, bolat, dana].map(({ id }) => ({ employeeId: id, media: ["voice", "chat"], weight: id === dana.id ? 0.5 : 1 }));
    await done(as.admin, "PUT", `/queues/${house.company.queueId}/members`, { members });
    const plans: [SeededEmployee, Browser, string[]][] = [
      [aigul, as.aigul, ["meeting", "presentation"]],
      [bolat, as.bolat, ["presentation", "presentation", "call", "call"]],
      [dana, as.dana, ["meeting"]],
    ];
    for (const [person, browser, types] of plans) {
      const customer = await done(as.admin, "POST", "/customers", { kind: "company", name: `Customer of ${person.name}`, responsibleId: person.id });
      for (const type of types) {
        const typeId = house.company.catalogues.interactionTypes[type]?.id;
        await done(browser, "POST", "/interactions", { typeId, subject: type, customerId: customer.id, plannedFrom: new Date(house.now()).toISOString() });
      }
    }
    await house.open();
    await house.runJob("publish-loads");

    const has: [SeededEmployee, Browser, number, number][] = [
      [aigul, as.aigul, 2, 4],
      [bolat, as.bolat, 1, 1],
      [dana, as.dana, 0, 2],
    ];
    for (const [person, browser, waiting, answered] of has) {
      for (let n = 0; n < waiting + answered; n++) {
        const dialogId = await writes(`${person.login}-${n}`);
        await done(as.admin, "POST", `/dialogs/${dialogId}/assign`, { employeeId: person.id });
        await house.quiet();
        if (n >= waiting) await done(browser, "POST", `/dialogs/${dialogId}/messages`, { clientKey: randomUUID(), text: "I will look" });
      }
    }
    await house.ready(aigul, bolat, dana);

    await house.report(house.phones, calls("new-caller", "+7 701 222 33 44"));
    const { employeeId, dialogId } = await house.ringOf("new-caller");
    expect(employeeId).toBe(bolat.id);
    const [decision] = await decisionsOf(as.bolat, dialogId);
    expect(decision).toMatchObject({ rung: "least_loaded", chosen: { id: bolat.id }, reason: { code: "least_loaded" }, refusals: {} });
    expect(decision?.reason.load).toBeCloseTo(0.71, 10);
    expect(decision?.best.map((b) => [b.employee.name, Number(b.load.toFixed(10))])).toEqual([
      [bolat.name, 0.71],
      [dana.name, 0.8],
      [aigul.name, 0.94],
    ]);
    await hangsUp("new-caller");
  });
});

describe("the responsible manager (RG-04)", () => {
  /** A customer with a telephone, whose responsible this is. */
  async function customerOf(person: SeededEmployee, number: string): Promise<void> {
    const contactPoints = [{ kind: "phone", value: number }];
    await done(as.admin, "POST", "/customers", { kind: "company", name: `Known to ${person.name}`, responsibleId: person.id, contactPoints });
  }

  test("an absence entered through the API: the router rings the substitute, and says so", async () => {
    const { aigul, dana } = people;
    await customerOf(aigul, "+7 701 555 00 01");
    const absence = await done(as.head, "POST", "/absences", { employeeId: aigul.id, kind: "unplanned", substituteId: dana.id });
    await house.quiet();
    await house.report(house.phones, calls("to-the-absent", "8 701 555-00-01"));
    const { employeeId, dialogId } = await house.ringOf("to-the-absent");
    expect(employeeId).toBe(dana.id);
    expect((await decisionsOf(as.dana, dialogId)).map((d) => [d.rung, d.reason.code, d.chosen?.id ?? null])).toEqual([
      ["responsible", "not_eligible", null],
      ["substitute", "substitute", dana.id],
    ]);
    expect((await decisionsOf(as.dana, dialogId))[0]?.refusals).toMatchObject({ absent: 1 });
    await hangsUp("to-the-absent");
    await done(as.head, "POST", `/absences/${absence.id}/return`, {});
    await house.quiet();
    await house.report(house.phones, calls("to-the-returned", "8 701 555-00-01"));
    expect((await house.ringOf("to-the-returned")).employeeId).toBe(aigul.id);
    await hangsUp("to-the-returned");
  });

  test("the responsible has gone home: the third rung has the call, and the reason why is stored", async () => {
    const { bolat, dana } = people;
    await customerOf(bolat, "+7 701 555 00 02");
    await done(as.bolat, "PUT", "/presence/me", { intent: "logged_out" });
    await house.quiet();
    await house.report(house.phones, calls("to-the-offline", "+77015550002"));
    const { employeeId, dialogId } = await house.ringOf("to-the-offline");
    expect(employeeId).toBe(dana.id);
    const decisions = await decisionsOf(as.dana, dialogId);
    expect(decisions.map((d) => [d.rung, d.reason.code, d.chosen?.id ?? null])).toEqual([
      ["responsible", "not_eligible", null],
      ["least_loaded", "least_loaded", dana.id],
    ]);
    expect(decisions[0]?.refusals).toMatchObject({ logged_out: 1 });
    await hangsUp("to-the-offline");
  });
});

describe("back from who is offline (RG-06)", () => {
  test("a minute after the last connection the unanswered dialog is in the queue again, with a note in its thread that a colleague reads", async () => {
    const { aigul, dana } = people;
    const dialogId = await writes("left-alone");
    await done(as.admin, "POST", `/dialogs/${dialogId}/assign`, { employeeId: dana.id });
    await house.quiet();
    await house.connection(dana.id, false);
    house.time.ahead += 60_001;
    const codes = async () =>
      (await house.sql<{ code: string }[]>`SELECT note->>'code' AS code FROM message WHERE dialog_id = ${dialogId} AND author_kind = 'system'`).map(
        (r) => r.code,
      );
    await until(async () => (await codes()).includes("returned_offline"));
    await done(as.admin, "POST", `/dialogs/${dialogId}/assign`, { employeeId: aigul.id });
    await house.quiet();
    const thread = await done(as.aigul, "GET", `/dialogs/${dialogId}`);
    expect(thread.messages.map((m: { direction: string; note: { code: string } | null }) => [m.direction, m.note?.code ?? null])).toEqual([
      ["internal", "returned_offline"],
      ["in", null],
    ]);
  });
});
