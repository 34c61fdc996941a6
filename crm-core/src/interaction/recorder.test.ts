import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CrmHouse } from "../../../tests/support/crm.ts";
import { DAY, freshNumber, interactions, NOON, openInterest, person, recorderHouse } from "./recorder.fixture.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await recorderHouse();
});
afterAll(() => house.close());

describe("a call becomes one Interaction (IA-04)", () => {
  test("answered: done, in the only open Interest, with the times of the talk; the longest talker executes it, the other takes part", async () => {
    const p = await person(house);
    const interest = await openInterest(house, p.customerId);
    const call = await house.call(p.phone, {
      disposition: "answered",
      startedAt: NOON,
      seconds: 100,
      talkers: [
        { person: "bolat", seconds: 20 },
        { person: "aigul", seconds: 60 },
      ],
    });
    await house.read();
    const rows = await interactions(house, p.customerId);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      code: "call",
      state: "done",
      status_state: "done",
      direction: "in",
      call_id: call.callId,
      dialog_id: call.dialogId,
      interest_id: interest,
      executor_id: house.company.employees.aigul.id,
      is_touch: true,
      points: 5,
    });
    expect(rows[0]?.["from_at"]).toEqual(new Date(NOON + 40_000));
    expect(rows[0]?.["to_at"]).toEqual(new Date(NOON + 100_000));
    const others = await house.sql`SELECT employee_id FROM interaction_participant WHERE interaction_id = ${rows[0]?.["id"]}`;
    expect(others).toEqual([{ employee_id: house.company.employees.bolat.id }]);
    const [card] = await house.sql`SELECT last_touch_at FROM customer WHERE id = ${p.customerId}`;
    expect(card?.["last_touch_at"]).toEqual(new Date(NOON + 100_000));
  });

  test("however many telephones ring, whoever answers and to whomever it is transferred, the customer stays whose they are", async () => {
    const { aigul, bolat, dana, head } = house.company.employees;
    const p = await person(house);
    const [card] = await house.sql<{ version: number }[]>`SELECT version FROM customer WHERE id = ${p.customerId}`;
    await house.as("admin", "PATCH", `/customers/${p.customerId}`, { responsibleId: dana.id, version: card?.version });
    const owner = async () => [
      await house.sql`SELECT responsible_id, responsible_since FROM customer WHERE id = ${p.customerId}`,
      await house.sql`SELECT employee_id, lower(during) AS since, upper(during) AS until FROM customer_owner_history WHERE customer_id = ${p.customerId} ORDER BY during`,
    ];
    const before = await owner();
    // Aigul answered and transferred the caller to Bolat; the telephones of two others rang for nothing.
    const talkers = [
      { person: "aigul" as const, seconds: 20 },
      { person: "bolat" as const, seconds: 60 },
    ];
    const { callId, dialogId } = await house.call(p.phone, { disposition: "answered", startedAt: NOON, seconds: 100, talkers });
    for (const { id } of [head, dana])
      await house.sql`INSERT INTO call_leg (call_id, external_id, party, employee_id, state, started_at, ended_at) VALUES (${callId}, gen_random_uuid()::text, 'agent', ${id}, 'ended', ${new Date(NOON)}, ${new Date(NOON + 5000)})`;
    await house.emit([{ kind: "dialog.assigned", dialogId, payload: { employeeId: bolat.id, by: aigul.id, offerId: null } }]);
    await house.read();
    expect(await owner()).toEqual(before);
    expect(before[0]).toMatchObject([{ responsible_id: dana.id }]);
    expect(await interactions(house, p.customerId)).toMatchObject([{ executor_id: bolat.id }]);
    const changes = await house.sql`SELECT 1 FROM audit_log WHERE object_id = ${p.customerId} AND changes ? 'responsible_id'`;
    expect(changes).toHaveLength(1);
  });

  test("read again, it is still one", async () => {
    const p = await person(house);
    await house.call(p.phone, { disposition: "answered", startedAt: NOON, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] });
    await house.read();
    await house.sql`UPDATE stream_reader SET position = 0 WHERE name = 'crm-recorder'`;
    await house.read();
    expect(await interactions(house, p.customerId)).toHaveLength(1);
  });

  test("a call planned with this person today is completed, no second one is made", async () => {
    const p = await person(house);
    const planned = await house.as("aigul", "POST", "/interactions", {
      typeId: house.company.catalogues.interactionTypes["call"]?.id,
      subject: "Call about the chairs",
      plannedFrom: new Date(NOON + 3_600_000).toISOString(),
      customerId: p.customerId,
    });
    expect(planned.status).toBe(201);
    expect((await house.enqueued()).at(-1)).toMatchObject({ kind: "agent.load", employeeId: house.company.employees.aigul.id, plannedPoints: 5 });
    const call = await house.call(p.phone, { disposition: "answered", startedAt: NOON, seconds: 60, talkers: [{ person: "aigul", seconds: 60 }] });
    await house.read();
    const rows = await interactions(house, p.customerId);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ id: planned.body.id, state: "done", call_id: call.callId, subject: "Call about the chairs" });
    expect((await house.enqueued()).at(-1)).toMatchObject({ kind: "agent.load", plannedPoints: 0 });
  });

  test("planned with a contact alone, it belongs to the contact's customer, stands in that history, and the call completes it", async () => {
    const p = await person(house);
    const contact = (await house.as("admin", "POST", `/customers/${p.customerId}/contacts`, { lastName: "Kim", contactPoints: [] })).body;
    const call = house.company.catalogues.interactionTypes["call"]?.id;
    const plan = { typeId: call, subject: "Call Kim", plannedFrom: new Date(NOON + 3_600_000).toISOString(), contactId: contact.id };
    const planned = await house.as("aigul", "POST", "/interactions", plan);
    expect(planned.body).toMatchObject({ customerId: p.customerId, contactId: contact.id });
    const feed = (await house.as("aigul", "GET", `/customers/${p.customerId}/feed?kind=interaction`)).body.items;
    expect(feed).toMatchObject([{ title: "Call Kim", state: "planned" }]);
    await house.call(p.phone, { disposition: "answered", startedAt: NOON, seconds: 60, talkers: [{ person: "aigul", seconds: 60 }] });
    await house.read();
    expect(await interactions(house, p.customerId)).toMatchObject([{ id: planned.body.id, state: "done", contact_id: contact.id }]);
  });

  test("a contact of two companies is planned with alone; a call from the contact's own number completes it, one from a colleague's does not", async () => {
    const [p, q] = [await person(house), await person(house)];
    const own = freshNumber();
    const { body: contact } = await house.as("admin", "POST", `/customers/${p.customerId}/contacts`, {
      lastName: "Lee",
      contactPoints: [{ kind: "phone", value: own }],
    });
    await house.sql`INSERT INTO customer_contact (customer_id, contact_id) VALUES (${q.customerId}, ${contact.id})`;
    const { body: colleague } = await house.as("admin", "POST", `/customers/${p.customerId}/contacts`, {
      lastName: "Ray",
      contactPoints: [{ kind: "phone", value: freshNumber() }],
    });
    const typeId = house.company.catalogues.interactionTypes["call"]?.id;
    const plan = { typeId, subject: "Call Lee", plannedFrom: new Date(NOON + 3_600_000).toISOString(), contactId: contact.id };
    const planned = await house.as("aigul", "POST", "/interactions", plan);
    expect(planned.body).toMatchObject({ customerId: null, contactId: contact.id });
    const talk = { disposition: "answered" as const, startedAt: NOON, seconds: 60, talkers: [{ person: "aigul" as const, seconds: 60 }] };
    const state = async () => (await house.sql`SELECT state, call_id FROM interaction WHERE id = ${planned.body.id}`)[0];
    await house.call({ kind: "phone", value: colleague.contactPoints[0].value }, talk);
    await house.read();
    expect(await state()).toMatchObject({ state: "planned" });
    const call = await house.call({ kind: "phone", value: own }, talk);
    await house.read();
    expect(await state()).toEqual({ state: "done", call_id: call.callId });
  });

  test("a plan about another Interest than the dialog's is another matter and stays planned", async () => {
    const p = await person(house);
    const [chairs, repair] = [await openInterest(house, p.customerId, "Chairs"), await openInterest(house, p.customerId, "Repair")];
    const typeId = house.company.catalogues.interactionTypes["call"]?.id;
    await house.as("aigul", "POST", "/interactions", {
      typeId,
      subject: "About the repair",
      plannedFrom: new Date(NOON + 3_600_000).toISOString(),
      interestId: repair,
    });
    const d = await house.dialog(p.phone);
    await house.sql`UPDATE dialog_party SET interest_id = ${chairs} WHERE dialog_id = ${d.id}`;
    await house.call(p.phone, { dialogId: d.id, disposition: "answered", startedAt: NOON, seconds: 60, talkers: [{ person: "aigul", seconds: 60 }] });
    await house.read();
    const rows = await interactions(house, p.customerId);
    expect(rows.map((r) => [r["subject"], r["state"], r["interest_id"]]).sort()).toEqual([
      ["About the repair", "planned", repair],
      [expect.stringContaining("Call: "), "done", chairs],
    ]);
  });

  test("one planned for tomorrow stays planned", async () => {
    const p = await person(house);
    await house.as("aigul", "POST", "/interactions", {
      typeId: house.company.catalogues.interactionTypes["call"]?.id,
      subject: "Tomorrow",
      plannedFrom: new Date(NOON + DAY).toISOString(),
      customerId: p.customerId,
    });
    await house.call(p.phone, { disposition: "answered", startedAt: NOON, seconds: 60, talkers: [{ person: "aigul", seconds: 60 }] });
    await house.read();
    expect((await interactions(house, p.customerId)).map((r) => r["state"])).toEqual(["planned", "done"]);
  });

  test("outgoing and unanswered: one failed one whose status says why; incoming and unanswered: none, the inquiry stands for it", async () => {
    const p = await person(house);
    await house.call(p.phone, { direction: "out", disposition: "no_answer", startedAt: NOON, seconds: 30, talkers: [{ person: "aigul", seconds: 0 }] });
    await house.call(p.phone, { disposition: "abandoned_queue", startedAt: NOON, seconds: 30 });
    await house.read();
    const rows = await interactions(house, p.customerId);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      state: "failed",
      status_state: "failed",
      direction: "out",
      status: "No answer",
      result: null,
      executor_id: house.company.employees.aigul.id,
      is_touch: false,
    });
  });

  test.each([
    ["no_answer", "Не ответили", "No answer", "Жауап бермеді", "Не відповіли"],
    ["busy", "Занято", "Busy", "Бос емес", "Зайнято"],
    ["congestion", "Не дозвонились", "Not reached", "Қосыла алмады", "Не додзвонилися"],
  ] as const)("%s is told in words of one's own language in the register, on the card, in the history and in the file", async (disposition, ru, en, kk, uk) => {
    const p = await person(house);
    await house.call(p.phone, { direction: "out", disposition, startedAt: NOON, seconds: 30, talkers: [{ person: "aigul", seconds: 0 }] });
    await house.read();
    for (const [locale, words] of Object.entries({ ru, en, kk, uk })) {
      await house.sql`UPDATE employee SET locale = ${locale} WHERE id = ${house.company.employees.admin.id}`;
      const { items } = (await house.as("admin", "GET", `/interactions?customerId=${p.customerId}`)).body;
      const { names } = (await house.as("admin", "GET", "/catalogues")).body;
      const named = (status: { id: Id; name: string }) => names[status.id] ?? status.name;
      expect(items).toMatchObject([{ state: "failed", result: null }]);
      expect(named(items[0].status)).toBe(words);
      const card = (await house.as("admin", "GET", `/interactions/${items[0].id}`)).body;
      expect([named(card.status), card.result]).toEqual([words, null]);
      const feed = (await house.as("admin", "GET", `/customers/${p.customerId}/feed?kind=interaction`)).body.items;
      expect(feed).toMatchObject([{ state: "failed", text: words }]);
      const file = await house.app.inject({ method: "GET", url: `/exports/interactions?customerId=${p.customerId}`, headers: { "x-person": "admin" } });
      expect(file.body.split("\r\n")[1]?.split(",")).toContain(words);
      expect(file.body).not.toContain(disposition);
    }
    await house.sql`UPDATE employee SET locale = 'en' WHERE id = ${house.company.employees.admin.id}`;
  });

  test("a house that has done away with the words for it keeps the plain failed status", async () => {
    await house.sql`UPDATE interaction_status SET archived_at = now() WHERE code IN ('no_answer', 'not_reached')`;
    const p = await person(house);
    await house.call(p.phone, { direction: "out", disposition: "no_answer", startedAt: NOON, seconds: 30, talkers: [{ person: "aigul", seconds: 0 }] });
    await house.read();
    expect(await interactions(house, p.customerId)).toMatchObject([{ state: "failed", status: "Did not happen", result: null }]);
    await house.sql`UPDATE interaction_status SET archived_at = NULL WHERE code IN ('no_answer', 'not_reached')`;
  });

  test("with two open Interests it is linked to none; with the dialog's own Interest to that", async () => {
    const p = await person(house);
    const [, second] = [await openInterest(house, p.customerId, "First"), await openInterest(house, p.customerId, "Second")];
    await house.call(p.phone, { disposition: "answered", startedAt: NOON, seconds: 60, talkers: [{ person: "aigul", seconds: 60 }] });
    const d = await house.dialog(p.phone);
    await house.sql`UPDATE dialog_party SET interest_id = ${second} WHERE dialog_id = ${d.id}`;
    await house.call(p.phone, { dialogId: d.id, disposition: "answered", startedAt: NOON + 1000, seconds: 60, talkers: [{ person: "aigul", seconds: 60 }] });
    await house.read();
    expect((await interactions(house, p.customerId)).map((r) => r["interest_id"])).toEqual([null, second]);
  });

  test("a hidden caller's talk is recorded with the dialog alone", async () => {
    const call = await house.call(
      { kind: "phone", value: null },
      { disposition: "answered", startedAt: NOON, seconds: 60, talkers: [{ person: "aigul", seconds: 60 }] },
    );
    await house.read();
    const [row] = await house.sql`SELECT customer_id, lead_id FROM interaction WHERE call_id = ${call.callId}`;
    expect(row).toEqual({ customer_id: null, lead_id: null });
  });
});
