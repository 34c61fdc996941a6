import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NOW, receptionHouse } from "./reception.fixture.ts";

/** Thresholds of B0, B1 and RG-06 as an administrator sets them, and what they do. */

const DAY = 86_400_000;
let made: Awaited<ReturnType<typeof receptionHouse>>;
beforeAll(async () => {
  made = await receptionHouse();
  made.house.clock.set(NOW);
});
afterAll(() => made.house.close());

async function set(change: object): Promise<void> {
  const { body } = await made.house.as("admin", "GET", "/reception-settings");
  expect((await made.house.as("admin", "PUT", "/reception-settings", { ...body, ...change })).body).toMatchObject(change);
}

describe("thresholds are settings (B19)", () => {
  test("they begin with the book's; only sensible ones are taken, by whoever may edit catalogues; the change is audited", async () => {
    const { house } = made;
    const { body } = await house.as("aigul", "GET", "/reception-settings");
    expect(body).toMatchObject({ lastTalkedDays: 90, reopenDays: 60, offlineGraceS: 60 });
    const put = (change: object, person: "admin" | "aigul" = "admin") => house.as(person, "PUT", "/reception-settings", { ...body, ...change });
    expect((await put({ reopenDays: 10 }, "aigul")).status).toBe(403);
    for (const wrong of [{ offlineGraceS: 0 }, { lastTalkedDays: -1 }, { reopenDays: 1.5 }]) expect((await put(wrong)).status).toBe(422);
    await set({ offlineGraceS: 120 });
    expect((await house.enqueued()).filter((i) => i.kind === "facts.changed")).toMatchObject([{ what: "queue" }]);
    const [trace] = await house.sql`SELECT changes FROM audit_log WHERE object_kind = 'reception_setting' ORDER BY id DESC LIMIT 1`;
    expect(trace?.["changes"]).toEqual({ offline_grace_s: [60, 120] });
    await set({ offlineGraceS: 60 });
  });

  test("for how long a lost Interest is offered for reopening", async () => {
    const { house, opened, interestOf, reception, purpose } = made;
    const { who, dialogId } = await opened();
    const lost = await interestOf(who.customerId, "Lost", "sale");
    const { version } = (await house.as("admin", "GET", `/interests/${lost}`)).body;
    const lossReasonId = house.company.catalogues.lossReasons[0];
    await house.as("admin", "POST", `/interests/${lost}/close`, { status: "lost", lossReasonId, plannedInteractions: "keep", version });
    await house.sql`UPDATE interest SET closed_at = ${new Date(NOW - 20 * DAY)} WHERE id = ${lost}`;
    const offered = async () => (await reception("aigul", dialogId, `?purposeId=${purpose("buy")}`)).interests.map((i: { id: Id }) => i.id);
    expect(await offered()).toEqual([lost]);
    await set({ reopenDays: 10 });
    expect(await offered()).toEqual([]);
    await set({ reopenDays: 20 });
    expect(await offered()).toEqual([lost]);
  });

  test("for how long whoever talked last is who is meant", async () => {
    const { house, phone } = made;
    const from = phone();
    await house.as("admin", "POST", "/customers", {
      kind: "company",
      name: "Nobody's",
      responsibleId: null,
      contactPoints: [{ kind: "phone", value: from.value }],
    });
    await house.sql`UPDATE customer SET responsible_id = NULL, responsible_since = NULL WHERE name = 'Nobody''s'`;
    await house.call(from, { disposition: "answered", startedAt: NOW - 40 * DAY, seconds: 60, talkers: [{ person: "dana", seconds: 50 }] });
    await house.read();
    const meant = async () => (await house.identify(from)).responsible?.employeeId ?? null;
    expect(await meant()).toBe(house.company.employees.dana.id);
    await set({ lastTalkedDays: 39 });
    expect(await meant()).toBeNull();
    await set({ lastTalkedDays: 41 });
    expect(await meant()).toBe(house.company.employees.dana.id);
  });
});
