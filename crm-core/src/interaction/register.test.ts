import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
/** 10:00 in Almaty on a Wednesday. */
const NOW = Date.parse("2026-03-11T05:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let romashka: Id;
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
  romashka = await customer("Romashka");
});
afterAll(() => house.close());

const iso = (at: number) => new Date(at).toISOString();
const call = () => house.company.catalogues.interactionTypes["call"]?.id as Id;
async function customer(name: string): Promise<Id> {
  const { aigul } = house.company.employees;
  return (await house.as("admin", "POST", "/customers", { kind: "company", name, responsibleId: aigul.id })).body.id;
}
async function make(body: object, by: Person = "aigul") {
  const r = await house.as(by, "POST", "/interactions", { typeId: call(), subject: "Call", customerId: romashka, ...body });
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
}
const faults = (r: { body: { details: { fields: unknown } } }) => r.body.details.fields;

describe("types and statuses of Interactions (IA-02, IA-03)", () => {
  test("a type added by the administrator stands at once in forms, with its icon, colour, phrase and default status, and in the register's filter", async () => {
    const made = await house.as("admin", "POST", "/catalogues/interaction-types", {
      code: "tender",
      name: "Tender",
      icon: "gavel",
      color: "grape",
      prompt: "Ask who decides",
      defaultMinutes: 45,
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const status = async (code: string, state: string) =>
      (await house.as("admin", "POST", "/catalogues/interaction-statuses", { typeId: made.body.id, code, name: code, state })).body.id as Id;
    const invited = await status("invited", "planned");
    const lost = await status("lost", "failed");
    const types = (await house.as("aigul", "GET", "/catalogues")).body.interactionTypes;
    expect(types.find((t: { id: Id }) => t.id === made.body.id)).toMatchObject({ code: "tender", icon: "gavel", color: "grape", prompt: "Ask who decides" });
    const entry = (await house.as("admin", "GET", "/catalogues/interaction-types")).body.find((t: { id: Id }) => t.id === made.body.id);
    const patched = await house.as("admin", "PATCH", `/catalogues/interaction-types/${made.body.id}`, { defaultStatusId: invited, version: entry.version });
    expect(patched.status, JSON.stringify(patched.body)).toBeLessThan(300);
    const planned = await make({ typeId: made.body.id, plannedFrom: iso(NOW + DAY) });
    expect(planned).toMatchObject({ state: "planned", status: { id: invited }, type: { icon: "gavel", color: "grape" } });
    expect(Date.parse(planned.plannedTo) - Date.parse(planned.plannedFrom)).toBe(45 * 60_000);
    expect((await house.as("aigul", "GET", `/interactions/${planned.id}`)).body).toMatchObject({ prompt: "Ask who decides" });
    expect((await house.as("aigul", "GET", `/interactions?typeId=${made.body.id}`)).body.items).toHaveLength(1);

    const ended = await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { statusId: lost, version: planned.version });
    expect(ended.body).toMatchObject({ state: "failed", status: { id: lost } });
    expect((await house.as("admin", "DELETE", `/catalogues/interaction-types/${made.body.id}`)).status).toBe(204);
    expect((await house.sql`SELECT archived_at IS NOT NULL AS archived FROM interaction_type WHERE id = ${made.body.id}`)[0]).toEqual({ archived: true });
    expect((await house.as("aigul", "GET", "/catalogues")).body.interactionTypes.map((t: { id: Id }) => t.id)).not.toContain(made.body.id);
    expect((await house.as("aigul", "GET", `/interactions/${planned.id}`)).body.type.name).toBe("Tender");
    const again = await house.as("aigul", "POST", "/interactions", { typeId: made.body.id, subject: "X", customerId: romashka });
    expect(faults(again)).toEqual({ typeId: "unknown" });
  });

  test("a status of another type, one that is no end, and one that is not planned are refused", async () => {
    const types = (await house.as("aigul", "GET", "/catalogues")).body.interactionTypes;
    const of = (code: string, state: string) =>
      types.find((t: { code: string }) => t.code === code).statuses.find((s: { state: string }) => s.state === state).id;
    const post = (body: object) => house.as("aigul", "POST", "/interactions", { typeId: call(), subject: "X", customerId: romashka, ...body });
    expect(faults(await post({ statusId: of("letter", "done") }))).toEqual({ statusId: "unknown" });
    expect(faults(await post({ statusId: of("call", "planned") }))).toEqual({ statusId: "not_an_end" });
    expect(faults(await post({ statusId: of("call", "done"), plannedFrom: iso(NOW + DAY) }))).toEqual({ statusId: "not_planned" });
    const planned = await make({ plannedFrom: iso(NOW + DAY) });
    const complete = (statusId: Id) => house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { statusId, version: planned.version });
    expect(faults(await complete(of("letter", "done")))).toEqual({ statusId: "unknown" });
    expect(faults(await complete(of("call", "cancelled")))).toEqual({ statusId: "not_an_end" });
    const patched = await house.as("aigul", "PATCH", `/interactions/${planned.id}`, { statusId: of("call", "done"), version: planned.version });
    expect(faults(patched)).toEqual({ statusId: "not_planned" });
    expect((await house.as("aigul", "POST", `/interactions/${planned.id}/cancel`, { version: planned.version })).body.state).toBe("cancelled");
  });
});

describe("chains of one subject (IA-05)", () => {
  test("replies, next steps and child tasks inherit it; from any link the whole chain is read in order of time; what one may not see is absent", async () => {
    const chainOf = async (object: string, objectId: Id, by: Person = "aigul") =>
      (await house.as(by, "GET", `/chain?object=${object}&objectId=${objectId}`)).body.items.map((i: { title: string }) => i.title);
    const first = await make({ subject: "Asked for a price" });
    house.clock.set(NOW + 60_000);
    const reply = await make({ subject: "Answered", parentId: first.id, customerId: null });
    expect(reply.customerId).toBe(romashka);
    house.clock.set(NOW + 120_000);
    const planned = await make({ subject: "Visit", plannedFrom: iso(NOW + DAY), about: { kind: "interaction", id: reply.id } });
    const task = (await house.as("aigul", "POST", "/tasks", { title: "Prepare samples", subject: { kind: "interaction", id: reply.id } })).body;
    house.clock.set(NOW + DAY + HOUR);
    const next = { typeId: call(), subject: "Ask for the decision", plannedFrom: iso(NOW + 2 * DAY) };
    await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { version: planned.version, next });
    const hidden = await make(
      { subject: "Secret", customerId: romashka, executorId: house.company.employees.dana.id, about: { kind: "interaction", id: first.id } },
      "admin",
    );
    house.clock.set(NOW);
    const whole = ["Asked for a price", "Answered", "Prepare samples", "Visit", "Ask for the decision"];
    expect(await chainOf("interaction", first.id)).toEqual(whole);
    expect(await chainOf("interaction", planned.id)).toEqual(whole);
    expect(await chainOf("task", task.id)).toEqual(whole);
    expect(await chainOf("interaction", first.id, "admin")).toContain("Secret");
    expect((await house.as("aigul", "GET", `/chain?object=interaction&objectId=${hidden.id}`)).status).toBe(404);
    expect((await house.as("aigul", "GET", `/interactions/${reply.id}`)).body.chain).toMatchObject({ id: first.id, name: "Asked for a price", links: 6 });
  });

  test("two chains are joined whole, an Interest is a subject too, and a link may leave; nothing ever points in a circle", async () => {
    const [a, b, c] = [await make({ subject: "A" }), await make({ subject: "B" }), await make({ subject: "C" })];
    const about = (id: Id, version: number, ref: object | null) => house.as("aigul", "PATCH", `/interactions/${id}`, { about: ref, version });
    await about(b.id, 0, { kind: "interaction", id: a.id });
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id };
    const interest = (await house.as("aigul", "POST", "/interests", { kindId: kind.id, title: "Chairs", customerId: romashka })).body;
    await about(a.id, 0, { kind: "interest", id: interest.id });
    const circle = await about(a.id, 1, { kind: "interaction", id: b.id });
    expect(circle.status).toBe(200);
    await about(c.id, 0, { kind: "interaction", id: b.id });
    const links = (await house.as("aigul", "GET", `/chain?object=interest&objectId=${interest.id}`)).body.items;
    expect(links.map((l: { id: Id }) => l.id).sort()).toEqual([a.id, b.id, c.id, interest.id].sort());
    expect(links.filter((l: { isSubject: boolean }) => l.isSubject)).toMatchObject([{ kind: "interest", title: expect.stringContaining("Chairs") }]);
    await about(c.id, 1, null);
    expect((await house.as("aigul", "GET", `/chain?object=interaction&objectId=${c.id}`)).body.items).toHaveLength(1);
    expect((await about(c.id, 2, { kind: "task", id: a.id })).status).toBe(404);
  });

  test("the next day's messages of a dialog go on in its chain", async () => {
    const dialog = await house.dialog({ kind: "email", value: "chain@acme.example" }, { medium: "mail", at: NOW });
    await house.message(dialog.id, "in", NOW);
    await house.read();
    const [today] = await house.sql`SELECT id FROM interaction WHERE dialog_id = ${dialog.id}`;
    const task = await house.as("admin", "POST", "/tasks", { title: "Look it up", subject: { kind: "interaction", id: today?.["id"] } });
    expect(task.status).toBe(201);
    await house.message(dialog.id, "in", NOW + DAY);
    await house.read();
    expect((await house.as("admin", "GET", `/chain?object=task&objectId=${task.body.id}`)).body.items.map((i: { kind: string }) => i.kind).sort()).toEqual([
      "interaction",
      "interaction",
      "task",
    ]);
  });
});

describe("the register (IA-13) and what is still in work (IA-14)", () => {
  let lotos: Id;
  beforeAll(async () => {
    lotos = await customer("Lotos");
    const meeting = house.company.catalogues.interactionTypes["meeting"]?.id as Id;
    for (const n of [1, 2, 3]) await make({ subject: `Lotos call ${n}`, customerId: lotos, plannedFrom: iso(NOW + (n - 2) * DAY) });
    await make({ subject: "Lotos meeting", customerId: lotos, typeId: meeting, plannedFrom: iso(NOW + HOUR) });
    await make({ subject: "Lotos of Bolat", customerId: lotos, executorId: house.company.employees.bolat.id, plannedFrom: iso(NOW - 2 * HOUR) }, "head");
    await make({ subject: "Talked", customerId: lotos });
  });

  test("every filter combines with every other, and the count is what the database counts", async () => {
    const { aigul, bolat } = house.company.employees;
    const cases: [string, string][] = [
      [`customerId=${lotos}`, "true"],
      [`customerId=${lotos}&state=planned`, "state = 'planned'"],
      [`customerId=${lotos}&executorId=${bolat.id}`, `executor_id = '${bolat.id}'`],
      [`customerId=${lotos}&departmentId=${house.company.departments.a}&typeId=${call()}`, `type_id = '${call()}'`],
      [
        `customerId=${lotos}&state=planned&executorId=${aigul.id}&from=${iso(NOW)}&to=${iso(NOW + 2 * DAY)}`,
        `state = 'planned' AND executor_id = '${aigul.id}' AND lower(planned) >= '${iso(NOW)}' AND lower(planned) < '${iso(NOW + 2 * DAY)}'`,
      ],
      [`customerId=${lotos}&overdue=true`, `state = 'planned' AND upper(planned) < '${iso(NOW)}'`],
      [`customerId=${lotos}&q=${encodeURIComponent("CALL 2")}`, "subject ILIKE '%call 2%'"],
    ];
    for (const [query, sql] of cases) {
      const [row] = await house.sql.unsafe(`SELECT count(*)::int AS n FROM interaction WHERE customer_id = '${lotos}' AND ${sql}`);
      const { items } = (await house.as("head", "GET", `/interactions?limit=200&${query}`)).body;
      expect((await house.as("head", "GET", `/interactions/count?${query}`)).body.count, query).toBe(row?.["n"]);
      expect(items, query).toHaveLength(row?.["n"] as number);
    }
    expect((await house.as("head", "GET", `/interactions?customerId=${lotos}&typeId=nonsense`)).body.code).toBe("validation");
    const pages = async (cursor?: string): Promise<string[]> => {
      const page = (await house.as("head", "GET", `/interactions?customerId=${lotos}&order=planned&limit=2${cursor === undefined ? "" : `&cursor=${cursor}`}`))
        .body;
      return [...page.items.map((i: { id: Id }) => i.id), ...(page.nextCursor === null ? [] : await pages(page.nextCursor))];
    };
    expect(new Set(await pages()).size).toBe(6);
  });

  test("every filter with every other, and all of them at once, find what the database finds, through the person who may see the least", async () => {
    const { aigul } = house.company.employees;
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id };
    const garden = await customer("Garden");
    const vera = (await house.as("aigul", "POST", `/customers/${garden}/contacts`, { lastName: "Kim", firstName: "Vera" })).body.id as Id;
    const lead = (await house.as("aigul", "POST", "/leads", { contactName: "Newcomer", noContact: true })).body.id as Id;
    const interest = (await house.as("aigul", "POST", "/interests", { kindId: kind.id, title: "Seeds", customerId: garden })).body.id as Id;
    const parties = [
      { customerId: garden, contactId: vera, interestId: interest },
      { customerId: garden, contactId: vera },
      { customerId: garden },
      { customerId: null, leadId: lead },
    ];
    for (const [n, who] of parties.entries())
      for (const plannedFrom of [null, iso(NOW - 2 * DAY), iso(NOW + DAY)]) await make({ subject: `Seeds ${n}`, ...who, plannedFrom });
    await make({ subject: "Seeds of Dana", customerId: garden, contactId: vera, executorId: house.company.employees.dana.id }, "admin");
    const statuses = (await house.as("aigul", "GET", "/catalogues")).body.interactionTypes.find((t: { id: Id }) => t.id === call()).statuses;
    const planned = statuses.find((s: { state: string }) => s.state === "planned").id as Id;
    const filters: Record<string, [value: string, sql: string]> = {
      customerId: [garden, `customer_id = '${garden}'`],
      contactId: [vera, `contact_id = '${vera}'`],
      leadId: [lead, `lead_id = '${lead}'`],
      interestId: [interest, `interest_id = '${interest}'`],
      typeId: [call(), `type_id = '${call()}'`],
      statusId: [planned, `status_id = '${planned}'`],
      state: ["planned", "state = 'planned'"],
      executorId: [aigul.id, "true"],
      departmentId: [house.company.departments.a, "true"],
      overdue: ["true", `state = 'planned' AND upper(planned) < '${iso(NOW)}'`],
      from: [iso(NOW - 3 * DAY), `coalesce(lower(occurred), lower(planned)) >= '${iso(NOW - 3 * DAY)}'`],
      to: [iso(NOW), `coalesce(lower(occurred), lower(planned)) < '${iso(NOW)}'`],
      q: ["SEEDS", "subject ILIKE '%seeds%'"],
    };
    const names = Object.keys(filters);
    const sets = [...names.flatMap((a, n) => names.slice(n + 1).map((b) => [a, b])), names.filter((each) => each !== "leadId")];
    const found: number[] = [];
    for (const set of sets) {
      // The words keep what other tests have made out of the numbers.
      const query = new URLSearchParams([...new Set([...set, "q"])].map((name) => [name, (filters[name] as [string, string])[0]])).toString();
      const [row] = await house.sql.unsafe(
        `SELECT count(*)::int AS n FROM interaction WHERE executor_id = '${aigul.id}' AND subject LIKE 'Seeds%' AND ${set.map((name) => (filters[name] as [string, string])[1]).join(" AND ")}`,
      );
      const { items } = (await house.as("aigul", "GET", `/interactions?limit=200&${query}`)).body;
      const { count } = (await house.as("aigul", "GET", `/interactions/count?${query}`)).body;
      expect([items.length, count], query).toEqual([row?.["n"], row?.["n"]]);
      found.push(count);
    }
    expect(found.at(-1)).toBe(1);
    expect(found.filter((n) => n > 0).length).toBeGreaterThan(60);
  });

  test("by time or by a word, either way, the pages give every row once, in the order in which the database sorts them", async () => {
    for (const subject of ["beta", "Alpha", "gamma", "alpha", "Beta"])
      await make({ subject: `Order ${subject}`, customerId: lotos, plannedFrom: iso(NOW + DAY) });
    const at = "coalesce(lower(i.occurred), lower(i.planned))";
    const orders = {
      newest: `${at} DESC, i.id DESC`,
      planned: `${at}, i.id`,
      subject: `lower(i.subject), ${at}, i.id`,
      "-subject": `lower(i.subject) DESC, ${at} DESC, i.id DESC`,
      type: `lower(t.name), ${at}, i.id`,
      "-status": `lower(s.name) DESC, ${at} DESC, i.id DESC`,
      executor: `lower(e.full_name), ${at}, i.id`,
      "-executor": `lower(e.full_name) DESC, ${at} DESC, i.id DESC`,
    };
    for (const [order, sql] of Object.entries(orders)) {
      const rows = await house.sql.unsafe(
        `SELECT i.id FROM interaction i JOIN interaction_type t ON t.id = i.type_id JOIN interaction_status s ON s.id = i.status_id JOIN employee e ON e.id = i.executor_id WHERE i.customer_id = '${lotos}' ORDER BY ${sql}`,
      );
      const seen: Id[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page: { items: { id: Id }[]; nextCursor: string | null } = (
          await house.as("head", "GET", `/interactions?customerId=${lotos}&order=${order}&limit=4${cursor === "" ? "" : `&cursor=${cursor}`}`)
        ).body;
        seen.push(...page.items.map((i) => i.id));
        cursor = page.nextCursor;
      }
      expect(seen, order).toEqual(rows.map((row) => row["id"]));
    }
    expect((await house.as("head", "GET", "/interactions?order=points")).body.code).toBe("validation");
  });

  test("a filter is kept by name for its maker alone; a second of that name is refused", async () => {
    const body = { list: "interactions", name: "Late calls", filter: { state: "planned", overdue: "true" } };
    const kept = await house.as("aigul", "POST", "/saved-filters", body);
    expect(kept.status).toBe(201);
    expect((await house.as("aigul", "POST", "/saved-filters", { ...body, name: "late CALLS" })).body.code).toBe("duplicate");
    const changed = await house.as("aigul", "PUT", `/saved-filters/${kept.body.id}`, { ...body, filter: { state: "done" } });
    expect(changed.body.filter).toEqual({ state: "done" });
    expect((await house.as("bolat", "GET", "/saved-filters?list=interactions")).body.items).toEqual([]);
    expect((await house.as("bolat", "DELETE", `/saved-filters/${kept.body.id}`)).status).toBe(404);
    expect((await house.as("aigul", "GET", "/saved-filters?list=interactions")).body.items).toMatchObject([{ name: "Late calls" }]);
    expect((await house.as("aigul", "DELETE", `/saved-filters/${kept.body.id}`)).status).toBe(204);
  });

  test("planned and not done, received and not processed: overdue first, by day, by employee; the head sees the department, nobody another's", async () => {
    const p = { kind: "phone" as const, value: "+77017770011" };
    await house.call(p, { disposition: "abandoned_queue", startedAt: NOW - HOUR, seconds: 20 });
    await house.read();
    await house.as("dana", "POST", "/leads", { contactName: "Hers", noContact: true });
    const work = (await house.as("head", "GET", "/interactions/in-work?days=14")).body;
    const late = work.items.map((i: { overdue: boolean }) => i.overdue);
    expect(late).toEqual([...late].sort((a: boolean, b: boolean) => Number(b) - Number(a)));
    const mine = work.items.filter((i: { title: string }) => i.title.startsWith("Lotos"));
    expect(mine.map((i: { title: string; day: string; overdue: boolean }) => [i.title, i.day, i.overdue])).toEqual([
      ["Lotos call 1", "2026-03-10", true],
      ["Lotos of Bolat", "2026-03-11", true],
      ["Lotos call 2", "2026-03-11", false],
      ["Lotos meeting", "2026-03-11", false],
      ["Lotos call 3", "2026-03-12", false],
    ]);
    expect(work.items.filter((i: { kind: string }) => i.kind === "inquiry").length).toBeGreaterThan(0);
    const of = (id: Id) => work.employees.find((e: { employee: { id: Id } | null }) => e.employee?.id === id);
    expect(of(house.company.employees.bolat.id)).toMatchObject({ overdue: 1, total: 1 });
    const bolat = (await house.as("head", "GET", `/interactions/in-work?executorId=${house.company.employees.bolat.id}`)).body;
    expect(bolat.items).toMatchObject([{ title: "Lotos of Bolat" }]);
    expect((await house.as("dana", "GET", "/interactions/in-work")).body.items.filter((i: { title: string }) => i.title.startsWith("Lotos"))).toEqual([]);
  });
});

describe("the event card (IA-21)", () => {
  test("result, employee with position, the client's contacts, Interest, tasks, reminder and what may be done, in one answer", async () => {
    const { aigul } = house.company.employees;
    const [before] = (await house.as("admin", "GET", "/employees")).body.filter((e: { id: Id }) => e.id === aigul.id);
    const named = await house.as("admin", "PATCH", `/employees/${aigul.id}`, { position: "Key account manager", version: before.version });
    expect(named.body).toMatchObject({ position: "Key account manager" });
    const company = (
      await house.as("admin", "POST", "/customers", {
        kind: "company",
        name: "Vector",
        responsibleId: aigul.id,
        contactPoints: [{ kind: "phone", value: "+77017770022" }],
      })
    ).body;
    const vera = { lastName: "Kim", firstName: "Vera", contactPoints: [{ kind: "email", value: "vera@vector.example" }] };
    expect((await house.as("admin", "POST", `/customers/${company.id}/contacts`, vera)).status).toBe(201);
    const planned = await make({ subject: "Present the offer", customerId: company.id, plannedFrom: iso(NOW + DAY), place: "Their office" });
    const card = (await house.as("aigul", "GET", `/interactions/${planned.id}`)).body;
    expect(card).toMatchObject({
      subject: "Present the offer",
      place: "Their office",
      executor: { id: aigul.id },
      executorPosition: "Key account manager · Department A",
      client: { customer: { name: "Vector" } },
      tasks: 0,
      files: 0,
      actions: expect.arrayContaining(["edit", "complete", "reschedule", "cancel", "call", "write"]),
    });
    expect(card.client.points.map((p: { value: string }) => p.value).sort()).toEqual(["+77017770022", "vera@vector.example"]);
    expect(Date.parse(card.remindAt)).toBe(NOW + DAY - 15 * 60_000);
    const moved = await house.as("aigul", "PATCH", `/interactions/${planned.id}`, { plannedFrom: iso(NOW + 2 * DAY), version: card.version });
    expect(Date.parse((await house.as("aigul", "GET", `/interactions/${planned.id}`)).body.remindAt)).toBe(NOW + 2 * DAY - 15 * 60_000);
    await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { result: "They take it", version: moved.body.version });
    const done = (await house.as("aigul", "GET", `/interactions/${planned.id}`)).body;
    expect(done).toMatchObject({ state: "done", result: "They take it", remindAt: null, reschedules: 1 });
    expect(done.actions).toEqual(["correct", "call", "write"]);
    expect((await house.as("dana", "GET", `/interactions/${planned.id}`)).status).toBe(404);
  });

  test("moved into an Interest of somebody else, it is refused; a rule of required fields is asked on every path", async () => {
    const other = await customer("Other");
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id };
    const interest = (await house.as("aigul", "POST", "/interests", { kindId: kind.id, title: "Theirs", customerId: other })).body;
    const planned = await make({ plannedFrom: iso(NOW + DAY) });
    const patched = await house.as("aigul", "PATCH", `/interactions/${planned.id}`, { interestId: interest.id, version: 0 });
    expect(faults(patched)).toEqual({ interestId: "of_another" });
    const rule = { object: "interaction", field: "result", moment: "interaction_done", severity: "block", validator: "filled" };
    const made = await house.as("admin", "POST", "/required-fields", rule);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const refused = await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { version: 0 });
    expect(refused.body).toMatchObject({ code: "required_fields", details: { fields: [{ field: expect.stringContaining("result") }] } });
    expect((await house.as("aigul", "GET", `/interactions/${planned.id}`)).body).toMatchObject({ state: "planned", version: 0 });
    expect((await house.as("aigul", "POST", `/interactions/${planned.id}/complete`, { version: 0, result: "Agreed" })).status).toBe(200);
    await house.as("admin", "DELETE", `/required-fields/${made.body.id}`);
  });
});
