import { randomUUID } from "node:crypto";
import type { WhyItem } from "@kommutator/contract/api/routing-explain";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { agentOf, Desk, headOf } from "./desk.fixture.ts";

let desk: Desk;
let ann: Id;
let bob: Id;
let cem: Id;
beforeAll(async () => {
  desk = await Desk.build();
});
afterAll(() => desk.db.drop());
beforeEach(async () => {
  [ann, bob, cem] = (await desk.open(3)) as [Id, Id, Id];
});
afterEach(() => desk.close());

const agent = (id: Id) => desk.as(agentOf(id, desk.made.department));
const head = () => desk.as(headOf(ann, desk.made.department));
/** Who is connected stands in the gateway's table: what is judged from the tables reads it there, as a node that takes the router over does. */
const connected = () =>
  desk.db.sql`INSERT INTO agent_connection (employee_id, socket_id, node) SELECT id, 'socket', 'node' FROM unnest(${[ann, bob, cem]}::uuid[]) AS id`;
/** A written dialog that somebody has taken. */
async function taken(by: Id): Promise<Id> {
  const dialogId = await desk.house.dialog(desk.made.channels.chat, desk.made.queue, "chat");
  await desk.house.quiet();
  expect((await head().call("POST", `/dialogs/${dialogId}/assign`, { employeeId: by })).status).toBe(204);
  return dialogId;
}
const holders = async (ids: Id[]) =>
  (
    await desk.db.sql<
      { dialog_id: Id; employee_id: Id }[]
    >`SELECT dialog_id, employee_id FROM assignment WHERE dialog_id = ANY(${ids}::uuid[]) AND ended_at IS NULL`
  ).map((r) => r.employee_id);

describe("why did this caller wait (XS-03)", () => {
  test("the story of a dialog: who was asked in which order, who could not and why, who has it", async () => {
    await agent(cem).call("PUT", "/presence/me", { intent: "paused" });
    const responsible = { employeeId: cem, why: "customer" as const };
    const dialogId = await desk.house.dialog(desk.made.channels.chat, desk.made.queue, "chat", { responsible, identity: "known", priority: 10 });
    await desk.house.quiet();
    const [offer] = await desk.db.sql<{ id: Id; employee_id: Id }[]>`SELECT id, employee_id FROM offer WHERE dialog_id = ${dialogId}`;
    const first = offer?.employee_id as Id;
    const second = first === ann ? bob : ann;
    await agent(first).call("POST", `/offers/${offer?.id}/reject`);
    const [next] = await desk.db.sql<{ id: Id }[]>`SELECT id FROM offer WHERE dialog_id = ${dialogId} AND ended_at IS NULL`;

    await connected();
    const waiting = (await agent(second).call("GET", `/dialogs/${dialogId}/why`)).body;
    expect(waiting.now).toMatchObject({ queue: { id: desk.made.queue }, place: 1, waiting: 1 });
    expect(waiting.now.refusals).toEqual({ paused: 1, cooling_down: 1, offered: 1 });
    expect(waiting.summary).toMatchObject({ until: null, waitedMs: null, asked: 2 });

    await agent(second).call("POST", `/offers/${next?.id}/accept`);
    const { status, body } = await agent(second).call("GET", `/dialogs/${dialogId}/why`);
    expect(status).toBe(200);
    const told = (body.timeline as WhyItem[]).map((i) => {
      if (i.kind === "decision") return [i.kind, i.rung, i.reason.code, i.chosen?.id ?? null];
      if (i.kind === "offer") return [i.kind, i.employee.id, i.outcome];
      if (i.kind === "left") return [i.kind, i.outcome];
      if (i.kind === "assigned") return [i.kind, i.employee.id];
      return [i.kind];
    });
    expect(told).toEqual([
      ["entered"],
      ["decision", "responsible", "not_eligible", null],
      ["decision", "least_loaded", "least_loaded", first],
      ["offer", first, "rejected"],
      ["decision", "least_loaded", "least_loaded", second],
      ["offer", second, "accepted"],
      ["left", "answered"],
      ["assigned", second],
    ]);
    expect(body.timeline[0]).toMatchObject({ queue: { id: desk.made.queue }, priority: 10, identity: "known" });
    expect(body.timeline[1]).toMatchObject({ refusals: { paused: 1 }, best: [{ employee: { id: cem, name: "Agent 3" } }] });
    expect(body.timeline[2].best).toHaveLength(2);
    expect(body.summary).toMatchObject({ asked: 2, outcome: "answered", waitedMs: expect.any(Number) });
    expect(body.now).toBeNull();
  });

  test("a colleague to whom calls are forwarded when busy, and who forwards back: the hop and the cut circle stand in the story, then the ladder (CC-18)", async () => {
    const url = (id: Id) => `/employees/${id}/forwarding`;
    await agent(ann).call("PUT", url(ann), { rules: [{ on: "busy", toEmployeeId: bob }] });
    await agent(bob).call("PUT", url(bob), { rules: [{ on: "no_answer", toEmployeeId: ann }] });
    const talk = await desk.house.dialog(desk.made.channels.voice, desk.made.queue, "voice", {
      responsible: { employeeId: ann, why: "customer" },
      identity: "known",
    });
    const ring = await desk.house.commanded("ring", talk);
    await desk.house.send(
      { kind: "leg.answered", dialogId: talk, offerId: ring.offerId, at: desk.house.now() },
      { kind: "leg.bridged", dialogId: talk, offerId: ring.offerId, at: desk.house.now() },
    );
    const dialogId = await desk.house.dialog(desk.made.channels.voice, desk.made.queue, "voice", {
      responsible: { employeeId: ann, why: "customer" },
      identity: "known",
    });
    const hop = await desk.house.commanded("ring", dialogId);
    expect(hop.employeeId).toBe(bob);
    await desk.house.send({ kind: "leg.ended", dialogId, offerId: hop.offerId, cause: "no-answer", at: desk.house.now() });
    await desk.house.quiet();
    const { body } = await head().call("GET", `/dialogs/${dialogId}/why`);
    const told = (body.timeline as WhyItem[]).flatMap((i) =>
      i.kind === "decision" ? [[i.rung, i.reason.code, i.reason.from?.id ?? null, i.reason.on ?? null, i.chosen?.id ?? null]] : [],
    );
    expect(told).toEqual([
      ["responsible", "not_eligible", null, null, null],
      ["forward", "forwarded", ann, "busy", bob],
      ["forward", "forward_loop", bob, "no_answer", null],
      ["least_loaded", "least_loaded", null, null, cem],
    ]);
  });

  test("why nobody has it is judged at the moment of asking: it changes with the people and the hours, what was so before stands in the story", async () => {
    await connected();
    for (const id of [ann, bob, cem]) await agent(id).call("PUT", "/presence/me", { intent: "paused" });
    const [skill] = await desk.db.sql<{ id: Id }[]>`INSERT INTO skill (name) VALUES (${`Leasing ${randomUUID()}`}) RETURNING id`;
    const requires = [{ skillId: skill?.id as Id, level: 3, relaxMs: null }];
    const dialogId = await desk.house.dialog(desk.made.channels.chat, desk.made.queue, "chat", { requires });
    await desk.house.quiet();
    const story = async () => (await head().call("GET", `/dialogs/${dialogId}/why`)).body;
    const first = await story();
    expect(first.now.refusals).toEqual({ paused: 3 });

    await agent(ann).call("PUT", "/presence/me", { intent: "available" });
    await agent(bob).call("PUT", "/presence/me", { intent: "logged_out" });
    const second = await story();
    expect(second.now.refusals).toEqual({ lacks_skill: 1, logged_out: 1, paused: 1 });
    expect(second.decisions).toEqual(first.decisions);
    expect(second.decisions).toMatchObject([{ at: expect.any(String), reason: { code: "nobody_ready" }, refusals: { paused: 3 } }]);

    // The agents' hours end: nothing is told to anybody.
    await desk.db.sql`UPDATE working_calendar SET week = '{}' WHERE id = ${desk.made.calendar}`;
    expect((await story()).now.refusals).toEqual({ out_of_hours: 3 });
  });

  test("the place counts the head start of whoever has priority", async () => {
    for (const id of [ann, bob, cem]) await agent(id).call("PUT", "/presence/me", { intent: "paused" });
    const plain = await desk.house.dialog(desk.made.channels.voice, desk.made.queue);
    const vip = await desk.house.dialog(desk.made.channels.voice, desk.made.queue, "voice", { priority: 10 });
    await desk.house.quiet();
    const place = async (id: Id) => (await head().call("GET", `/dialogs/${id}/why`)).body.now.place;
    expect([await place(vip), await place(plain)]).toEqual([1, 2]);
  });

  test("only for those who may see the dialog", async () => {
    const dialogId = await taken(bob);
    const elsewhere = await desk.house.furnish({ agents: 1 });
    expect((await desk.as(headOf(elsewhere.agents[0] as Id, elsewhere.department)).call("GET", `/dialogs/${dialogId}/why`)).status).toBe(404);
    expect((await agent(bob).call("GET", `/dialogs/${dialogId}/why`)).status).toBe(200);
    expect((await agent(bob).call("GET", `/dialogs/${randomUUID()}/why`)).status).toBe(404);
  });
});

describe("many at once (XS-02)", () => {
  test("named dialogs go to one person, or back to their queues; those that cannot stay, and say why", async () => {
    const dialogs = [await taken(bob), await taken(bob), await taken(bob)];
    const stranger = randomUUID();
    expect((await agent(cem).call("POST", "/dialogs/assign-many", { dialogIds: dialogs, employeeId: cem })).body).toMatchObject({ done: [] });
    const { body } = await head().call("POST", "/dialogs/assign-many", { dialogIds: [...dialogs, stranger], employeeId: cem });
    expect([body.done.length, body.failed]).toEqual([3, [{ dialogId: stranger, code: "not_found" }]]);
    expect(await holders(dialogs)).toEqual([cem, cem, cem]);
    expect(desk.house.audited.filter((a) => a.object === "dialog" && a.action === "assign").length).toBeGreaterThanOrEqual(6);
    for (const id of [ann, bob, cem]) await agent(id).call("PUT", "/presence/me", { intent: "paused" });
    await head().call("POST", "/dialogs/assign-many", { dialogIds: dialogs, employeeId: null });
    expect(await holders(dialogs)).toEqual([]);
    expect(await desk.db.sql`SELECT 1 FROM entry WHERE dialog_id = ANY(${dialogs}::uuid[]) AND ended_at IS NULL`).toHaveLength(3);
  });

  test("all that somebody has, by whoever may reach them", async () => {
    const dialogs = [await taken(bob), await taken(bob)];
    const body = { fromEmployeeId: bob, employeeId: cem };
    expect((await agent(cem).call("POST", "/dialogs/assign-many", body)).status).toBe(404);
    expect((await head().call("POST", "/dialogs/assign-many", { ...body, dialogIds: dialogs })).status).toBe(422);
    expect((await head().call("POST", "/dialogs/assign-many", body)).body.done.sort()).toEqual([...dialogs].sort());
    expect(await holders(dialogs)).toEqual([cem, cem]);
  });

  test("whoever is sent on a break is told why", async () => {
    expect((await head().call("PUT", `/presence/${bob}`, { intent: "paused" })).body).toMatchObject({
      code: "validation",
      details: { fields: { reason: "required" } },
    });
    expect((await head().call("PUT", `/presence/${bob}`, { intent: "paused", reason: "Training" })).body).toMatchObject({
      intent: "paused",
      reason: "Training",
    });
    expect((await head().call("PUT", `/presence/${bob}`, { intent: "available" })).body).toMatchObject({ intent: "available" });
    expect(desk.house.audited.filter((a) => a.action === "presence")).toHaveLength(2);
  });
});

describe("what would happen if (the rehearsal)", () => {
  const ask = (more: object = {}) => head().call("POST", "/routing/what-if", { queueId: desk.made.queue, number: "+77010000001", ...more });
  /** Everything that the router writes, as it stands. */
  const tables = async () => {
    const count = async (table: string) =>
      (await desk.db.sql.unsafe(`SELECT count(*)::int AS n, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS md5 FROM ${table} t`))[0];
    const names = [
      "entry",
      "offer",
      "assignment",
      "decision",
      "presence",
      "presence_log",
      "routing_input",
      "router_head",
      "agent_load",
      "dialog",
      "dialog_event",
      "lead",
      "contact_point",
      "duplicate_candidate",
    ];
    return Object.fromEntries(await Promise.all(names.map(async (n) => [n, await count(n)])));
  };

  test("the ladder step by step as if nobody picked up, from the tables alone; nothing is written", async () => {
    await agent(cem).call("PUT", "/presence/me", { intent: "paused" });
    await desk.house.quiet();
    await connected();
    // The engine is somebody else's now: whatever changes from here on, the rehearsal has changed.
    await desk.house.routing?.stop();
    const orders = [...desk.house.commands];
    const before = await tables();
    const { status, body } = await ask();
    expect(status).toBe(200);
    const steps = body.steps.map((s: { rung: string; chosen: { id: Id } | null; reason: { code: string }; offerMs: number | null }) => [
      s.rung,
      s.chosen?.id ?? null,
      s.reason.code,
      s.offerMs,
    ]);
    expect(steps.slice(0, 2)).toEqual([
      ["least_loaded", expect.any(String), "least_loaded", 20_000],
      ["least_loaded", expect.any(String), "least_loaded", 20_000],
    ]);
    expect(new Set(steps.slice(0, 2).map((s: unknown[]) => s[1]))).toEqual(new Set([ann, bob]));
    expect(body.steps[1].afterMs).toBe(20_000);
    expect(body.steps[0]).toMatchObject({ queue: { id: desk.made.queue }, refusals: { paused: 1 } });
    expect(body).toMatchObject({ medium: "voice", who: { result: "new" }, priority: 0, ahead: 0, end: { kind: "fallback" } });
    expect(await tables()).toEqual(before);
    expect(desk.house.commands).toEqual(orders);
  });

  test("a queue that closes at night: closed at night, open in the morning; a letter waits with a word", async () => {
    const week = { mon: [["09:00", "18:00"]], tue: [["09:00", "18:00"]] };
    await desk.db.sql`UPDATE working_calendar SET week = ${desk.db.sql.json(week)} WHERE id = ${desk.made.calendar}`;
    await desk.db.sql`INSERT INTO calendar_exception (calendar_id, day, intervals) VALUES (${desk.made.calendar}, '2027-03-23', '[]')`;
    const end = async (at: string, more: object = {}) => (await ask({ at, ...more })).body.end.kind;
    // Monday, Tuesday (a holiday), the Monday after, in Almaty (+05).
    expect(await end("2027-03-22T23:00:00+05:00")).toBe("closed");
    expect(await end("2027-03-23T11:00:00+05:00")).toBe("closed");
    expect(await end("2027-03-29T11:00:00+05:00")).toBe("fallback");
    expect(await end("2027-03-22T23:00:00+05:00", { medium: "mail" })).toBe("acknowledged");
  });

  test("the gate goes by the wall clock of the calendar's zone over the change to summer time and back", async () => {
    const office = Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((d) => [d, [["09:00", "18:00"]]]));
    await desk.db.sql`UPDATE working_calendar SET tz = 'Europe/Kyiv', week = ${desk.db.sql.json(office)} WHERE id = ${desk.made.calendar}`;
    const open = async (at: string) => (await ask({ at })).body.end.kind !== "closed";
    // The last Fridays before the changes of 2027 (28 March, 31 October) and the Mondays after: nine o'clock is 07:00, 06:00 and 07:00 UTC.
    expect([await open("2027-03-26T06:59:59Z"), await open("2027-03-26T07:00:00Z")]).toEqual([false, true]);
    expect([
      await open("2027-03-29T05:59:59Z"),
      await open("2027-03-29T06:00:00Z"),
      await open("2027-03-29T14:59:59Z"),
      await open("2027-03-29T15:00:00Z"),
    ]).toEqual([false, true, true, false]);
    expect([await open("2027-10-29T05:59:59Z"), await open("2027-10-29T06:00:00Z")]).toEqual([false, true]);
    expect([await open("2027-11-01T06:59:59Z"), await open("2027-11-01T07:00:00Z")]).toEqual([false, true]);
  });

  test("a gate that closes and opens while somebody waits: the router itself decides on the minute", async () => {
    // A Monday that is a half-day by exception, a minute and a half before it ends.
    await desk.db.sql`UPDATE working_calendar SET tz = 'Asia/Almaty', week = '{"mon":[["09:00","18:00"]]}' WHERE id = ${desk.made.calendar}`;
    await desk.db.sql`INSERT INTO calendar_exception (calendar_id, day, intervals) VALUES (${desk.made.calendar}, '2027-03-22', '[["09:00","13:00"]]')`;
    desk.house.offsetMs = Date.parse("2027-03-22T12:58:30+05:00") - Date.now();
    await desk.house.send({ kind: "facts.changed", what: "calendar", id: desk.made.calendar, at: desk.house.now() });
    const before = await desk.house.dialog(desk.made.channels.voice, desk.made.queue);
    await desk.house.commanded("ring", before);
    desk.house.offsetMs += 91_000;
    const after = await desk.house.dialog(desk.made.channels.voice, desk.made.queue);
    await desk.house.commanded("fallback", after);
    expect((await head().call("GET", `/dialogs/${after}/why`)).body.summary).toMatchObject({ asked: 0, outcome: "overflowed" });
    desk.house.offsetMs = 0;
  });

  test("who waits stands before, and the switch and the callback are seen too", async () => {
    for (const id of [ann, bob, cem]) await agent(id).call("PUT", "/presence/me", { intent: "paused" });
    await desk.house.dialog(desk.made.channels.voice, desk.made.queue);
    await desk.house.quiet();
    expect((await ask()).body).toMatchObject({ ahead: 1, steps: [{ rung: "queue", reason: { code: "nobody_ready" } }, expect.anything()] });
    await head().call("PATCH", `/queues/${desk.made.queue}`, { onMaxWait: "callback", version: 0 });
    expect((await ask()).body.end).toMatchObject({ kind: "callback", number: "+77010000001" });
    const until = new Date(desk.house.now() + 60_000).toISOString();
    await head().call("POST", "/emergency", { queueId: desk.made.queue, mode: "redirect", redirectNumber: "100", until });
    expect((await ask()).body.end).toMatchObject({ kind: "redirected", number: "100" });
    await head().call("POST", "/emergency", { queueId: desk.made.queue, mode: "announcement", until });
    expect((await ask()).body.end).toMatchObject({ kind: "announcement" });
  });

  test("the skills of the queue and the language of the line are asked for, as of a real dialog", async () => {
    const skill = async (name: string, language: boolean) =>
      (
        (
          await desk.db.sql<
            { id: Id }[]
          >`INSERT INTO skill (name, language) VALUES (${name}, ${language}) ON CONFLICT (name) DO UPDATE SET language = excluded.language RETURNING id`
        )[0] as { id: Id }
      ).id;
    const [leasing, kazakh] = [await skill(`Leasing ${randomUUID()}`, false), await skill("Қазақша", true)];
    await head().call("PUT", `/queues/${desk.made.queue}/skills`, { skills: [{ skillId: leasing, level: 4, relaxS: null }] });
    await desk.db.sql`UPDATE channel SET config = ${desk.db.sql.json({ language: "kk" })} WHERE id = ${desk.made.channels.voice}`;
    await connected();
    const { body } = await head().call("POST", "/routing/what-if", { channelId: desk.made.channels.voice, number: "+77010000001" });
    expect(body.requires.map((r: { skill: { id: Id }; level: number; relaxMs: number | null }) => [r.skill.id, r.level, r.relaxMs])).toEqual([
      [leasing, 4, null],
      [kazakh, 1, 120_000],
    ]);
    expect(body.steps[0].refusals).toMatchObject({ lacks_skill: 3 });
  });

  test("for those who may change the queue; a question must name one place", async () => {
    expect((await agent(ann).call("POST", "/routing/what-if", { queueId: desk.made.queue })).status).toBe(403);
    const elsewhere = await desk.house.furnish({ agents: 1 });
    expect((await ask({ queueId: elsewhere.queue })).status).toBe(404);
    expect((await ask({ channelId: desk.made.channels.voice })).status).toBe(422);
    expect((await ask({ email: "ivan@acme.example" })).status).toBe(422);
    expect((await head().call("POST", "/routing/what-if", { channelId: desk.made.channels.mail, email: "ivan@acme.example" })).body).toMatchObject({
      queue: { id: desk.made.queue },
    });
    expect((await head().call("POST", "/routing/what-if", { channelId: randomUUID() })).status).toBe(404);
  });
});
