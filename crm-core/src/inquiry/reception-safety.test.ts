import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { NOW, receptionHouse } from "./reception.fixture.ts";

const { house, purpose, phone, next, interestOf, ivan, reception, counts } = await receptionHouse();
afterAll(() => house.close());
beforeEach(() => house.clock.set(NOW));

describe("two at once, and failures", () => {
  test("two finishers: one wins, the other gets the first result", async () => {
    const who = await ivan();
    const chairs = await interestOf(who.customerId, "Chairs", "sale");
    const d = await house.dialog(who.phone, { at: NOW });
    await house.assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    const order = {
      version: inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "customer", customerId: who.customerId, contactId: null },
      interest: { kind: "existing", interestId: chairs },
    };
    const before = await counts();
    const answers = await Promise.all(["aigul", "head"].map((p) => house.as(p as Person, "POST", `/inquiries/${inquiry.id}/finish`, order)));
    const won = answers.find((a) => a.status === 200);
    const lost = answers.find((a) => a.status !== 200);
    expect(lost?.body).toMatchObject({
      code: "already_taken",
      details: { result: { interestId: chairs, interactionId: won?.body.interactionId, inquiry: { status: "processed" } } },
    });
    expect(await counts()).toEqual({ ...before, done: Number(before?.["done"]) + 1 });
  });

  test("an old version meets the row as it is", async () => {
    const d = await house.dialog(phone(), { at: NOW });
    await house.assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    const r = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version - 1,
      purposeId: purpose("information"),
      who: { kind: "lead", leadId: d.identification.leadId },
      interest: { kind: "none" },
    });
    expect(r.body).toMatchObject({ code: "version_conflict", details: { current: { id: inquiry.id } } });
  });

  test("a failure at any statement of the finish leaves everything as it was", async () => {
    const { sql } = house;
    await sql.unsafe(`
      CREATE SEQUENCE fault_seq; CREATE TABLE fault_at (n bigint);
      INSERT INTO fault_at VALUES (0);
      CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('fault_seq') = (SELECT n FROM fault_at) THEN RAISE EXCEPTION 'injected'; END IF; RETURN NULL; END $$;`);
    const tables = [
      "lead",
      "contact_point",
      "interest",
      "interest_stage_history",
      "interaction",
      "dialog_party",
      "inquiry",
      "audit_log",
      "dialog_event",
      "routing_input",
      "customer",
    ];
    for (const t of tables) await sql.unsafe(`CREATE TRIGGER fault AFTER INSERT OR UPDATE ON ${t} FOR EACH STATEMENT EXECUTE FUNCTION fault()`);
    const d = await house.dialog(phone(), { at: NOW });
    await house.assign(d.id, "bolat");
    const { inquiry } = await reception("bolat", d.id);
    const order = {
      version: inquiry.version,
      purposeId: purpose("buy"),
      who: { kind: "new-lead", contactName: "Atom", companyName: null, phone: "+77015990022", email: null },
      interest: { kind: "new", title: "Atom", interestKindId: null, parallelReason: null },
      note: "n",
      next: next(),
    };
    const snapshot = async () =>
      (await Promise.all(tables.map((t) => sql.unsafe(`SELECT count(*) AS n, coalesce(sum(hashtext(x::text)::bigint), 0) AS h FROM ${t} x`)))).map(
        (r) => `${r[0]?.["n"]} ${r[0]?.["h"]}`,
      );
    const before = await snapshot();
    let failures = 0;
    for (let n = 1; ; n++) {
      await sql.unsafe(`ALTER SEQUENCE fault_seq RESTART; UPDATE fault_at SET n = ${n}`);
      const r = await house.as("bolat", "POST", `/inquiries/${inquiry.id}/finish`, order);
      if (r.status === 200) break;
      expect(r.body.details.message).toContain("injected");
      expect(await snapshot()).toEqual(before);
      failures++;
    }
    // Lead, its points, Interest, stage, dialog, Interactions, load, inquiry, and their audits and events
    expect(failures).toBeGreaterThan(15);
    expect(await snapshot()).not.toEqual(before);
    for (const t of tables) await sql.unsafe(`DROP TRIGGER fault ON ${t}`);
  });
});

describe("reception by rule (RG-12)", () => {
  /** A letter comes, and the mailbox's rule has acted on it. */
  async function letter(email: string) {
    const d = await house.dialog({ kind: "email", value: email }, { medium: "mail", at: NOW });
    await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId: house.company.queueId, priority: 0 } }]);
    await house.read();
    const [row] = await house.sql<{ id: Id }[]>`SELECT id FROM inquiry WHERE dialog_id = ${d.id}`;
    return (await house.as("admin", "GET", `/inquiries/${row?.id}`)).body;
  }
  test("one open sale: attached; two: left dispatched for a human; none: a new one", async () => {
    const person = async (email: string) =>
      (
        await house.as("admin", "POST", "/customers", {
          kind: "person",
          name: email,
          responsibleId: house.company.employees.dana.id,
          contactPoints: [{ kind: "email", value: email }],
        })
      ).body.id as Id;
    const rule = { name: "Orders by letter", channelId: house.channels.mail, action: "create_interest", purposeId: purpose("buy") };
    expect((await house.as("admin", "POST", "/dispatch-rules", rule)).status).toBe(201);
    const one = await person("one@acme.example");
    const only = await interestOf(one, "Only", "sale");
    expect(await letter("one@acme.example")).toMatchObject({ interestId: only, status: "processed", rule: { name: "Orders by letter" } });
    const two = await person("two@acme.example");
    await interestOf(two, "First", "sale");
    await interestOf(two, "Second", "sale");
    expect(await letter("two@acme.example")).toMatchObject({
      interestId: null,
      status: "dispatched",
      dispatchedTo: { id: house.company.employees.dana.id },
    });
    await person("none@acme.example");
    const made = await letter("none@acme.example");
    expect(made.status).toBe("processed");
    expect((await house.sql`SELECT responsible_id FROM interest WHERE id = ${made.interestId}`)[0]?.["responsible_id"]).toBe(house.company.employees.dana.id);
  });
});

describe("whose inquiry it is", () => {
  test("a stranger's missed call is received by any member of its queue, once", async () => {
    const p = phone();
    const missed = await house.call(p, { disposition: "abandoned_queue", startedAt: NOW, seconds: 12 });
    await house.read();
    const listed = (await house.as("bolat", "GET", "/inquiries?status=unprocessed&limit=200")).body.items.find(
      (i: { dialogId: Id }) => i.dialogId === missed.dialogId,
    );
    expect(listed).toMatchObject({ origin: "missed_call", attempts: 1 });
    const { inquiry } = await reception("bolat", missed.dialogId);
    expect((await house.as("bolat", "GET", `/dialogs/${missed.dialogId}/card`)).status).toBe(200);
    // Bolat has it now: to the others it answers like none.
    expect((await house.as("dana", "GET", `/dialogs/${missed.dialogId}/reception`)).status).toBe(404);
    const done = await house.as("bolat", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version,
      purposeId: purpose("information"),
      who: { kind: "lead", leadId: inquiry.party.leadId },
      interest: { kind: "none" },
      note: "Called back by mobile",
    });
    expect(done.body.inquiry, JSON.stringify(done.body)).toMatchObject({ status: "processed", processedBy: { id: house.company.employees.bolat.id } });
  });

  test("another department's agent neither sees nor finishes it; whoever gets the dialog does", async () => {
    const d = await house.dialog(phone(), { at: NOW });
    await house.assign(d.id, "aigul");
    const { inquiry } = await reception("aigul", d.id);
    expect((await house.as("dana", "GET", `/inquiries/${inquiry.id}`)).status).toBe(404);
    expect((await house.as("dana", "GET", `/dialogs/${d.id}/reception`)).status).toBe(404);
    const order = {
      version: inquiry.version,
      purposeId: purpose("information"),
      who: { kind: "lead", leadId: d.identification.leadId },
      interest: { kind: "none" },
    };
    expect((await house.as("dana", "POST", `/inquiries/${inquiry.id}/finish`, order)).status).toBe(404);
    expect((await house.as("dana", "POST", `/inquiries/${inquiry.id}/reject`, { version: inquiry.version, reason: "x" })).status).toBe(404);
    expect((await house.as("dana", "PUT", `/inquiries/${inquiry.id}/draft`, { draft: {} })).status).toBe(404);
    expect((await house.as("head", "GET", `/inquiries/${inquiry.id}`)).status).toBe(200);
    await house.sql`UPDATE assignment SET ended_at = now() - interval '2 days' WHERE dialog_id = ${d.id}`;
    await house.assign(d.id, "dana");
    expect((await house.as("dana", "POST", `/inquiries/${inquiry.id}/finish`, order)).status).toBe(200);
  });
});
