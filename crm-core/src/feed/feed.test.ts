import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
const NOW = Date.parse("2026-03-11T05:00:00Z");
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

interface Item {
  id: string;
  kind: string;
  at: string;
  title: string;
  state: string | null;
  interestId: Id | null;
  durationS: number | null;
  recordingBlobId: Id | null;
}
async function feed(path: string, who: "admin" | "aigul" = "admin", query = ""): Promise<{ items: Item[]; nextCursor: string | null }> {
  const r = await house.as(who, "GET", `${path}/feed?limit=200${query}`);
  expect(r.status, JSON.stringify(r.body)).toBe(200);
  return r.body;
}
const sorted = (items: Item[]) => items.every((item, i) => i === 0 || (items[i - 1] as Item).at >= item.at);

describe("one history over every channel (IA-06)", () => {
  test("a talk with its length and recording, a missed call, a chat, an unanswered letter, an Interest with its stages and end, owners", async () => {
    const { sql } = house;
    const { aigul, bolat } = house.company.employees;
    const phone = { kind: "phone" as const, value: "+77017000001" };
    const c = (
      await house.as("admin", "POST", "/customers", {
        kind: "company",
        name: "Everything",
        responsibleId: aigul.id,
        contactPoints: [
          { kind: "phone", value: phone.value },
          { kind: "email", value: "all@acme.example" },
        ],
      })
    ).body;
    const talk = await house.call(phone, { disposition: "answered", startedAt: NOW, seconds: 95, talkers: [{ person: "aigul", seconds: 90 }] });
    const [blob] = await sql<{ id: Id }[]>`INSERT INTO blob (sha256, bytes, mime, name) VALUES ('x', 1, 'audio/wav', 'x.wav') RETURNING id`;
    await sql`UPDATE call SET recording_id = ${blob?.id as Id} WHERE id = ${talk.callId}`;
    await house.call(phone, { disposition: "abandoned_queue", startedAt: NOW + 60_000, seconds: 10 });
    const letter = await house.dialog({ kind: "email", value: "all@acme.example" }, { medium: "mail", at: NOW + 120_000 });
    await sql`UPDATE dialog SET last_message_text = 'Hello?' WHERE id = ${letter.id}`;
    await house.read();
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id; stageIds: Id[] };
    const i = (await house.as("admin", "POST", "/interests", { kindId: kind.id, title: "Chairs", customerId: c.id, responsibleId: aigul.id })).body;
    await sql`UPDATE interest SET created_at = created_at - interval '1 hour' WHERE id = ${i.id}`;
    const moved = (await house.as("admin", "POST", `/interests/${i.id}/stage`, { stageId: kind.stageIds[1], version: i.version })).body;
    await house.as("admin", "POST", `/interests/${i.id}/close`, {
      status: "lost",
      lossReasonId: house.company.catalogues.lossReasons[0],
      comment: "Dear",
      version: moved.version,
    });
    await house.as("admin", "PATCH", `/customers/${c.id}`, {
      responsibleId: bolat.id,
      version: (await house.as("admin", "GET", `/customers/${c.id}`)).body.version,
    });
    const { items } = await feed(`/customers/${c.id}`);
    expect(sorted(items)).toBe(true);
    const kinds = items.map((x) => `${x.kind} ${x.state ?? ""}`.trim()).sort();
    expect(kinds).toEqual(
      [
        "call abandoned_queue",
        "dialog open",
        "inquiry dispatched",
        "inquiry new",
        "interaction done",
        "interest lost",
        "interest open",
        "owner manual",
        "owner manual",
        "stage",
        "stage",
      ].sort(),
    );
    expect(items.find((x) => x.kind === "interaction")).toMatchObject({
      durationS: 90,
      recordingBlobId: blob?.id,
      callId: talk.callId,
      channelKind: "asterisk-ari",
      direction: "in",
      employee: { id: aigul.id },
    });
    expect(items.find((x) => x.kind === "dialog")).toMatchObject({ text: "Hello?", channelKind: "email" });
    expect((await feed(`/customers/${c.id}`, "admin", "&kind=call,dialog")).items.map((x) => x.kind).sort()).toEqual(["call", "dialog"]);
    expect((await feed(`/customers/${c.id}`, "admin", `&interestId=${i.id}`)).items.every((x) => x.interestId === i.id)).toBe(true);
    const letterType = house.company.catalogues.interactionTypes["letter"]?.id;
    expect((await feed(`/customers/${c.id}`, "admin", `&typeId=${letterType}`)).items).toEqual([]);
    const callType = house.company.catalogues.interactionTypes["call"]?.id;
    expect((await feed(`/customers/${c.id}`, "admin", `&typeId=${callType}`)).items).toMatchObject([{ kind: "interaction", type: { name: "Call" } }]);
    const human = (await house.as("admin", "POST", `/customers/${c.id}/contacts`, { lastName: "Kim" })).body;
    const withHim = { typeId: callType, subject: "With Kim", customerId: c.id, contactId: human.id };
    await house.as("admin", "POST", "/interactions", withHim);
    expect((await feed(`/contacts/${human.id}`)).items).toMatchObject([{ kind: "interaction", title: "With Kim" }]);
    expect((await house.as("dana", "GET", `/contacts/${human.id}/feed`)).status).toBe(404);
    expect((await feed(`/customers/${c.id}`, "admin", `&employeeId=${aigul.id}&kind=interaction`)).items).toHaveLength(1);
  });
});

describe("ten thousand items, with lead time and a merged card", () => {
  let customerId: Id;
  let forbidden: Id;
  beforeAll(async () => {
    const { sql } = house;
    const { aigul, dana } = house.company.employees;
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id; stageIds: Id[] };
    const type = house.company.catalogues.interactionTypes["call"] as { id: Id; statuses: Record<string, Id> };
    const one = async (rows: Promise<{ id: Id }[]>) => ((await rows)[0] as { id: Id }).id;
    customerId = await one(sql`INSERT INTO customer (kind, name) VALUES ('company', 'Long history') RETURNING id`);
    const merged = await one(
      sql`INSERT INTO customer (kind, name, merged_into_id, archived_at) VALUES ('company', 'Merged', ${customerId}, now()) RETURNING id`,
    );
    const lead = await one(
      sql`INSERT INTO lead (contact_name, status, converted_customer_id, converted_at) VALUES ('L', 'converted', ${customerId}, now()) RETURNING id`,
    );
    const interest = (responsible: Id) =>
      one(
        sql`INSERT INTO interest (kind_id, process_mode, customer_id, title, responsible_id, stage_id, created_at) VALUES (${kind.id}, 'typical', ${customerId}, 'I', ${responsible}, ${kind.stageIds[0] as Id}, '2020-01-01') RETURNING id`,
      );
    const mine = await interest(aigul.id);
    forbidden = await interest(dana.id);
    // With the lead itself and two Interests. 4,000 of the card, 3,000 of its time as a lead, 3,000 of the merged card; a tenth belongs to an Interest that Aigul may not see; pairs share a moment.
    await sql`
      INSERT INTO interaction (type_id, status_id, state, direction, customer_id, lead_id, interest_id, executor_id, subject, occurred)
      SELECT ${type.id}, ${type.statuses["done"] as Id}, 'done', 'in', CASE WHEN n % 10 < 3 THEN ${merged}::uuid ELSE ${customerId}::uuid END, CASE WHEN n % 10 BETWEEN 3 AND 5 THEN ${lead}::uuid END,
             CASE n % 10 WHEN 9 THEN ${forbidden}::uuid WHEN 8 THEN ${mine}::uuid END, ${aigul.id}, 'Item ' || n, tstzrange(timestamptz '2026-01-01' + (n / 2) * interval '1 minute', timestamptz '2026-01-01' + (n / 2 + 1) * interval '1 minute', '[]')
      FROM generate_series(1, 10000) n`;
    await sql`ANALYZE interaction`;
  });

  /** All pages of the history from the newest to the oldest item, and how long the slowest took. */
  async function walked(who: "admin" | "aigul"): Promise<{ seen: Item[]; slowest: number }> {
    const seen: Item[] = [];
    let cursor: string | null = null;
    let slowest = 0;
    do {
      const began = performance.now();
      const page: { items: Item[]; nextCursor: string | null } = await feed(`/customers/${customerId}`, who, cursor === null ? "" : `&cursor=${cursor}`);
      slowest = Math.max(slowest, performance.now() - began);
      seen.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return { seen, slowest };
  }

  test("every page comes in order, nothing twice, nothing missing, of all origins", async () => {
    const { seen, slowest } = await walked("admin");
    expect(seen).toHaveLength(10_003);
    expect(new Set(seen.map((i) => i.id)).size).toBe(10_003);
    expect(sorted(seen)).toBe(true);
    expect(slowest).toBeLessThan(2_000);
  });

  test("on no page is anything of an Interest that one may not see, and all the rest is there", async () => {
    const { seen } = await walked("aigul");
    expect(seen.filter((i) => i.interestId === forbidden)).toEqual([]);
    // A tenth of the items, and the forbidden Interest itself.
    expect(seen).toHaveLength(9_002);
    expect(new Set(seen.map((i) => i.id)).size).toBe(9_002);
    expect(sorted(seen)).toBe(true);
  });

  test("the first page of fifty comes within 300 ms, without what one may not see", async () => {
    await house.as("aigul", "GET", `/customers/${customerId}/feed?limit=50`);
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const began = performance.now();
      const { status, body } = await house.as("aigul", "GET", `/customers/${customerId}/feed?limit=50`);
      times.push(performance.now() - began);
      expect(status).toBe(200);
      expect(body.items).toHaveLength(50);
      expect(body.items.map((x: Item) => x.interestId)).not.toContain(forbidden);
    }
    expect(Math.min(...times)).toBeLessThan(300);
  });
});
