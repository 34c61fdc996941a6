import type { Id } from "@kommutator/contract/ids";
import type { CalendarRules } from "@kommutator/contract/working-time";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { reminders, TOLD } from "./deadline.ts";

let house: CrmHouse;
/** 17:50 on a Wednesday in Almaty: ten minutes before the office closes. */
const NOW = Date.parse("2026-03-11T12:50:00Z");
beforeAll(async () => {
  house = await crmHouse();
  await house.sql`UPDATE employee SET calendar_id = ${house.company.calendars.office} WHERE login IN ('aigul', 'head')`;
});
afterAll(() => house.close());
beforeEach(() => house.clock.set(NOW));
let number = 1000;
const phone = () => `+7701700${number++}`;
const made = async (body: object = {}, person: Person = "aigul") => {
  const r = await house.as(person, "POST", "/leads", { contactPoints: [{ kind: "phone", value: phone() }], ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
};
const read = async (id: Id, person: Person = "aigul") => (await house.as(person, "GET", `/leads/${id}`)).body;
const ids = async (query: string, person: Person = "aigul") => (await house.as(person, "GET", `/leads?${query}`)).body.items.map((l: { id: Id }) => l.id);
const source = (code: string) => house.company.catalogues.sources[code] as Id;

describe("qualification (RG-15)", () => {
  test("only a qualified lead converts; it is qualified when every required question has an answer, and the answers are kept", async () => {
    const question = async (name: string, required: boolean, pos: number) =>
      (await house.as("admin", "POST", "/lead-questions", { name, required, pos })).body.id as Id;
    const budget = await question("What is the budget?", true, 1);
    const when = await question("When is it needed?", false, 2);
    expect((await house.as("aigul", "POST", "/lead-questions", { name: "Mine" })).status).toBe(403);
    const lead = await made({ contactName: "Saule", companyName: "Lotos" });
    const convert = (body: object) => house.as("aigul", "POST", `/leads/${lead.id}/convert`, body);
    expect((await convert({})).body.code).toBe("lead_not_qualified");
    const missing = { code: "lead_not_qualified", details: { questions: [{ id: budget, name: "What is the budget?" }] } };
    expect((await convert({ qualify: true })).body).toMatchObject(missing);
    const qualify = (version: number) => house.as("aigul", "PATCH", `/leads/${lead.id}`, { status: "qualified", version });
    expect((await qualify(lead.version)).body).toMatchObject(missing);
    const answered = await house.as("aigul", "PUT", `/leads/${lead.id}/answers`, { answers: [{ questionId: budget, answer: "Two million" }] });
    expect(answered.body).toMatchObject([
      { id: budget, answer: "Two million", by: { id: house.company.employees.aigul.id } },
      { id: when, answer: null, by: null },
    ]);
    expect((await house.as("aigul", "PUT", `/leads/${lead.id}/answers`, { answers: [{ questionId: lead.id, answer: "x" }] })).status).toBe(422);
    expect((await house.as("dana", "GET", `/leads/${lead.id}/answers`)).status).toBe(404);
    const qualified = await qualify(lead.version);
    expect(qualified.body).toMatchObject({ status: "qualified" });
    // A question out of use goes from the checklist; where it was answered it stays.
    await house.as("admin", "DELETE", `/lead-questions/${budget}`);
    expect((await house.as("aigul", "GET", "/lead-questions")).body).toMatchObject([{ id: when }]);
    expect((await house.as("aigul", "GET", `/leads/${lead.id}/answers`)).body).toHaveLength(2);
    expect((await convert({})).status).toBe(200);
    await house.as("admin", "DELETE", `/lead-questions/${when}`);
  });

  test("disqualified with a reason of the catalogue it keeps its history, does not convert, and may be taken up again", async () => {
    const lead = await made({ contactName: "Not ours" });
    const [reason] = await house.sql<{ id: Id }[]>`SELECT id FROM loss_reason WHERE kind = 'lead_disqualified' LIMIT 1`;
    const [lost] = await house.sql<{ id: Id }[]>`SELECT id FROM loss_reason WHERE kind = 'deal_lost' LIMIT 1`;
    const disqualify = (body: object) => house.as("aigul", "POST", `/leads/${lead.id}/disqualify`, { version: lead.version, ...body });
    expect((await disqualify({})).status).toBe(422);
    expect((await disqualify({ reasonId: lost?.id })).body.details.fields).toEqual({ reasonId: "unknown" });
    const done = await disqualify({ reasonId: reason?.id, note: "Lives abroad" });
    expect(done.body).toMatchObject({ status: "disqualified", disqualifyReason: { id: reason?.id }, disqualifyNote: "Lives abroad" });
    expect((await disqualify({ reasonId: reason?.id })).body).toMatchObject({ code: "version_conflict", details: { current: { status: "disqualified" } } });
    expect((await house.as("aigul", "POST", `/leads/${lead.id}/convert`, { qualify: true })).body.details.fields).toEqual({ status: "disqualified" });
    expect((await house.as("aigul", "PATCH", `/leads/${lead.id}`, { note: "x", version: done.body.version })).status).toBe(422);
    const again = await house.as("aigul", "POST", `/leads/${lead.id}/reopen`, { version: done.body.version });
    expect(again.body).toMatchObject({ status: "in_work", disqualifyReason: null, contactPoints: lead.contactPoints });
    const trace = await house.sql`SELECT action FROM audit_log WHERE object_id = ${lead.id} ORDER BY at, id`;
    expect(trace.map((t) => t["action"])).toEqual(["create", "disqualify", "conflict", "reopen"]);
    expect((await house.as("aigul", "POST", `/leads/${lead.id}/reopen`, { version: again.body.version })).status).toBe(422);
    expect((await house.as("dana", "POST", `/leads/${lead.id}/reopen`, { version: again.body.version })).status).toBe(404);
  });
});

describe("the register (RG-09)", () => {
  test("filters by source, by who answers for it, by mark and day; the mark stays while there is no way to reach", async () => {
    const fair = await made({ contactName: "Met at the fair", noContact: true, contactPoints: [], sourceId: source("exhibition") });
    expect(fair).toMatchObject({ noContact: true, source: { name: "Exhibition" }, lastSource: { name: "Exhibition" } });
    const nobodys = await made({ contactName: "Nobody's" });
    await house.as("head", "PATCH", `/leads/${nobodys.id}`, { responsibleId: null, version: nobodys.version });
    expect(await ids(`sourceId=${source("exhibition")}`)).toEqual([fair.id]);
    expect(await ids("noContact=true")).toEqual([fair.id]);
    expect(await ids("responsibleId=nobody")).toEqual([nobodys.id]);
    expect(await ids(`createdFrom=${new Date(NOW + 1).toISOString()}`)).toEqual([]);
    expect(await ids(`createdFrom=${new Date(NOW).toISOString()}&sourceId=${source("exhibition")}`)).toEqual([fair.id]);
    const patch = (body: object) => house.as("aigul", "PATCH", `/leads/${fair.id}`, { version: fair.version, ...body });
    expect((await patch({ noContact: false })).body.code).toBe("contact_point_required");
    await house.as("aigul", "POST", "/contact-points", { leadId: fair.id, kind: "phone", value: phone() });
    expect((await patch({ noContact: false, version: (await read(fair.id)).version })).body).toMatchObject({ noContact: false });
  });
});

describe("sources (RG-16)", () => {
  test("the line's source is the first one; a later form is the last one beside it; only a human changes the first, and that is audited", async () => {
    const line = await house.sql<
      { id: Id }[]
    >`INSERT INTO line (channel_id, number, source_id) VALUES (${house.channels.voice}, '+77272000001', ${source("advertising")}) RETURNING id`;
    const from = { kind: "phone" as const, value: phone() };
    const calls = async (lineId: Id | null, channelId?: Id) => {
      const d = await house.dialog(from, channelId === undefined ? { medium: "voice" } : { medium: "chat", channelId });
      await house.sql`UPDATE dialog SET line_id = ${lineId} WHERE id = ${d.id}`;
      await house.emit([{ kind: "dialog.assigned", dialogId: d.id, payload: { employeeId: house.company.employees.aigul.id, by: null, offerId: null } }]);
      await house.read();
      return d.identification.leadId as Id;
    };
    const leadId = await calls(line[0]?.id as Id);
    expect(await read(leadId)).toMatchObject({ source: { name: "Advertising" }, lastSource: { name: "Advertising" } });
    house.clock.set(NOW + 60_000);
    await calls(null, await house.channel("web-form", "Requests", "form"));
    const lead = await read(leadId);
    expect(lead).toMatchObject({ source: { name: "Advertising" }, lastSource: { name: "Request from the site" } });
    expect(Date.parse(lead.lastSourceAt)).toBe(NOW + 60_000);
    await house.as("aigul", "PATCH", `/leads/${leadId}`, { sourceId: source("recommendation"), version: lead.version });
    const [trace] = await house.sql`SELECT changes FROM audit_log WHERE object_id = ${leadId} AND action = 'edit'`;
    expect(trace?.["changes"]["source_id"]).toEqual([source("advertising"), source("recommendation")]);
  });
});

describe("deadlines (RG-17)", () => {
  const run = () => house.crm.jobs.find((j) => j.name === "lead-deadlines")?.run() as Promise<void>;
  const told = async (person: Person, id: Id) =>
    (await house.as(person, "GET", "/notifications?limit=200")).body.items
      .filter((n: { kind: string; object: { id: Id } | null }) => n.kind === "lead.deadline" && n.object?.id === id)
      .map((n: { payload: { why: string } }) => n.payload.why)
      .sort();

  test("run in working time; overdue ones are listed, the responsible is reminded, an hour later the head, each once", async () => {
    const lead = await made({ contactName: "Waits" });
    // 15 working minutes from 17:50: five of them tomorrow morning. 24 working hours for the decision.
    expect(Date.parse(lead.firstContactDueAt)).toBe(Date.parse("2026-03-12T04:05:00Z"));
    expect(Date.parse(lead.dueAt)).toBe(Date.parse("2026-03-16T09:50:00Z"));
    house.clock.set(Date.parse("2026-03-12T04:04:00Z"));
    await run();
    expect([await told("aigul", lead.id), (await read(lead.id)).overdue]).toEqual([[], false]);
    house.clock.set(Date.parse("2026-03-12T04:06:00Z"));
    await run();
    await run();
    expect([await told("aigul", lead.id), await told("head", lead.id)]).toEqual([["first_contact"], []]);
    expect(await ids("overdue=true")).toContain(lead.id);
    house.clock.set(Date.parse("2026-03-12T05:06:00Z"));
    await run();
    await run();
    expect([await told("aigul", lead.id), await told("head", lead.id)]).toEqual([["first_contact"], ["first_contact"]]);
    // The first talk meets the deadline; the decision's own is still to come.
    await house.as("aigul", "POST", "/interactions", { typeId: house.company.catalogues.interactionTypes["call"]?.id, subject: "Called", leadId: lead.id });
    expect(await read(lead.id)).toMatchObject({ overdue: false });
    expect((await read(lead.id)).firstContactAt).not.toBeNull();
    house.clock.set(Date.parse("2026-03-16T09:51:00Z"));
    await run();
    expect(await told("aigul", lead.id)).toEqual(["first_contact", "processing"]);
    // Moved by hand it is reminded of anew; converted it is late no more.
    const moved = await house.as("aigul", "PATCH", `/leads/${lead.id}`, { dueAt: "2026-03-17T04:00:00Z", version: (await read(lead.id)).version });
    expect(moved.body.overdue).toBe(false);
    house.clock.set(Date.parse("2026-03-17T04:01:00Z"));
    await run();
    expect(await told("aigul", lead.id)).toEqual(["first_contact", "processing", "processing"]);
    await house.as("aigul", "POST", `/leads/${lead.id}/convert`, { customer: { kind: "person", name: "Waits" }, qualify: true });
    expect(await ids("overdue=true")).not.toContain(lead.id);
  });

  test("a source has deadlines of its own; a lead made by an unknown caller has them too, and nobody's is told to the queue's head", async () => {
    const set = await house.as("admin", "PATCH", `/catalogues/sources/${source("advertising")}`, { firstContactS: 300, processingS: 600 });
    expect(set.status, JSON.stringify(set.body)).toBe(204);
    const lead = await made({ sourceId: source("advertising") });
    expect(Date.parse(lead.firstContactDueAt)).toBe(NOW + 300_000);
    expect(Date.parse(lead.dueAt)).toBe(NOW + 600_000);
    const call = await house.call({ kind: "phone", value: phone() }, { disposition: "no_answer", startedAt: NOW, seconds: 20 });
    await house.read();
    const strange = call.identification?.leadId as Id;
    expect(Date.parse((await read(strange, "admin")).firstContactDueAt)).toBe(NOW + 900_000);
    house.clock.set(NOW + 901_000);
    await run();
    expect(await told("head", strange)).toEqual(["first_contact"]);
  });

  test("whatever the times and marks, nobody is reminded before the deadline, of a met one, or twice of one", () => {
    const office: CalendarRules = { tz: "Asia/Almaty", week: { mon: [["09:00", "18:00"]], wed: [["09:00", "18:00"]] }, exceptions: [] };
    const at = fc.option(fc.integer({ min: NOW - 1e9, max: NOW + 1e9 }), { nil: null });
    fc.assert(
      fc.property(
        at,
        at,
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.boolean(),
        (firstDueAt, processingDueAt, reminded, after, hasCalendar) => {
          const calendar = hasCalendar ? office : undefined;
          const due = reminders({ firstDueAt, processingDueAt, reminded }, NOW, after, calendar);
          for (const d of due) {
            expect(d.dueAt).toBeLessThan(NOW);
            expect(d.dueAt).toBe(d.what === "first" ? firstDueAt : processingDueAt);
            expect(reminded & d.bit).toBe(0);
          }
          const bits = due.reduce((all, d) => all | d.bit, reminded);
          expect(reminders({ firstDueAt, processingDueAt, reminded: bits }, NOW, after, calendar)).toEqual([]);
          expect(Object.values(TOLD).flatMap(Object.values)).toEqual([1, 2, 4, 8]);
        },
      ),
    );
  });
});
