import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at, DAY, done, HOUR, house, kindOf, meeting, open, openHouse, type Row, read } from "./course.fixture.ts";
import { type LightFacts, lightOf } from "./light.ts";

const OFFICE = {
  tz: "Asia/Almaty",
  week: Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((d) => [d, [["09:00", "18:00"]]])) as Record<string, [string, string][]>,
  exceptions: [],
};
/** Wednesday noon; everything is in order. */
const NOW = at("2026-03-11T12:00");
const FINE: LightFacts = {
  onHoldUntil: null,
  ahead: true,
  overdueSince: null,
  spentSeconds: 0,
  plannedSeconds: DAY,
  lastTouchAt: at("2026-03-11T10:00"),
  touchNormDays: 10,
  waiting: [],
  expectedClose: "2026-03-31",
  lacksFields: false,
  responsible: "there",
};
const light = (facts: Partial<LightFacts>) => lightOf({ ...FINE, ...facts }, NOW, OFFICE);

describe("the table of the traffic light (B4)", () => {
  const yesterday = at("2026-03-10T10:00");
  test.each<[string, Partial<LightFacts>, string]>([
    ["all in order", {}, "green"],
    ["no next step, in touch today", { ahead: false }, "yellow no_next_step"],
    ["no next step, not in touch today", { ahead: false, lastTouchAt: yesterday }, "red no_next_step"],
    ["a step overdue since this morning", { overdueSince: at("2026-03-11T09:30") }, "yellow overdue"],
    ["overdue for two working days", { overdueSince: at("2026-03-09T17:00") }, "yellow overdue"],
    ["overdue for more than two working days", { overdueSince: at("2026-03-06T17:00") }, "red overdue"],
    ["just under 80 % of the plan", { spentSeconds: 0.79 * DAY }, "green"],
    ["80 % of the plan", { spentSeconds: 0.8 * DAY }, "yellow stage_time"],
    ["exactly the plan", { spentSeconds: DAY }, "yellow stage_time"],
    ["more than the plan", { spentSeconds: DAY + 1 }, "red stage_time"],
    ["no plan, however long", { spentSeconds: 90 * DAY, plannedSeconds: null }, "green"],
    ["seven days of ten without a touch", { lastTouchAt: at("2026-03-04T10:00") }, "green"],
    ["eight days of ten", { lastTouchAt: at("2026-03-03T23:00") }, "yellow no_touch"],
    ["ten days of ten", { lastTouchAt: at("2026-03-01T10:00") }, "red no_touch"],
    ["a customer waits for 7 minutes of 15", { waiting: [{ since: NOW - 7 * 60_000, slaSeconds: 900 }] }, "green"],
    ["for 7.5 minutes", { waiting: [{ since: NOW - 7.5 * 60_000, slaSeconds: 900 }] }, "yellow unanswered"],
    [
      "for 15 minutes, another one shorter",
      {
        waiting: [
          { since: NOW - 60_000, slaSeconds: 900 },
          { since: NOW - 900_000, slaSeconds: 900 },
        ],
      },
      "red unanswered",
    ],
    ["since the evening: only working time counts", { waiting: [{ since: at("2026-03-10T18:00"), slaSeconds: 7 * HOUR }] }, "green"],
    ["expected in four days", { expectedClose: "2026-03-15" }, "green"],
    ["expected in three days", { expectedClose: "2026-03-14" }, "yellow expected_close"],
    ["expected today", { expectedClose: "2026-03-11" }, "yellow expected_close"],
    ["expected yesterday", { expectedClose: "2026-03-10" }, "red expected_close"],
    ["no expected day", { expectedClose: null }, "green"],
    ["a field of the stage is empty", { lacksFields: true }, "yellow fields"],
    ["the responsible is away and nobody stands in", { responsible: "absent" }, "red absent"],
    ["the responsible was dismissed", { responsible: "dismissed" }, "red dismissed"],
    ["nobody is responsible", { responsible: "none" }, "red nobody"],
    ["on hold, whatever else", { onHoldUntil: "2026-03-12", ahead: false, responsible: "none" }, "grey"],
    ["the hold is past its day", { onHoldUntil: "2026-03-11" }, "red hold_past"],
  ])("%s", (_, facts, expected) => {
    const { colour, reasons } = light(facts);
    expect([colour, ...reasons.map((r) => r.code)].join(" ")).toBe(expected);
  });

  test("the worst colour wins, all reasons are told, red ones first", () => {
    expect(light({ lacksFields: true, spentSeconds: 0.9 * DAY, expectedClose: "2026-03-01" })).toEqual({
      colour: "red",
      reasons: [
        { code: "expected_close", colour: "red" },
        { code: "stage_time", colour: "yellow" },
        { code: "fields", colour: "yellow" },
      ],
    });
  });
});

describe("lights of living Interests (IN-06, RP-01)", () => {
  beforeAll(openHouse);
  afterAll(() => house.close());
  const plan = (i: Row, when: string) =>
    house.as("aigul", "POST", "/interactions", { typeId: meeting, subject: "Meet", interestId: i.id, plannedFrom: new Date(at(when)).toISOString() });
  const codes = (l: { colour: string; reasons: { code: string }[] }) => [l.colour, ...l.reasons.map((r) => r.code)].join(" ");

  test("the card, the list and the board tell the same light; what is done turns it green, a closed one has none", async () => {
    const k = await kindOf("manual", [{ name: "A", plannedSeconds: 2 * DAY, requiredFields: ["amount"] }]);
    house.clock.set(at("2026-03-16T09:00"));
    const i = await open(k.id, { expectedClose: "2026-03-20" });
    const everywhere = async () => {
      const list = (await house.as("aigul", "GET", `/interests?kindId=${k.id}`)).body.items;
      const board = (await house.as("aigul", "GET", `/interests/board?kindId=${k.id}`)).body.cards;
      const lights = [(await read(i)).light, list[0].light, board[0].light];
      expect(lights[1]).toEqual(lights[0]);
      expect(lights[2]).toEqual(lights[0]);
      return codes(lights[0]);
    };
    expect(await everywhere()).toBe("yellow no_next_step fields");
    await plan(i, "2026-03-17T10:00");
    expect(await everywhere()).toBe("yellow fields");
    house.clock.set(at("2026-03-17T17:00"));
    expect(await everywhere()).toBe("red no_next_step overdue stage_time expected_close fields");
    house.clock.set(at("2026-03-18T09:30"));
    expect(await everywhere()).toBe("red no_next_step stage_time overdue expected_close fields");
    await done(i, meeting);
    expect((await read(i)).light.reasons[0]).toEqual({ code: "stage_time", colour: "red" });
    await house.as("aigul", "POST", `/interests/${i.id}/close`, {
      status: "won",
      fields: { amount: 5 },
      plannedInteractions: "cancel",
      version: (await read(i)).version,
    });
    expect((await read(i)).light).toBeNull();
    expect((await house.as("aigul", "GET", `/interests?status=won&kindId=${k.id}`)).body.items[0].light).toBeNull();
  });

  test("an Interest without stages has a light too; on hold it is grey; a customer's unanswered message and an absent responsible turn it red", async () => {
    const k = await kindOf("none", []);
    house.clock.set(at("2026-03-23T10:00"));
    const dialog = await house.dialog({ kind: "site_visitor", value: "light-visitor" }, { medium: "chat", at: house.clock.now() });
    await house.assign(dialog.id, "aigul");
    const i = await open(k.id, { customerId: null, fromDialogId: dialog.id });
    await plan(i, "2026-03-25T10:00");
    const now = async () => codes((await read(i)).light);
    expect(await now()).toBe("green");
    await house.sql`UPDATE dialog SET customer_wait_since = ${new Date(house.clock.now())} WHERE id = ${dialog.id}`;
    house.clock.set(at("2026-03-23T10:08"));
    expect(await now()).toBe("yellow unanswered");
    house.clock.set(at("2026-03-23T10:15"));
    expect(await now()).toBe("red unanswered");
    const { version } = await read(i);
    const held = await house.as("aigul", "PUT", `/interests/${i.id}/hold`, { until: "2026-03-24", reason: "Client on leave", version });
    expect(codes(held.body.light)).toBe("grey");
    await house.as("aigul", "POST", `/interests/${i.id}/hold/release`, { version: held.body.version });
    await house.sql`UPDATE dialog SET customer_wait_since = NULL WHERE id = ${dialog.id}`;
    const aigul = house.company.employees.aigul.id as Id;
    const away = (substitute: Id | null) => house.sql`
      INSERT INTO absence (employee_id, kind, during, state, substitute_id) VALUES (${aigul}, 'planned', ${`[${new Date(house.clock.now() - 60_000).toISOString()},)`}, 'active', ${substitute})`;
    await away(null);
    expect(await now()).toBe("red absent");
    await house.sql`DELETE FROM absence WHERE employee_id = ${aigul}`;
    await away(house.company.employees.bolat.id);
    expect(await now()).toBe("green");
    await house.sql`DELETE FROM absence WHERE employee_id = ${aigul}`;
  });
});
