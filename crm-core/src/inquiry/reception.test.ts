import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { NOW, receptionHouse } from "./reception.fixture.ts";

const { house, purpose, phone, next, interestOf, ivan, reception, opened, counts } = await receptionHouse();
afterAll(() => house.close());
beforeEach(() => house.clock.set(NOW));

describe("the example of B1 (RG-10, RG-12)", () => {
  test("Ivan calls about the chairs: #17 is preselected, finishing adds one Interaction to it and no new Interest", async () => {
    const who = await ivan();
    const chairs = await interestOf(who.customerId, "Chairs", "sale", { contactId: who.contactId });
    await interestOf(who.customerId, "Repair", "service", { contactId: who.contactId, daysAgo: 200 });
    const d = await house.dialog(who.phone, { at: NOW });
    await house.assign(d.id, "bolat");
    const open = await reception("bolat", d.id, `?purposeId=${purpose("buy")}`);
    expect(open.identity).toMatchObject({ result: "known", value: who.phone.value });
    expect(open.inquiry.holder).toEqual({ id: house.company.employees.bolat.id, name: house.company.employees.bolat.name });
    expect(open.inquiry).toMatchObject({
      status: "in_wizard",
      identityKind: "phone",
      identityValue: who.phone.value,
      party: { name: "Petrov Ivan", customerId: who.customerId, contactId: who.contactId },
    });
    expect(open.interests.map((i: { id: Id; score: number; preselected: boolean }) => [i.id, i.score, i.preselected])).toEqual([[chairs, 7, true]]);
    const before = await counts();
    const finished = await house.as("bolat", "POST", `/inquiries/${open.inquiry.id}/finish`, {
      version: open.inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: who.contactId },
      interest: { kind: "existing", interestId: chairs },
      note: "Wants six more",
    });
    expect(finished.status, JSON.stringify(finished.body)).toBe(200);
    expect(finished.body).toMatchObject({
      interestId: chairs,
      customerId: who.customerId,
      inquiry: { status: "processed", interestId: chairs, purposeId: purpose("buy") },
    });
    expect(await counts()).toEqual({ ...before, done: Number(before?.["done"]) + 1 });
    const [made] =
      await house.sql`SELECT interest_id, direction, state, dialog_id, description, subject FROM interaction WHERE id = ${finished.body.interactionId}`;
    expect(made).toMatchObject({ interest_id: chairs, direction: "in", state: "done", dialog_id: d.id, description: "Wants six more", subject: "Chairs" });
    const [party] = await house.sql`SELECT interest_id FROM dialog_party WHERE dialog_id = ${d.id}`;
    expect(party?.["interest_id"]).toBe(chairs);
  });

  test("finished during the talk: the call's end completes the same Interaction", async () => {
    const who = await ivan();
    const chairs = await interestOf(who.customerId, "Chairs", "sale");
    const d = await house.dialog(who.phone, { at: NOW });
    await house.assign(d.id, "aigul");
    const [k] = await house.sql<
      { id: Id }[]
    >`INSERT INTO call (dialog_id, channel_id, external_id, direction, state, started_at, answered_at) VALUES (${d.id}, ${house.channels.voice}, ${d.id}, 'in', 'talking', ${new Date(NOW)}, ${new Date(NOW + 5000)}) RETURNING id`;
    const open = await reception("aigul", d.id);
    house.clock.set(NOW + 30_000);
    const finished = await house.as("aigul", "POST", `/inquiries/${open.inquiry.id}/finish`, {
      version: open.inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: null },
      interest: { kind: "existing", interestId: chairs },
      note: "In the talk",
    });
    expect(finished.status).toBe(200);
    await house.sql`UPDATE call SET state = 'ended', ended_at = ${new Date(NOW + 95_000)}, disposition = 'answered', answered_by = ${house.company.employees.aigul.id} WHERE id = ${k?.id as Id}`;
    await house.emit([
      {
        kind: "call.ended",
        dialogId: d.id,
        payload: { callId: k?.id as Id, disposition: "answered", answeredBy: house.company.employees.aigul.id, talkMs: 90_000, source: "live" },
      },
    ]);
    await house.read();
    const rows =
      await house.sql`SELECT id, description, interest_id, extract(epoch FROM upper(occurred) - lower(occurred))::int AS s FROM interaction WHERE call_id = ${k?.id as Id}`;
    expect(rows).toEqual([{ id: finished.body.interactionId, description: "In the talk", interest_id: chairs, s: 90 }]);
  });

  test("finished during the talk while a call with this person is planned today: the plan is completed, the call's end makes no second one (IA-04)", async () => {
    const { aigul } = house.company.employees;
    const who = await ivan();
    const plan = {
      typeId: next().typeId,
      subject: "Ask about the chairs",
      description: "Ask for the colour",
      plannedFrom: new Date(NOW + 3_600_000).toISOString(),
    };
    const planned = await house.as("aigul", "POST", "/interactions", { ...plan, contactId: who.contactId });
    expect(planned.status, JSON.stringify(planned.body)).toBe(201);
    const d = await house.dialog(who.phone, { at: NOW });
    await house.assign(d.id, "aigul");
    const [k] = await house.sql<
      { id: Id }[]
    >`INSERT INTO call (dialog_id, channel_id, external_id, direction, state, started_at, answered_at) VALUES (${d.id}, ${house.channels.voice}, ${d.id}, 'in', 'talking', ${new Date(NOW)}, ${new Date(NOW + 5000)}) RETURNING id`;
    const open = await reception("aigul", d.id);
    house.clock.set(NOW + 30_000);
    const finished = await house.as("aigul", "POST", `/inquiries/${open.inquiry.id}/finish`, {
      version: open.inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: who.contactId },
      interest: { kind: "new", title: "Chairs", interestKindId: null, parallelReason: null },
      note: "Blue ones",
      next: next(),
    });
    expect(finished.status, JSON.stringify(finished.body)).toBe(200);
    expect(finished.body.interactionId).toBe(planned.body.id);
    await house.sql`UPDATE call SET state = 'ended', ended_at = ${new Date(NOW + 95_000)}, disposition = 'answered', answered_by = ${aigul.id} WHERE id = ${k?.id as Id}`;
    const ended = { callId: k?.id as Id, disposition: "answered" as const, answeredBy: aigul.id, talkMs: 90_000, source: "live" as const };
    await house.emit([{ kind: "call.ended", dialogId: d.id, payload: ended }]);
    await house.read();
    const rows = await house.sql`
      SELECT id, subject, state, description, interest_id, call_id, author_id, executor_id, points IS NOT NULL AS frozen, is_touch, extract(epoch FROM upper(occurred) - lower(occurred))::int AS s
      FROM interaction WHERE customer_id = ${who.customerId} AND lower(coalesce(occurred, planned)) < ${new Date(NOW + 43_200_000)}`;
    expect(rows).toEqual([
      {
        id: planned.body.id,
        subject: "Ask about the chairs",
        state: "done",
        description: "Ask for the colour\n\nBlue ones",
        interest_id: finished.body.interestId,
        call_id: k?.id,
        author_id: aigul.id,
        executor_id: aigul.id,
        frozen: true,
        is_touch: true,
        s: 90,
      },
    ]);
    const trace = await house.sql`SELECT action FROM audit_log WHERE object_id = ${planned.body.id} ORDER BY id`;
    expect(trace.map((r) => r["action"])).toEqual(["create", "complete", "complete"]);
  });

  test("a letter received before it was recorded is one Interaction, by the day and one by one alike; the next letter is its own where letters stand alone", async () => {
    for (const [lettersBy, expected] of [
      ["day", 1],
      ["message", 2],
    ] as const) {
      const settings = (await house.as("admin", "GET", "/reception-settings")).body;
      await house.as("admin", "PUT", "/reception-settings", { ...settings, lettersBy });
      const d = await house.dialog({ kind: "email", value: `${lettersBy}@acme.example` }, { medium: "mail", at: NOW });
      await house.message(d.id, "in", NOW, undefined, "Six chairs, please");
      await house.assign(d.id, "aigul");
      const open = await reception("aigul", d.id);
      const { leadId } = d.identification as { leadId: Id };
      const body = {
        version: open.inquiry.version,
        purposeId: purpose("information"),
        who: { kind: "lead", leadId },
        interest: { kind: "none" },
        note: "Told the price",
      };
      const finished = await house.as("aigul", "POST", `/inquiries/${open.inquiry.id}/finish`, body);
      expect(finished.status, JSON.stringify(finished.body)).toBe(200);
      await house.read();
      const rows = () => house.sql`SELECT id, description, is_touch FROM interaction WHERE dialog_id = ${d.id} ORDER BY lower(occurred)`;
      expect(await rows()).toEqual([{ id: finished.body.interactionId, description: "Told the price", is_touch: false }]);
      await house.message(d.id, "out", NOW + 60_000, "aigul", "Sixty");
      await house.read();
      const after = await rows();
      expect(after).toHaveLength(expected);
      expect(after.at(-1)).toMatchObject({ is_touch: true });
    }
  });

  test("finished after the talk: the recorded Interaction gets the Interest, no second one", async () => {
    const who = await ivan();
    const ended = await house.call(who.phone, { disposition: "answered", startedAt: NOW, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] });
    await house.read();
    await house.assign(ended.dialogId, "aigul");
    const open = await reception("aigul", ended.dialogId);
    const finished = await house.as("aigul", "POST", `/inquiries/${open.inquiry.id}/finish`, {
      version: open.inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: who.contactId },
      interest: { kind: "new", title: "Tables", interestKindId: null, parallelReason: null },
      next: next(),
    });
    expect(finished.status, JSON.stringify(finished.body)).toBe(200);
    const rows = await house.sql`SELECT id, interest_id FROM interaction WHERE dialog_id = ${ended.dialogId} AND state = 'done'`;
    expect(rows).toEqual([{ id: finished.body.interactionId, interest_id: finished.body.interestId }]);
  });
});

describe("the steps of the wizard", () => {
  test("without a purpose nothing is finished (RG-07); the line's purpose is suggested, a change is audited", async () => {
    const { inquiry, finish } = await opened();
    expect(inquiry).toMatchObject({ purposeId: null, suggestedPurposeId: purpose("buy") });
    expect((await finish({ purposeId: undefined })).status).toBe(422);
    const done = await finish({ purposeId: purpose("information") });
    expect(done.body).toMatchObject({ interestId: null, inquiry: { status: "processed" } });
    const [row] = await house.sql`SELECT changes FROM audit_log WHERE object_kind = 'inquiry' AND object_id = ${inquiry.id} AND action = 'finish'`;
    expect(row?.["changes"]["purpose_id"]).toEqual([purpose("buy"), purpose("information")]);
  });

  test("a second Interest of the same kind needs the reason why (RG-12)", async () => {
    const { who, finish } = await opened();
    await interestOf(who.customerId, "Chairs", "sale");
    const fresh = { kind: "new", title: null, interestKindId: null, parallelReason: null };
    expect((await finish({ interest: fresh, next: next() })).body).toMatchObject({
      code: "parallel_interest_reason_required",
      details: { interest: { title: "Chairs" } },
    });
    expect((await finish({ interest: { ...fresh, parallelReason: "Another office" }, next: next() })).status).toBe(200);
  });

  test("the first stage demands a next step; it is planned in the same save", async () => {
    const { finish } = await opened();
    const interest = { kind: "new", title: "Sofa", interestKindId: null, parallelReason: null };
    expect((await finish({ interest })).body).toMatchObject({ code: "validation", details: { fields: { next: "required" } } });
    const done = await finish({ interest, next: next() });
    const [planned] = await house.sql`SELECT state, subject, executor_id FROM interaction WHERE interest_id = ${done.body.interestId} AND state = 'planned'`;
    expect(planned).toMatchObject({ subject: "Call back", executor_id: house.company.employees.aigul.id });
    const [made] = await house.sql`SELECT title, responsible_id, source_id, created_from_dialog_id FROM interest WHERE id = ${done.body.interestId}`;
    expect(made).toMatchObject({ title: "Sofa", responsible_id: house.company.employees.aigul.id });
    expect(made?.["source_id"]).not.toBeNull();
  });

  test("an Interest of another manager is attached, it stays theirs; one of another customer is not found", async () => {
    const { who, finish } = await opened();
    const theirs = await interestOf(who.customerId, "Chairs", "sale", { responsible: "dana" });
    const stranger = await interestOf((await ivan()).customerId, "Strange", "sale");
    expect((await finish({ interest: { kind: "existing", interestId: stranger } })).body.code).toBe("not_found");
    expect((await finish({ interest: { kind: "existing", interestId: theirs } })).status).toBe(200);
    expect((await house.sql`SELECT responsible_id FROM interest WHERE id = ${theirs}`)[0]?.["responsible_id"]).toBe(house.company.employees.dana.id);
  });

  test("a recently lost one is taken up again by reopening", async () => {
    const { who, dialogId, finish } = await opened();
    const lost = await interestOf(who.customerId, "Lost", "sale");
    const view = (await house.as("admin", "GET", `/interests/${lost}`)).body;
    const reason = house.company.catalogues.lossReasons[0];
    expect(
      (
        await house.as("admin", "POST", `/interests/${lost}/close`, {
          status: "lost",
          lossReasonId: reason,
          plannedInteractions: "keep",
          version: view.version,
        })
      ).status,
    ).toBe(200);
    const open = await reception("aigul", dialogId, `?purposeId=${purpose("buy")}`);
    expect(open.interests).toMatchObject([{ id: lost, recentlyLost: true, preselected: false }]);
    expect((await finish({ interest: { kind: "existing", interestId: lost } })).body.code).toBe("validation");
    expect((await finish({ interest: { kind: "existing", interestId: lost, reopen: true } })).status).toBe(200);
    expect((await house.as("admin", "GET", `/interests/${lost}`)).body).toMatchObject({ status: "open", closedAt: null });
  });

  test("the draft outlives the page and goes with the end; a finished inquiry takes none", async () => {
    const { dialogId, inquiry, finish } = await opened();
    await house.as("aigul", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: { note: "half" } });
    const again = await reception("aigul", dialogId);
    expect(again.inquiry).toMatchObject({ draft: { note: "half" }, version: inquiry.version });
    expect((await house.as("aigul", "GET", "/inquiries?status=unprocessed")).body.items.map((i: { id: Id }) => i.id)).toContain(inquiry.id);
    expect((await finish({ purposeId: purpose("information") })).status).toBe(200);
    expect((await house.as("aigul", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: {} })).body.code).toBe("already_taken");
  });

  test("handing on leaves it open for the receiver with a deadline", async () => {
    const { inquiry, finish } = await opened();
    expect((await finish({ purposeId: purpose("transfer") })).body.details.fields.dispatchTo).toBe("required");
    const done = await finish({ purposeId: purpose("transfer"), dispatchTo: house.company.employees.bolat.id });
    expect(done.body.inquiry).toMatchObject({ id: inquiry.id, status: "dispatched", dispatchedTo: { id: house.company.employees.bolat.id } });
    expect(done.body.inquiry.dueAt).not.toBeNull();
    expect((await house.as("bolat", "GET", `/inquiries/${inquiry.id}`)).status).toBe(200);
  });

  test("rejecting needs a reason and may block the number: it makes no card any more, the evidence stays", async () => {
    const { who, inquiry } = await opened();
    expect((await house.as("aigul", "POST", `/inquiries/${inquiry.id}/reject`, { version: inquiry.version, reason: "" })).status).toBe(422);
    const rejected = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/reject`, { version: inquiry.version, reason: "spam", blockIdentity: true });
    expect(rejected.body).toMatchObject({ status: "rejected" });
    expect((await house.identify(who.phone)).result).toBe("blocked");
    expect(await house.sql`SELECT 1 FROM inquiry WHERE id = ${inquiry.id}`).toHaveLength(1);
  });

  test("a new caller's lead is filled in, not doubled; a hidden one needs a way to be reached", async () => {
    const p = phone();
    const d = await house.dialog(p, { at: NOW });
    await house.assign(d.id, "bolat");
    const { inquiry } = await reception("bolat", d.id);
    const before = await counts();
    const done = await house.as("bolat", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "new-lead", contactName: "Saule", companyName: "Lotos", phone: null, email: "Saule@Lotos.example" },
      interest: { kind: "new", title: null, interestKindId: null, parallelReason: null },
      next: next(),
    });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    expect(done.body.leadId).toBe(d.identification.leadId);
    expect(await counts()).toMatchObject({ leads: before?.["leads"] });
    const lead = (await house.as("bolat", "GET", `/leads/${done.body.leadId}`)).body;
    expect(lead).toMatchObject({ contactName: "Saule", companyName: "Lotos" });
    expect(lead.contactPoints.map((c: { value: string; verifiedAt: string | null }) => [c.value, c.verifiedAt !== null])).toEqual([
      [p.value, true],
      ["saule@lotos.example", false],
    ]);
    const hidden = await house.dialog({ kind: "phone", value: null }, { at: NOW });
    await house.assign(hidden.id, "bolat");
    const second = (await reception("bolat", hidden.id)).inquiry;
    const order = {
      version: second.version,
      purposeId: purpose("information"),
      who: { kind: "new-lead", contactName: "X", companyName: null, phone: null, email: null },
      interest: { kind: "none" },
    };
    expect((await house.as("bolat", "POST", `/inquiries/${second.id}/finish`, order)).body.code).toBe("contact_point_required");
    expect((await house.as("bolat", "POST", `/inquiries/${second.id}/finish`, { ...order, who: { ...order.who, phone: "8 701 599 00 11" } })).status).toBe(200);
  });
});
