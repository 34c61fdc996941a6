import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
const NOW = Date.now();
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());
let number = 1000;
const phone = () => ({ kind: "phone" as const, value: `+7701800${number++}` });
async function assign(dialogId: Id, person: Person): Promise<void> {
  await house.sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (gen_random_uuid(), ${dialogId}, ${house.company.employees[person].id}, 'voice', now())`;
}

describe("the incoming-call card (CC-15)", () => {
  test("a contact of Romashka with two open Interests: person, company, responsible, Interests, the last five contacts, unanswered messages", async () => {
    const p = phone();
    const { aigul, dana } = house.company.employees;
    const c = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Romashka", responsibleId: aigul.id, isVip: true })).body;
    const k = (
      await house.as("admin", "POST", `/customers/${c.id}/contacts`, {
        lastName: "Petrov",
        firstName: "Ivan",
        contactPoints: [
          { kind: "phone", value: p.value },
          { kind: "email", value: "ivan@romashka.example" },
        ],
      })
    ).body;
    for (const [title, kind] of [
      ["Chairs", "sale"],
      ["Repair", "service"],
    ] as const)
      await house.as("admin", "POST", "/interests", {
        kindId: house.company.catalogues.interestKinds[kind]?.id,
        title,
        customerId: c.id,
        responsibleId: aigul.id,
      });
    for (let i = 0; i < 7; i++)
      await house.call(p, { disposition: "answered", startedAt: NOW - (10 - i) * 3_600_000, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] });
    const letter = await house.dialog({ kind: "email", value: "ivan@romashka.example" }, { medium: "mail", at: NOW - 60_000 });
    await house.message(letter.id, "in", NOW - 60_000);
    await house.message(letter.id, "in", NOW - 50_000);
    await house.sql`UPDATE dialog SET customer_wait_since = ${new Date(NOW - 60_000)} WHERE id = ${letter.id}`;
    await house.read();
    const d = await house.dialog(p);
    // It rings at Dana, of another department: the card is hers to see while she has the call in hand.
    expect((await house.as("dana", "GET", `/dialogs/${d.id}/card`)).status).toBe(404);
    await assign(d.id, "dana");
    const began = performance.now();
    const { status, body } = await house.as("dana", "GET", `/dialogs/${d.id}/card`);
    expect(performance.now() - began).toBeLessThan(1000);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      dialogId: d.id,
      number: p.value,
      party: { result: "known", name: "Petrov Ivan", customer: { id: c.id, name: "Romashka" }, contact: { id: k.id }, lead: null, isVip: true },
      responsible: { id: aigul.id },
      unansweredMessages: 2,
    });
    expect(body.openInterests.map((i: { title: string }) => i.title).sort()).toEqual(["Chairs", "Repair"]);
    expect(body.lastInteractions).toHaveLength(5);
    // The whole history keeps its rights: the talks of the other department are absent there.
    const history = (await house.as("dana", "GET", `/customers/${c.id}/feed?kind=interaction`)).body.items;
    expect(history.filter((i: { employee: unknown }) => i.employee !== null)).toEqual([]);
    expect(dana.id).not.toBe(aigul.id);
  });

  test("whose number it is, for the agent who has the call: one person's, a switchboard's of two companies, nobody's, withheld, of a card merged last week (RG-01)", async () => {
    const made = async (name: string, value: string) => {
      const body = { kind: "company", name, contactPoints: [{ kind: "phone", value }] };
      return (await house.as("admin", "POST", "/customers", body)).body as { id: Id; version: number };
    };
    const [one, both, merged] = [phone(), phone(), phone()];
    const ivan = await made("Ivan", one.value);
    await house.identify(one);
    const companies = [await made("First of two", both.value), await made("Second of two", both.value)];
    const [survivor, loser] = [await made("Survivor", phone().value), await made("Merged away", merged.value)];
    const merge = { card: "customer", survivorId: survivor.id, survivorVersion: survivor.version, loserId: loser.id, loserVersion: loser.version };
    expect((await house.as("admin", "POST", "/merges", merge)).status).toBe(200);

    const seen = async (from: Parameters<CrmHouse["dialog"]>[0]) => {
      const { id } = await house.dialog(from);
      await assign(id, "aigul");
      const { party } = (await house.as("aigul", "GET", `/dialogs/${id}/card`)).body;
      const candidates = party.candidates.map((c: { customerId: Id }) => c.customerId).sort();
      return { result: party.result, customer: party.customer?.id ?? null, candidates };
    };
    expect(await seen(one)).toEqual({ result: "known", customer: ivan.id, candidates: [] });
    expect(await seen(both)).toEqual({ result: "ambiguous", customer: null, candidates: companies.map((c) => c.id).sort() });
    expect(await seen(phone())).toEqual({ result: "new", customer: null, candidates: [] });
    expect(await seen({ kind: "phone", value: null })).toEqual({ result: "hidden", customer: null, candidates: [] });
    expect(await seen(merged)).toEqual({ result: "known", customer: survivor.id, candidates: [] });
  });

  test("a stranger's card shows the lead, a hidden one nothing", async () => {
    const d = await house.dialog({ ...phone(), displayName: "Zhanna" });
    expect((await house.as("admin", "GET", `/dialogs/${d.id}/card`)).body).toMatchObject({
      party: { result: "new", name: "Zhanna", lead: { id: d.identification.leadId } },
      openInterests: [],
    });
    const hidden = await house.dialog({ kind: "phone", value: null });
    expect((await house.as("admin", "GET", `/dialogs/${hidden.id}/card`)).body).toMatchObject({
      number: null,
      party: { result: "hidden", name: "", lead: null },
      lastInteractions: [],
    });
  });
});

describe("who a dialog is with (PATCH party)", () => {
  async function switchboard() {
    const p = phone();
    const companies: Id[] = [];
    for (const name of ["Alpha", "Beta"])
      companies.push((await house.as("admin", "POST", "/customers", { kind: "company", name, contactPoints: [{ kind: "phone", value: p.value }] })).body.id);
    const d = await house.dialog(p);
    await assign(d.id, "aigul");
    return { p, d, companies: companies as [Id, Id] };
  }

  test("choosing among several links the dialog; the card and the waiting router know; verifying makes the number theirs", async () => {
    const { p, d, companies } = await switchboard();
    const before = (await house.as("aigul", "GET", `/dialogs/${d.id}/card`)).body.party;
    expect(before).toMatchObject({ result: "ambiguous", customer: null });
    expect(before.candidates).toHaveLength(2);
    await house.sql`INSERT INTO entry (id, dialog_id, queue_id, medium, identity_result, rung, enqueued_at) VALUES (gen_random_uuid(), ${d.id}, ${house.company.queueId}, 'voice', 'ambiguous', 'least_loaded', now())`;
    const chosen = await house.as("aigul", "PATCH", `/dialogs/${d.id}/party`, { customerId: companies[1], verify: true });
    expect(chosen.body.party).toMatchObject({ result: "known", customer: { id: companies[1], name: "Beta" }, candidates: [] });
    expect((await house.enqueued()).at(-1)).toMatchObject({ kind: "dialog.identified", dialogId: d.id, identity: "known" });
    const [event] = await house.sql`SELECT payload FROM dialog_event WHERE kind = 'party.changed' AND dialog_id = ${d.id}`;
    expect(event?.["payload"]).toMatchObject({ customerId: companies[1] });
    expect(await house.identify(p)).toMatchObject({ result: "known", customerId: companies[1] });
    const other = await house.dialog(p);
    await assign(other.id, "aigul");
    expect((await house.as("aigul", "PATCH", `/dialogs/${other.id}/party`, { customerId: companies[0], verify: true })).body.code).toBe("contact_point_taken");
  });

  test("a VIP recognised by hand, or made one on the card, waits before others: the router hears of priority, language and person", async () => {
    const { d, companies } = await switchboard();
    const [vip] = companies;
    const { body: k } = await house.as("admin", "POST", `/customers/${vip}/contacts`, { lastName: "Serikova", language: "kk" });
    await house.sql`UPDATE customer SET is_vip = true WHERE id = ${vip}`;
    const [skill] = await house.sql<{ id: Id }[]>`INSERT INTO skill (name, language) VALUES ('Kazakh', true) RETURNING id`;
    const requires = [{ skillId: skill?.id, level: 1, relaxMs: 120_000 }];
    await house.sql`INSERT INTO entry (id, dialog_id, queue_id, medium, identity_result, rung, enqueued_at) VALUES (gen_random_uuid(), ${d.id}, ${house.company.queueId}, 'voice', 'ambiguous', 'least_loaded', now())`;
    const heard = async () => (await house.enqueued()).filter((i) => i.kind === "dialog.identified" && i.dialogId === d.id);
    await house.as("aigul", "PATCH", `/dialogs/${d.id}/party`, { customerId: vip, contactId: k.id });
    const [point] = await house.sql<{ id: Id }[]>`SELECT id FROM contact_point WHERE customer_id = ${vip}`;
    expect(await heard()).toMatchObject([{ identity: "known", priority: 10, person: point?.id, requires }]);
    const { body: card } = await house.as("admin", "GET", `/customers/${vip}`);
    await house.as("admin", "PATCH", `/customers/${vip}`, { version: card.version, isVip: false });
    expect((await heard()).at(-1)).toMatchObject({ identity: "known", priority: 0 });
    await house.as("admin", "PATCH", `/customers/${vip}`, { version: card.version + 1, comment: "Calls at noon" });
    expect(await heard()).toHaveLength(2);
    await house.sql`DELETE FROM skill WHERE id = ${skill?.id as Id}`;
  });

  test("the Interest that a waiting dialog is said to be about brings it to the Interest's responsible; taken away or closed, the card's comes back", async () => {
    const { d, companies } = await switchboard();
    const { bolat, aigul } = house.company.employees;
    const [customerId] = companies;
    await house.sql`UPDATE customer SET responsible_id = ${aigul.id}, responsible_since = now() WHERE id = ${customerId}`;
    const interest = async (title: string, kind: string, more = {}): Promise<Id> => {
      const kindId = house.company.catalogues.interestKinds[kind]?.id;
      const made = await house.as("admin", "POST", "/interests", { kindId, title, customerId, responsibleId: bolat.id, ...more });
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      return made.body.id;
    };
    const [chairs] = [await interest("Chairs", "sale"), await interest("Repair", "service")];
    await house.as("aigul", "PATCH", `/dialogs/${d.id}/party`, { customerId });
    await house.sql`INSERT INTO entry (id, dialog_id, queue_id, medium, identity_result, rung, enqueued_at) VALUES (gen_random_uuid(), ${d.id}, ${house.company.queueId}, 'voice', 'known', 'least_loaded', now())`;
    const heard = async () =>
      (await house.enqueued()).filter((i) => i.kind === "dialog.identified" && i.dialogId === d.id).map((i) => (i as { responsible: unknown }).responsible);
    await house.as("admin", "PATCH", `/dialogs/${d.id}/party`, { interestId: chairs });
    await house.as("admin", "PATCH", `/dialogs/${d.id}/party`, { interestId: null });
    // The third, made from the dialog, is linked by its making.
    await interest("Sofas", "sale", { fromDialogId: d.id, parallelReason: "For the other office" });
    expect(await heard()).toEqual([
      { employeeId: bolat.id, why: "interest" },
      { employeeId: aigul.id, why: "customer" },
      { employeeId: bolat.id, why: "interest" },
    ]);
    // Its responsible becomes another: who waits about it goes there; the other changes of an Interest are no news to the router.
    const { version } = (await house.as("admin", "GET", `/interests/${chairs}`)).body;
    await house.as("admin", "PATCH", `/dialogs/${d.id}/party`, { interestId: chairs });
    const before = (await heard()).length;
    const { dana } = house.company.employees;
    expect((await house.as("admin", "PATCH", `/interests/${chairs}`, { title: "Armchairs", version })).status).toBe(200);
    expect(await heard()).toHaveLength(before);
    expect((await house.as("admin", "PATCH", `/interests/${chairs}`, { responsibleId: dana.id, version: version + 1 })).status).toBe(200);
    expect((await heard()).slice(before)).toEqual([{ employeeId: dana.id, why: "interest" }]);
  });

  test("a lead's Interest that changes hands is told to whoever of the lead waits", async () => {
    const { dana } = house.company.employees;
    const { id: dialogId, identification } = await house.dialog(phone());
    const { leadId } = identification;
    const kindId = house.company.catalogues.interestKinds["sale"]?.id;
    const made = await house.as("admin", "POST", "/interests", { kindId, title: "A roof", leadId, responsibleId: house.company.employees.bolat.id });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    await house.sql`INSERT INTO entry (id, dialog_id, queue_id, medium, identity_result, rung, enqueued_at) VALUES (gen_random_uuid(), ${dialogId}, ${house.company.queueId}, 'voice', 'lead', 'least_loaded', now())`;
    await house.as("admin", "PATCH", `/interests/${made.body.id}`, { responsibleId: dana.id, version: made.body.version });
    expect((await house.enqueued()).at(-1)).toMatchObject({
      kind: "dialog.identified",
      dialogId,
      identity: "lead",
      responsible: { employeeId: dana.id, why: "interest" },
    });
  });

  test("a correction moves the recorded Interaction with it; the talk itself stays", async () => {
    const { p, companies } = await switchboard();
    const talk = await house.call(p, { disposition: "answered", startedAt: NOW, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] });
    await house.read();
    await assign(talk.dialogId, "aigul");
    await house.as("aigul", "PATCH", `/dialogs/${talk.dialogId}/party`, { customerId: companies[0] });
    const rows = await house.sql`SELECT customer_id, upper(occurred) AS t FROM interaction WHERE call_id = ${talk.callId}`;
    expect(rows).toEqual([{ customer_id: companies[0], t: new Date(NOW + 60_000) }]);
  });

  test("a contact of another company, an invisible customer, somebody else's dialog are not found", async () => {
    const { d, companies } = await switchboard();
    const k = (await house.as("admin", "POST", `/customers/${companies[0]}/contacts`, { lastName: "Of Alpha" })).body;
    expect((await house.as("aigul", "PATCH", `/dialogs/${d.id}/party`, { customerId: companies[1], contactId: k.id })).status).toBe(404);
    const danas = (await house.as("dana", "POST", "/customers", { kind: "person", name: "Danas", responsibleId: house.company.employees.dana.id })).body;
    expect((await house.as("aigul", "PATCH", `/dialogs/${d.id}/party`, { customerId: danas.id })).status).toBe(404);
    expect((await house.as("dana", "PATCH", `/dialogs/${d.id}/party`, { customerId: danas.id })).status).toBe(404);
    expect((await house.as("aigul", "PATCH", `/dialogs/${d.id}/party`, { customerId: companies[0], contactId: k.id })).body.party.contact).toMatchObject({
      id: k.id,
    });
  });
});
