import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
const letters: { to: string; subject: string; text: string }[] = [];
/** 10:00 in Almaty on a Wednesday: no quiet hours. */
const NOW = Date.parse("2026-03-11T05:00:00Z");
const LOCALES = ["ru", "en", "kk", "uk"] as const;
type Locale = (typeof LOCALES)[number];
const COMPLAINT = { en: "Complaint", ru: "Жалоба", kk: "Шағым", uk: "Скарга" };
beforeAll(async () => {
  house = await crmHouse({
    hooks: {
      async sendMail(letter) {
        letters.push(letter);
        return true;
      },
    },
  });
  await house.sql`UPDATE employee SET email = login || '@house.example'`;
  const { en: name, ...translations } = COMPLAINT;
  const renamed = await house.as("admin", "PATCH", `/catalogues/purposes/${house.company.catalogues.purposes["complaint"]}`, { name, translations });
  expect(renamed.status, JSON.stringify(renamed.body)).toBe(204);
  for (const event of ["handover", "inquiry.deadline"])
    for (const person of ["aigul", "bolat"] as const)
      await house.as(person, "PUT", "/notifications/preferences", { events: [{ event, channels: ["app", "email"], leadMinutes: null }] });
});
afterAll(() => house.close());

let number = 1000;
const speaks = (person: Person, locale: Locale) => house.as(person, "PATCH", "/me", { locale });
const run = (name: string) => house.crm.jobs.find((j) => j.name === name)?.run() as Promise<void>;
/** The lines of the letter that a person got last, without its foot. */
async function letterTo(person: Person): Promise<string[]> {
  letters.length = 0;
  await run("notice-letters");
  const mine = letters.filter((l) => l.to === `${person}@house.example`);
  expect(mine).toHaveLength(1);
  return mine[0]?.text.split("\n").slice(2, -2) ?? [];
}
/** A letter of a stranger, handed to Aigul as a complaint. */
async function complaintOfAigul(): Promise<Id> {
  const at = house.clock.now();
  const d = await house.dialog({ kind: "email", value: `writer${number++}@shop.example` }, { medium: "mail", at });
  await house.message(d.id, "in", at, undefined, "It broke");
  await house.emit([{ kind: "entry.queued", dialogId: d.id, payload: { entryId: d.id, queueId: house.company.queueId, priority: 0 } }]);
  await house.read();
  const [inquiry] = await house.sql<[{ id: Id; version: number }]>`SELECT id, version FROM inquiry WHERE dialog_id = ${d.id}`;
  const purposeId = house.company.catalogues.purposes["complaint"];
  const handed = await house.as("admin", "POST", `/inquiries/${inquiry.id}/dispatch`, {
    version: inquiry.version,
    employeeId: house.company.employees.aigul.id,
    purposeId,
    reason: "Call her today",
  });
  expect(handed.status, JSON.stringify(handed.body)).toBe(200);
  return inquiry.id;
}

describe("notices speak the language of whoever is told", () => {
  test.each([
    ["ru", "Цель: Жалоба", "Причина: прошло 50 % срока"],
    ["en", "Purpose: Complaint", "Reason: 50% of the time is over"],
    ["kk", "Мақсаты: Шағым", "Себебі: мерзімнің 50 %-ы өтті"],
    ["uk", "Мета: Скарга", "Причина: минуло 50 % строку"],
  ] as const)(
    "in %s: the purpose by its translated name, the house's reason in words, a person's words as they were written",
    async (locale, purpose, reason) => {
      house.clock.set(NOW);
      await speaks("aigul", locale);
      const id = await complaintOfAigul();
      const told = (await house.as("aigul", "GET", "/notifications")).body.items.find((n: { object: { id: Id } }) => n.object.id === id);
      expect(told).toMatchObject({ kind: "handover", payload: { reason: "Call her today", purpose: { name: "Complaint" } } });
      expect((await house.as("aigul", "GET", "/catalogues")).body.names[told.payload.purpose.id] ?? told.payload.purpose.name).toBe(COMPLAINT[locale]);
      expect((await letterTo("aigul")).slice(1)).toEqual([purpose, expect.stringMatching(/: Call her today$/)]);
      const [due] = await house.sql<[{ at: Date }]>`SELECT dispatched_at + (due_at - dispatched_at) * 0.51 AS at FROM inquiry WHERE id = ${id}`;
      house.clock.set(due.at.getTime());
      await run("inquiry-escalation");
      expect((await letterTo("aigul")).slice(1)).toEqual([reason]);
      const { version } = (await house.as("admin", "GET", `/inquiries/${id}`)).body;
      expect((await house.as("admin", "POST", `/inquiries/${id}/reject`, { version, reason: "Answered" })).status).toBe(200);
    },
  );

  test("of two who are told of one merge each reads it in the own language", async () => {
    house.clock.set(NOW);
    await speaks("aigul", "kk");
    await speaks("bolat", "uk");
    const lead = async (person: "aigul" | "bolat") =>
      (
        await house.as("admin", "POST", "/leads", {
          contactName: "Petrov",
          responsibleId: house.company.employees[person].id,
          contactPoints: [{ kind: "phone", value: `+7701620${number++}` }],
        })
      ).body;
    const [one, two] = [await lead("aigul"), await lead("bolat")];
    await run("notice-letters");
    const body = { card: "lead", survivorId: one.id, survivorVersion: one.version, loserId: two.id, loserVersion: two.version };
    expect((await house.as("admin", "POST", "/merges", body)).status).toBe(200);
    letters.length = 0;
    await run("notice-letters");
    const reason = (person: Person) => letters.find((l) => l.to === `${person}@house.example`)?.text.split("\n")[3];
    expect([reason("aigul"), reason("bolat")]).toEqual(["Себебі: карточкалар біріктірілді", "Причина: картки об’єднано"]);
  });
});
