import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
let bot: Id;
/** 10:00 on a Wednesday in Almaty. */
const NOW = Date.parse("2026-03-11T05:00:00Z");
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
  bot = await house.channel("telegram", "Sales bot", "telegram");
});
afterAll(() => house.close());

const ask = (body: object) => house.as("head", "POST", "/dispatch-test", { channelId: house.channels.voice, kind: "phone", ...body });
const everything = async () =>
  (
    await house.sql`SELECT (SELECT count(*) FROM lead) AS leads, (SELECT count(*) FROM contact_point WHERE verified_at IS NOT NULL) AS proven, (SELECT count(*) FROM audit_log) AS audit`
  )[0];

test("a known customer's call: whom it is, whose, until when; asking proves nothing and leaves nothing", async () => {
  const { aigul } = house.company.employees;
  const { body: customer } = await house.as("admin", "POST", "/customers", {
    kind: "company",
    name: "Romashka",
    responsibleId: aigul.id,
    contactPoints: [{ kind: "phone", value: "+77018880001" }],
  });
  const before = await everything();
  const { status, body } = await ask({ value: "8 701 888 00 01" });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    value: "+77018880001",
    result: "known",
    name: "Romashka",
    customer: { id: customer.id, name: "Romashka" },
    makesLead: false,
    inquiry: { origin: "call", purpose: { name: "Purchase" }, source: { name: expect.any(String) } },
    responsible: { employee: { id: aigul.id, name: aigul.name }, why: "customer" },
    substitute: null,
    queue: { members: 3, open: true },
  });
  expect(Date.parse(body.inquiry.dueAt)).toBe(NOW + 900_000);
  expect(await everything()).toEqual(before);
  expect((await house.sql`SELECT verified_at FROM contact_point WHERE value_norm = '+77018880001'`)[0]?.["verified_at"]).toBeNull();
});

test("the responsible is away on that day: the substitute comes after", async () => {
  const { aigul, bolat } = house.company.employees;
  await house.sql`INSERT INTO absence ${house.sql({ employee_id: aigul.id, kind: "planned", during: "[2026-04-01,2026-04-10)", substitute_id: bolat.id })}`;
  expect((await ask({ value: "+77018880001", at: "2026-04-02T05:00:00Z" })).body).toMatchObject({
    responsible: { employee: { id: aigul.id } },
    substitute: { id: bolat.id },
  });
  expect((await ask({ value: "+77018880001" })).body.substitute).toBeNull();
});

test("a stranger in a messenger would become a lead; a blocked number makes no inquiry; a withheld one nobody", async () => {
  const before = await everything();
  expect((await ask({ channelId: bot, kind: "telegram", value: "123456" })).body).toMatchObject({
    result: "new",
    makesLead: true,
    customer: null,
    responsible: null,
    inquiry: { origin: "message", source: { name: "Telegram" } },
  });
  await house.sql`INSERT INTO exclusion (kind, value_norm, reason) VALUES ('phone', '+77018880009', 'test')`;
  expect((await ask({ value: "+77018880009" })).body).toMatchObject({ result: "blocked", inquiry: null, makesLead: false });
  expect((await ask({ value: "anonymous" })).body).toMatchObject({ result: "hidden", value: null, makesLead: false });
  expect(await everything()).toEqual(before);
});

test("two cards with one number: the candidates", async () => {
  for (const name of ["Alpha", "Beta"])
    await house.as("admin", "POST", "/customers", { kind: "company", name, contactPoints: [{ kind: "phone", value: "+77018880002", isShared: true }] });
  const { body } = await ask({ value: "+77018880002" });
  expect(body).toMatchObject({ result: "ambiguous", customer: null });
  expect(body.candidates.map((c: { name: string }) => c.name).sort()).toEqual(["Alpha", "Beta"]);
});

test("an agent may not look people up this way; an unknown channel answers like none", async () => {
  expect((await house.as("aigul", "POST", "/dispatch-test", { channelId: bot, kind: "phone", value: "+77018880001" })).status).toBe(403);
  expect((await ask({ channelId: house.company.queueId, value: "+77018880001" })).status).toBe(404);
});
