import { ensureFirstAdmin } from "@kommutator/crm-core/setup/index";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiFixture, apiFixture } from "./testing/api.fixture.ts";

const COMPANY = { companyName: "Моя компания", timezone: "Europe/Kyiv", country: "UA", currency: "UAH" };

describe("the first visit", () => {
  let house: ApiFixture;
  beforeAll(async () => {
    house = await apiFixture({ setUp: false });
  });
  afterAll(async () => {
    await house.close();
  });

  test("two starts at once make one administrator, whose password is shown once and stands nowhere", async () => {
    const passwords = await Promise.all([ensureFirstAdmin(house.sql), ensureFirstAdmin(house.sql)]);
    const shown = passwords.filter((p) => p !== null);
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect(await ensureFirstAdmin(house.sql)).toBeNull();
    const rows = await house.sql<{ row: string }[]>`SELECT employee::text AS row FROM employee UNION ALL SELECT audit_log::text FROM audit_log`;
    expect(rows.every((r) => !r.row.includes(shown[0] as string))).toBe(true);
    expect((await house.app.inject({ url: "/api/v1/setup" })).json()).toMatchObject({ done: false, companyName: null });

    const admin = await house.login({ login: "admin", password: shown[0] as string });
    expect((await admin.call("POST", "/setup/company", { ...COMPANY, timezone: "Mars/Olympus" })).json()).toMatchObject({ code: "validation" });
    const answers = await Promise.all([
      admin.call("POST", "/setup/company", COMPANY),
      admin.call("POST", "/setup/sample", {}),
      admin.call("POST", "/setup/company", COMPANY),
    ]);
    expect(answers.filter((a) => a.statusCode < 300)).toHaveLength(1);
    expect(answers.filter((a) => a.statusCode === 409 && a.json().code === "setup_done")).toHaveLength(2);
    expect((await house.app.inject({ url: "/api/v1/setup" })).json()).toMatchObject({ done: true });
    const channels = (await admin.call("GET", "/channels")).json();
    expect(channels).toMatchObject([{ kind: "web-chat", enabled: true }]);
  });
});

describe("the sample company", () => {
  let house: ApiFixture;
  beforeAll(async () => {
    house = await apiFixture({ setUp: false });
  });
  afterAll(async () => {
    await house.close();
  });

  test("is a believable house: people who can log in, customers with a past, leads, open Interests, a chat that opens", async () => {
    const admin = await house.login({ login: "admin", password: (await ensureFirstAdmin(house.sql)) as string });
    const sample = (await admin.call("POST", "/setup/sample", {})).json();
    expect(sample.people).toHaveLength(6);
    for (const person of sample.people) {
      const me = (await (await house.login(person)).call("GET", "/me")).json();
      expect(me).toMatchObject({ login: person.login, name: person.name, extension: expect.stringMatching(/^20\d$/), timezone: "Asia/Almaty" });
    }
    const one = async (query: Promise<{ n: number }[]>) => (await query)[0]?.n;
    const { sql } = house;
    expect(await one(sql`SELECT count(*)::int AS n FROM customer`)).toBe(30);
    expect(await one(sql`SELECT count(*)::int AS n FROM interest WHERE status = 'open'`)).toBe(20);
    expect(await one(sql`SELECT count(*)::int AS n FROM lead`)).toBe(6);
    expect(await one(sql`SELECT count(*)::int AS n FROM interaction WHERE state = 'done'`)).toBeGreaterThan(60);
    expect(await one(sql`SELECT count(*)::int AS n FROM interaction WHERE state = 'planned'`)).toBeGreaterThan(5);
    expect(await one(sql`SELECT count(*)::int AS n FROM contact_point WHERE kind = 'email' AND value_norm NOT LIKE '%.example'`)).toBe(0);
    expect(await one(sql`SELECT count(*)::int AS n FROM queue_member`)).toBe(6);
    // Every open Interest stands at the stage that its history says.
    expect(
      await one(
        sql`SELECT count(*)::int AS n FROM interest i JOIN interest_stage_history h ON h.interest_id = i.id AND upper_inf(h.during) WHERE h.stage_id = i.stage_id`,
      ),
    ).toBe(20);
    expect(sample.chatUrl).toMatch(/\/chat\/[0-9a-f-]{36}$/);
    const channelId = sample.chatUrl.split("/").at(-1);
    const opened = await house.app.inject({
      method: "POST",
      url: `/hooks/${channelId}/session`,
      headers: { "content-type": "application/json" },
      payload: "{}",
    });
    expect(opened.statusCode).toBe(200);
    expect((await admin.call("POST", "/setup/sample", {})).json()).toEqual({ code: "setup_done", details: {} });
  });

  test("a manager sets nothing up", async () => {
    const house = await apiFixture();
    try {
      await house.sql`DELETE FROM company`;
      const { aigul, head, admin } = house.company.employees;
      for (const e of [aigul, head]) {
        const browser = await house.login(e);
        expect((await browser.call("POST", "/setup/company", COMPANY)).statusCode).toBe(403);
        expect((await browser.call("POST", "/setup/sample", {})).statusCode).toBe(403);
      }
      // The permitted one gets through the door; the catalogues of this house exist already.
      expect((await (await house.login(admin)).call("POST", "/setup/company", COMPANY)).statusCode).not.toBe(403);
    } finally {
      await house.close();
    }
  });
});
