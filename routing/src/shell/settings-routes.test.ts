import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { adminOf, agentOf, Desk, headOf } from "./desk.fixture.ts";

let desk: Desk;
let ann: Id;
let bob: Id;
beforeAll(async () => {
  desk = await Desk.build();
});
afterAll(() => desk.db.drop());
beforeEach(async () => {
  [ann, bob] = (await desk.open(2)) as [Id, Id];
});
afterEach(() => desk.close());

const agent = () => desk.as(agentOf(ann, desk.made.department));
const head = () => desk.as(headOf(ann, desk.made.department));
const admin = () => desk.as(adminOf(ann, desk.made.department));
const soon = (ms = 3_600_000) => new Date(desk.house.now() + ms).toISOString();
const skill = async (name: string, language = false): Promise<Id> =>
  (await admin().call("POST", "/skills", { name: `${name} ${randomUUID()}`, language })).body.id;

describe("skills", () => {
  test("the catalogue is kept by those who keep catalogues, read by everybody; a name exists once; what is in use stays", async () => {
    const name = `Credit ${randomUUID()}`;
    expect((await agent().call("POST", "/skills", { name })).status).toBe(403);
    const { body: made } = await admin().call("POST", "/skills", { name });
    expect(made).toMatchObject({ name, language: false, employees: 0, queues: 0 });
    expect((await admin().call("POST", "/skills", { name })).body).toMatchObject({ code: "duplicate" });
    expect((await admin().call("PATCH", `/skills/${made.id}`, { language: true })).body).toMatchObject({ name, language: true });
    expect((await agent().call("GET", "/skills")).body).toContainEqual(expect.objectContaining({ id: made.id }));
    await head().call("PUT", `/employees/${bob}/skills`, { skills: [{ skillId: made.id, level: 3 }] });
    expect((await admin().call("DELETE", `/skills/${made.id}`)).body).toMatchObject({ code: "in_use", details: { counts: { employees: 1, queues: 0 } } });
    await head().call("PUT", `/employees/${bob}/skills`, { skills: [] });
    expect((await head().call("DELETE", `/skills/${made.id}`)).status).toBe(403);
    expect((await admin().call("DELETE", `/skills/${made.id}`)).status).toBe(204);
    expect((await admin().call("PATCH", `/skills/${made.id}`, { name: "Back" })).status).toBe(404);
    expect((await admin().call("POST", "/skills", { name })).body.id).toBe(made.id);
    expect(desk.house.audited.filter((a) => a.object === "skill").map((a) => a.action)).toEqual(["create", "edit", "delete", "create"]);
  });

  test("people's skills are set by their head alone; an unknown or repeated one is refused", async () => {
    const id = await skill("Insurance");
    expect((await agent().call("PUT", `/employees/${bob}/skills`, { skills: [{ skillId: id, level: 2 }] })).status).toBe(403);
    const elsewhere = await desk.house.furnish({ agents: 1 });
    expect((await head().call("PUT", `/employees/${elsewhere.agents[0]}/skills`, { skills: [] })).status).toBe(404);
    expect((await head().call("PUT", `/employees/${bob}/skills`, { skills: [{ skillId: randomUUID(), level: 2 }] })).body).toMatchObject({
      code: "validation",
    });
    const twice = { skillId: id, level: 2 };
    expect((await head().call("PUT", `/employees/${bob}/skills`, { skills: [twice, twice] })).body).toMatchObject({ code: "validation" });
    expect((await head().call("PUT", `/employees/${bob}/skills`, { skills: [{ skillId: id, level: 6 }] })).status).toBe(422);
    expect((await head().call("PUT", `/employees/${bob}/skills`, { skills: [twice] })).body).toMatchObject({ employee: { id: bob }, skills: [twice] });
    const matrix = (await agent().call("GET", "/employee-skills")).body as { employee: { id: Id }; skills: object[] }[];
    expect(matrix.map((m) => [m.employee.id, m.skills]).sort()).toEqual(
      [
        [ann, []],
        [bob, [twice]],
      ].sort(),
    );
  });

  test("what a queue asks for decides who is offered the call, from the moment it is set", async () => {
    const id = await skill("Leasing");
    await head().call("PUT", `/employees/${bob}/skills`, { skills: [{ skillId: id, level: 4 }] });
    expect((await agent().call("PUT", `/queues/${desk.made.queue}/skills`, { skills: [] })).status).toBe(403);
    const asked = { skillId: id, level: 3, relaxS: 60 };
    expect((await head().call("PUT", `/queues/${desk.made.queue}/skills`, { skills: [asked] })).body).toMatchObject({ id: desk.made.queue, skills: [asked] });
    expect((await head().call("GET", "/queues")).body[0]).toMatchObject({ skills: [asked] });
    const dialog = await desk.house.dialog(desk.made.channels.voice, desk.made.queue, "voice", { requires: [{ skillId: id, level: 3, relaxMs: 60_000 }] });
    expect(await desk.house.commanded("ring", dialog)).toMatchObject({ employeeId: bob });
  });
});

describe("forwarding (CC-18)", () => {
  test("one sets one's own, a head those of the own people; not to oneself, not to a stranger", async () => {
    const url = `/employees/${bob}/forwarding`;
    expect((await agent().call("PUT", url, { rules: [] })).status).toBe(404);
    expect((await desk.as(agentOf(bob, desk.made.department)).call("PUT", url, { rules: [{ on: "busy", toEmployeeId: bob }] })).body).toMatchObject({
      code: "validation",
    });
    expect((await desk.call("PUT", url, { rules: [{ on: "busy", toEmployeeId: randomUUID() }] })).body).toMatchObject({ code: "validation" });
    expect((await desk.call("PUT", url, { rules: [{ on: "busy", toEmployeeId: ann, toNumber: "+77010000000" }] })).status).toBe(422);
    expect(
      (
        await desk.call("PUT", url, {
          rules: [
            { on: "busy", toEmployeeId: ann },
            { on: "busy", toNumber: "100" },
          ],
        })
      ).status,
    ).toBe(422);
    const rules = [
      { on: "out_of_hours", toNumber: "+77010000000" },
      { on: "busy", toEmployeeId: ann },
    ];
    expect((await desk.call("PUT", url, { rules })).body.rules).toEqual([
      { on: "busy", to: { employee: { id: ann, name: expect.any(String) } } },
      { on: "out_of_hours", to: { number: "+77010000000" } },
    ]);
    const unable = { ...agentOf(bob, desk.made.department), permissions: {} };
    expect((await desk.as(unable).call("PUT", url, { rules })).status).toBe(403);
    expect((await head().call("PUT", url, { rules: [] })).body).toMatchObject({ rules: [] });
    expect(desk.house.audited.filter((a) => a.action === "forwarding")).toHaveLength(2);
  });

  test("the router follows it from the next call on", async () => {
    await agent().call("PUT", `/employees/${ann}/forwarding`, { rules: [{ on: "always", toEmployeeId: bob }] });
    const responsible = { employeeId: ann, why: "customer" as const };
    const dialog = await desk.house.dialog(desk.made.channels.voice, desk.made.queue, "voice", { responsible, identity: "known" });
    expect(await desk.house.commanded("ring", dialog)).toMatchObject({ employeeId: bob });
  });
});

describe("the emergency switch (XS-01)", () => {
  const close = (more: object = {}) => ({ queueId: desk.made.queue, mode: "closed", note: "Fire drill", until: soon(), ...more });

  test("one click closes a queue: who waits is sent on, who comes is told, until it is ended; everybody sees it", async () => {
    await desk.house.send(
      ...[ann, bob].map((employeeId) => ({
        kind: "agent.intent" as const,
        employeeId,
        intent: "paused" as const,
        reason: null,
        by: employeeId,
        at: desk.house.now(),
      })),
    );
    const waiting = await desk.house.dialog(desk.made.channels.voice, desk.made.queue);
    await desk.house.quiet();
    expect((await agent().call("POST", "/emergency", close())).status).toBe(403);
    const { status, body } = await head().call("POST", "/emergency", close());
    expect([status, body]).toMatchObject([201, { queue: { id: desk.made.queue }, channel: null, mode: "closed", note: "Fire drill", by: { id: ann } }]);
    await desk.house.commanded("fallback", waiting);
    expect(await desk.house.commanded("announce", waiting)).toMatchObject({ say: { what: "closed" } });
    const late = await desk.house.dialog(desk.made.channels.voice, desk.made.queue);
    await desk.house.commanded("fallback", late);
    expect((await agent().call("GET", "/emergency")).body).toContainEqual(body);
    expect(await desk.db.sql`SELECT dialog_id FROM dialog_event WHERE kind = 'emergency.changed' AND payload->>'emergencyId' = ${body.id}`).toEqual([
      { dialog_id: null },
    ]);
    expect((await agent().call("DELETE", `/emergency/${body.id}`)).status).toBe(403);
    expect((await head().call("DELETE", `/emergency/${body.id}`)).status).toBe(204);
    expect((await head().call("DELETE", `/emergency/${body.id}`)).status).toBe(404);
    await agent().call("PUT", "/presence/me", { intent: "available" });
    const after = await desk.house.dialog(desk.made.channels.voice, desk.made.queue);
    expect(await desk.house.commanded("ring", after)).toMatchObject({ employeeId: ann });
    expect(desk.house.audited.filter((a) => a.object === "emergency").map((a) => a.action)).toEqual(["create", "end"]);
  });

  test("it ends by itself, without anybody asking: the next caller is rung for, the banner is gone", async () => {
    const { body } = await head().call("POST", "/emergency", close({ until: soon(60_000) }));
    await desk.house.commanded("fallback", await desk.house.dialog(desk.made.channels.voice, desk.made.queue));
    desk.house.offsetMs = 61_000;
    const after = await desk.house.dialog(desk.made.channels.voice, desk.made.queue);
    await desk.house.commanded("ring", after);
    expect((await agent().call("GET", "/emergency")).body).not.toContainEqual(expect.objectContaining({ id: body.id }));
    desk.house.offsetMs = 0;
  });

  test("a channel is sent to a number, a queue to another queue; a second switch ends the first", async () => {
    const { body: first } = await head().call("POST", "/emergency", {
      channelId: desk.made.channels.voice,
      mode: "redirect",
      redirectNumber: "+77270000000",
      until: soon(),
    });
    const dialog = await desk.house.dialog(desk.made.channels.voice, desk.made.queue, "voice", { channelId: desk.made.channels.voice });
    expect(await desk.house.commanded("redirect", dialog)).toMatchObject({ number: "+77270000000" });
    const { body: second } = await head().call("POST", "/emergency", { channelId: desk.made.channels.voice, mode: "announcement", until: soon() });
    const ids = ((await agent().call("GET", "/emergency")).body as { id: Id }[]).map((e) => e.id);
    expect([ids.includes(first.id), ids.includes(second.id)]).toEqual([false, true]);
  });

  test("one number of a trunk is closed by who may edit the queue it leads to; callers of its other numbers come through; both moments are audited", async () => {
    const { sql } = desk.db;
    const { voice } = desk.made.channels;
    const elsewhere = await desk.house.furnish({ agents: 1 });
    const line = async (number: string, queueId: Id | null) =>
      ((await sql<{ id: Id }[]>`INSERT INTO line (channel_id, number, queue_id) VALUES (${voice}, ${number}, ${queueId}) RETURNING id`)[0] as { id: Id }).id;
    const [shut, open, theirs] = [await line("+77270000101", null), await line("short:102", null), await line("+77270000103", elsewhere.queue)];
    const calls = async (lineId: Id) => desk.house.dialog(voice, desk.made.queue, "voice", { channelId: voice, lineId });
    const body = { lineId: shut, mode: "closed", until: soon() };
    expect((await agent().call("POST", "/emergency", body)).status).toBe(403);
    expect((await head().call("POST", "/emergency", { ...body, lineId: theirs })).status).toBe(404);
    expect((await head().call("POST", "/emergency", { ...body, channelId: voice })).status).toBe(422);
    const { status, body: made } = await head().call("POST", "/emergency", body);
    expect([status, made]).toMatchObject([201, { line: { id: shut, name: "+77270000101" }, channel: null, queue: null }]);
    expect((await agent().call("GET", "/emergency")).body).toContainEqual(made);
    await desk.house.commanded("fallback", await calls(shut));
    await desk.house.commanded("ring", await calls(open));
    const rehearsed = async (number: string) =>
      (await head().call("POST", "/routing/what-if", { channelId: voice, line: number, medium: "voice" })).body.end.kind;
    expect(await rehearsed("+77270000101")).toBe("closed");

    // A second switch ends the first; an end before its time lets callers through.
    const { body: second } = await head().call("POST", "/emergency", { ...body, mode: "redirect", redirectNumber: "100" });
    expect(await rehearsed("+77270000101")).toBe("redirected");
    expect((await head().call("DELETE", `/emergency/${second.id}`)).status).toBe(204);
    expect(await rehearsed("+77270000101")).not.toBe("closed");
    expect(desk.house.audited.filter((a) => a.object === "emergency").map((a) => a.action)).toEqual(["create", "end", "create", "end"]);
  });

  test("what makes no sense is refused, somebody else's queue does not exist", async () => {
    const elsewhere = await desk.house.furnish({ agents: 1 });
    const codes = [];
    for (const body of [
      close({ queueId: elsewhere.queue }),
      { channelId: elsewhere.channels.voice, mode: "closed", until: soon() },
      close({ until: soon(-1000) }),
      close({ until: soon(40 * 86_400_000) }),
      close({ mode: "redirect" }),
      close({ mode: "redirect", redirectQueueId: desk.made.queue }),
      close({ mode: "redirect", redirectQueueId: randomUUID() }),
      close({ mode: "redirect", redirectNumber: "call me" }),
      close({ channelId: desk.made.channels.voice }),
    ])
      codes.push((await head().call("POST", "/emergency", body)).body.code);
    expect(codes).toEqual(["not_found", "not_found", ...Array(7).fill("validation")]);
  });
});
