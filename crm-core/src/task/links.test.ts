import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
const NOW = Date.parse("2026-03-11T05:00:00Z");
const MINUTE = 60_000;
let at = NOW;
let romashka: Id;
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
  romashka = (await house.as("aigul", "POST", "/customers", { kind: "company", name: "Romashka", responsibleId: id("aigul") })).body.id;
});
afterAll(() => house.close());

const iso = (time: number) => new Date(time).toISOString();
const id = (person: Person) => house.company.employees[person].id;
async function make(path: string, body: object, by: Person = "aigul") {
  at += MINUTE;
  house.clock.set(at);
  const r = await house.as(by, "POST", path, body);
  expect(r.status, JSON.stringify(r.body)).toBe(201);
  return r.body;
}
const event = (subject: string, body: object = {}, by: Person = "aigul") =>
  make(
    "/interactions",
    { typeId: house.company.catalogues.interactionTypes["call"]?.id, subject, customerId: romashka, plannedFrom: iso(at + MINUTE), ...body },
    by,
  );
const task = (title: string, body: object = {}, by: Person = "aigul") => make("/tasks", { title, ...body }, by);
const link = (t: { id: Id; version: number }, e: { id: Id }, by: Person = "aigul") =>
  house.as(by, "POST", `/tasks/${t.id}/events`, { interactionId: e.id, version: t.version });
const unlink = (t: { id: Id; version: number }, e: { id: Id }, by: Person = "aigul") =>
  house.as(by, "DELETE", `/tasks/${t.id}/events?interactionId=${e.id}&version=${t.version}`);
const card = async (of: "tasks" | "interactions", oneId: Id, by: Person = "aigul") => (await house.as(by, "GET", `/${of}/${oneId}`)).body;
const tasksOf = async (e: { id: Id }, by: Person = "aigul") =>
  (await house.as(by, "GET", `/tasks?object=interaction&objectId=${e.id}`)).body.items.map((t: { title: string }) => t.title).sort();
const chainOf = async (object: string, objectId: Id, by: Person = "aigul") =>
  (await house.as(by, "GET", `/chain?object=${object}&objectId=${objectId}`)).body.items.map((i: { title: string }) => i.title);

describe("tasks of an event (IA-20)", () => {
  test("an existing task is linked with several events and a new one made on one; both sides list and count them, in one chain, until the link is taken off", async () => {
    const [first, second] = [await event("Agree the price"), await event("Send the contract")];
    const old = await task("Prepare the contract", { subject: { kind: "customer", id: romashka } });
    await task("Ask the lawyer", { subject: { kind: "interaction", id: first.id } });
    const once = await link(old, first);
    expect(once.body).toMatchObject({
      subject: { kind: "customer", id: romashka },
      version: 1,
      events: [{ id: first.id, subject: "Agree the price", state: "planned" }],
    });
    const twice = await link(once.body, second);
    expect(twice.body.events).toMatchObject([{ id: first.id }, { id: second.id }]);
    expect(await tasksOf(first)).toEqual(["Ask the lawyer", "Prepare the contract"]);
    expect(await tasksOf(second)).toEqual(["Prepare the contract"]);
    expect([(await card("interactions", first.id)).tasks, (await card("interactions", second.id)).tasks]).toEqual([2, 1]);
    const whole = ["Agree the price", "Send the contract", "Prepare the contract", "Ask the lawyer"];
    expect(await chainOf("task", old.id)).toEqual(whole);
    expect(await chainOf("interaction", second.id)).toEqual(await chainOf("task", old.id));

    const again = await link(twice.body, second);
    expect(again.body).toMatchObject({ version: twice.body.version, events: [{ id: first.id }, { id: second.id }] });
    const off = await unlink(twice.body, second);
    expect(off.body).toMatchObject({ subject: { kind: "customer" }, events: [{ id: first.id }] });
    expect([await tasksOf(second), (await card("interactions", second.id)).tasks, await chainOf("interaction", second.id)]).toEqual([
      [],
      0,
      ["Send the contract"],
    ]);
    expect((await unlink(off.body, second)).status).toBe(404);
    const audit =
      await house.sql`SELECT object_kind, action, changes FROM audit_log WHERE object_id IN (${old.id}, ${second.id}) AND action LIKE '%link' ORDER BY id`;
    expect(audit.map((row) => `${row["object_kind"]} ${row["action"]}`)).toEqual([
      "task link",
      "task link",
      "interaction link",
      "task unlink",
      "interaction unlink",
    ]);
    expect(audit.at(-1)?.["changes"]).toEqual({ task_id: [old.id, null] });
  });

  test("a task made on an event, taken off it, goes on about the Interest or the customer of that event, and leaves its chain", async () => {
    const talk = await event("Talked");
    const made = await task("Write the minutes", { subject: { kind: "interaction", id: talk.id } });
    expect(made.subject).toMatchObject({ kind: "interaction", id: talk.id });
    expect((await card("tasks", made.id)).events).toMatchObject([{ id: talk.id }]);
    const off = await unlink(made, talk);
    expect(off.body).toMatchObject({ subject: { kind: "customer", id: romashka }, events: [] });
    expect(await tasksOf(talk)).toEqual([]);
    expect(await chainOf("task", made.id)).toEqual(["Write the minutes"]);
  });

  test("an event about a task is one of the task's events, and the task one of its tasks; about nothing, or something else, it is no more", async () => {
    const plan = await task("Open the branch");
    const about = await event("Look at the rooms", { about: { kind: "task", id: plan.id } });
    expect(await tasksOf(about)).toEqual(["Open the branch"]);
    expect((await card("interactions", about.id)).tasks).toBe(1);
    expect((await card("tasks", plan.id)).events).toMatchObject([{ id: about.id }]);
    const subject = (e: { id: Id; version: number }, ref: object | null) =>
      house.as("aigul", "PATCH", `/interactions/${e.id}`, { about: ref, version: e.version });
    const none = await subject(about, null);
    expect([await tasksOf(about), (await card("tasks", plan.id)).events, await chainOf("task", plan.id)]).toEqual([[], [], ["Open the branch"]]);
    const back = await subject(none.body, { kind: "task", id: plan.id });
    expect(await tasksOf(about)).toEqual(["Open the branch"]);
    const other = await event("Another matter");
    expect((await subject(back.body, { kind: "interaction", id: other.id })).status).toBe(200);
    expect([await tasksOf(about), await chainOf("interaction", about.id)]).toEqual([[], ["Look at the rooms", "Another matter"]]);
  });

  test("nothing is torn out of its chain for a link; each chain stays whole", async () => {
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id };
    const interest = await make("/interests", { kindId: kind.id, title: "Chairs", customerId: romashka });
    const inChain = await event("About chairs", { about: { kind: "interest", id: interest.id } });
    const parent = await task("Move the office");
    const child = await task("Find movers", { parentId: parent.id });
    const linked = await link(child, inChain);
    expect(linked.body.events).toMatchObject([{ id: inChain.id }]);
    expect(await chainOf("task", child.id)).toEqual(["Move the office", "Find movers"]);
    expect(await chainOf("interaction", inChain.id)).toHaveLength(2);
    await unlink(linked.body, inChain);
    expect(await chainOf("task", child.id)).toEqual(["Move the office", "Find movers"]);
  });

  test("whoever sees both and may change one of them links them; a stranger's end answers like none, and a second writer gets the task as it is", async () => {
    const errand = await task("Count the stock", { executorId: id("bolat") });
    const mine = await event("Stock-taking", { executorId: id("bolat") }, "head");
    const linked = await link(errand, mine, "bolat");
    expect(linked.body).toMatchObject({ events: [{ id: mine.id }], version: 1 });
    expect((await link(errand, mine, "bolat")).body).toMatchObject({ code: "version_conflict", details: { current: { id: errand.id, version: 1 } } });
    const hidden = await event("Hers", { executorId: id("dana") }, "admin");
    const ghost = { id: "00000000-0000-4000-8000-000000000000" };
    const strange = await link(linked.body, hidden, "bolat");
    expect([strange.status, strange.body]).toEqual([404, (await link(linked.body, ghost, "bolat")).body]);
    expect((await link(linked.body, mine, "dana")).status).toBe(404);
    expect((await unlink({ id: errand.id, version: 1 }, mine, "dana")).status).toBe(404);
    const seen = await link(linked.body, hidden, "admin");
    expect(seen.body.events).toHaveLength(2);
    expect((await card("tasks", errand.id, "bolat")).events).toMatchObject([{ id: mine.id }]);
    const helped = await task("Help her", { executorId: id("dana"), coExecutorIds: [id("aigul")] }, "admin");
    const shown = await event("Shown to the department", { executorId: id("aigul") }, "head");
    expect((await link(helped, shown)).status).toBe(200);
  });

  test("links and other subjects of the same task and events at one moment: both sides agree in the end, and nobody waits for ever", async () => {
    for (let n = 0; n < 10; n++) {
      const [one, pair, third] = [await task(`Pair ${n}`), await event(`Pair ${n}`), await event(`Third ${n}`)];
      const about = { kind: "task", id: one.id };
      const answers = await Promise.all([
        link(one, pair),
        house.as("head", "PATCH", `/interactions/${pair.id}`, { about, version: pair.version }),
        house.as("aigul", "PATCH", `/interactions/${third.id}`, { about, version: third.version }),
        link(one, pair, "head"),
      ]);
      expect(
        answers.every((each) => each.status === 200 || each.body.code === "version_conflict"),
        JSON.stringify(answers.map((each) => each.body)),
      ).toBe(true);
      expect([await tasksOf(pair), await tasksOf(third), (await card("tasks", one.id)).events.length]).toEqual([[`Pair ${n}`], [`Pair ${n}`], 2]);
      expect((await chainOf("task", one.id)).sort()).toEqual([`Pair ${n}`, `Pair ${n}`, `Third ${n}`]);
    }
  });

  test("tasks are found by words of the title or by the number", async () => {
    const found = await task("Calibrate the 100% scales");
    const find = async (q: string) => (await house.as("aigul", "GET", `/tasks?q=${encodeURIComponent(q)}`)).body.items.map((t: { id: Id }) => t.id);
    expect(await find("100% SCALES")).toEqual([found.id]);
    expect(await find(`#${found.number}`)).toEqual([found.id]);
    expect((await house.as("aigul", "GET", `/tasks/count?q=scales`)).body.count).toBe(1);
  });
});

describe("chains of one subject, from whichever link (IA-05)", () => {
  test("a child task, and its child, inherit the subject of what they came from", async () => {
    const talk = await event("Complained of the delivery");
    const parent = await task("Find out what happened", { subject: { kind: "interaction", id: talk.id } });
    const child = await task("Ask the driver", { parentId: parent.id, executorId: id("bolat") });
    const grandchild = await task("Look at the log", { parentId: child.id }, "bolat");
    const whole = ["Complained of the delivery", "Find out what happened", "Ask the driver", "Look at the log"];
    for (const each of [parent, child]) expect(await chainOf("task", each.id)).toEqual(whole.slice(0, 3));
    expect(await chainOf("task", grandchild.id, "head")).toEqual(whole);
  });

  test("from a dialog, from its inquiry, from the claim that came of it and from the task given for it, the chain is the same", async () => {
    const dialog = await house.dialog({ kind: "phone", value: "+77017770033" }, { at });
    await house.assign(dialog.id, "aigul");
    await task("Find the order", { subject: { kind: "dialog", id: dialog.id } });
    expect(await chainOf("dialog", dialog.id)).toHaveLength(2);

    const { inquiry } = (await house.as("aigul", "GET", `/dialogs/${dialog.id}/reception`)).body;
    const done = await house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, {
      version: inquiry.version,
      purposeId: house.company.catalogues.purposes["complaint"],
      who: { kind: "lead", leadId: dialog.identification.leadId },
      interest: { kind: "none" },
      note: "Rude courier",
    });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    const items = (await house.as("aigul", "GET", `/chain?object=inquiry&objectId=${inquiry.id}`)).body.items as {
      kind: string;
      id: Id;
      title: string;
      inquiryId: Id | null;
    }[];
    expect(items.map((i) => i.kind).sort()).toEqual(["claim", "inquiry", "interaction", "task"]);
    expect(items.find((i) => i.kind === "claim")).toMatchObject({
      id: done.body.inquiry.claim.id,
      title: expect.stringContaining("Rude courier"),
      inquiryId: inquiry.id,
    });
    const same = items.map((i) => i.title);
    for (const { kind, id: each } of items) expect(await chainOf(kind, each)).toEqual(same);
    const followed = await event("Apologise", {
      customerId: null,
      leadId: dialog.identification.leadId,
      about: { kind: "claim", id: done.body.inquiry.claim.id },
    });
    expect(await chainOf("interaction", followed.id)).toHaveLength(5);
    expect((await house.as("dana", "GET", `/chain?object=claim&objectId=${done.body.inquiry.claim.id}`)).status).toBe(404);
  });
});
