import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Person } from "../../../tests/support/crm.ts";
import { NOW, receptionHouse } from "../inquiry/reception.fixture.ts";

const { house, phone, purpose, next, opened } = await receptionHouse();
afterAll(() => house.close());

interface Item {
  id: string;
  kind: string;
  title: string;
  interestId: Id | null;
  objectId: Id | null;
  type: { id: Id; code: string; name: string } | null;
}
const MINUTE = 60_000;
/** What a history shows by one of its filters, in its order. */
async function shown(path: string, query = "", who: Person = "admin"): Promise<Item[]> {
  const r = await house.as(who, "GET", `${path}/feed?limit=200${query}`);
  expect(r.status, JSON.stringify(r.body)).toBe(200);
  return r.body.items;
}
const titles = async (path: string, query: string, who: Person = "admin") => (await shown(path, query, who)).map((item) => item.title);

describe("what a history is narrowed to means what it says (IA-06)", () => {
  let customer: string;
  let contact: string;
  let interestId: Id;
  beforeAll(async () => {
    house.clock.set(NOW);
    const { sql } = house;
    const { aigul } = house.company.employees;
    const number = phone();
    const mail = { kind: "email" as const, value: "buyer@acme.example" };
    const company = (await house.as("admin", "POST", "/customers", { kind: "company", name: "Acme", responsibleId: aigul.id })).body;
    const human = (
      await house.as("admin", "POST", `/customers/${company.id}/contacts`, {
        lastName: "Buyer",
        contactPoints: [
          { kind: "phone", value: number.value },
          { kind: "email", value: mail.value },
        ],
      })
    ).body;
    customer = `/customers/${company.id}`;
    contact = `/contacts/${human.id}`;
    await house.call(number, { disposition: "answered", startedAt: NOW, seconds: 60, talkers: [{ person: "aigul", seconds: 50 }] });
    await house.call(number, { disposition: "abandoned_queue", startedAt: NOW + MINUTE, seconds: 10 });
    const letter = await house.dialog(mail, { medium: "mail", at: NOW + 2 * MINUTE });
    await house.message(letter.id, "in", NOW + 2 * MINUTE);
    const unread = await house.dialog(mail, { medium: "mail", at: NOW + 3 * MINUTE });
    await sql`UPDATE dialog SET subject = 'A letter nobody has taken' WHERE id = ${unread.id}`;
    const bot = await house.channel("telegram", "Bot");
    const chat = await house.dialog(number, { medium: "message", channelId: bot, at: NOW + 4 * MINUTE });
    await sql`UPDATE dialog_party SET customer_id = ${company.id}, contact_id = ${human.id}, lead_id = NULL WHERE dialog_id = ${chat.id}`;
    await house.message(chat.id, "in", NOW + 4 * MINUTE);
    const form = await house.channel("web-form", "The form of the site");
    await house.dialog(mail, { medium: "mail", channelId: form, at: NOW + 5 * MINUTE });
    await house.read();
    const kind = house.company.catalogues.interestKinds["sale"] as { id: Id };
    const who = { customerId: company.id, contactId: human.id };
    interestId = (await house.as("admin", "POST", "/interests", { ...who, kindId: kind.id, title: "Chairs", responsibleId: aigul.id })).body.id;
    const plan = { ...who, plannedFrom: new Date(NOW + 90 * MINUTE).toISOString() };
    const type = (code: string) => house.company.catalogues.interactionTypes[code]?.id;
    await house.as("admin", "POST", "/interactions", { ...plan, typeId: type("call"), subject: "Call back", interestId });
    await house.as("admin", "POST", "/interactions", { ...plan, typeId: type("meeting"), subject: "Coffee" });
    const [made] = await sql<{ id: Id }[]>`INSERT INTO interaction_type (code, name, icon) VALUES ('cold-call', 'Cold call', 'phone') RETURNING id`;
    await sql`
      INSERT INTO interaction_status (type_id, code, name, state) SELECT ${made?.id as Id}, s, s, s FROM unnest('{planned,done,failed,cancelled}'::text[]) s`;
    await house.as("admin", "POST", "/interactions", { ...plan, typeId: made?.id, subject: "A type of the house" });
    await house.as("admin", "POST", "/tasks", { title: "Send the samples", executorId: aigul.id, subject: { kind: "contact", id: human.id } });
    const [blob] = await sql<{ id: Id }[]>`INSERT INTO blob (sha256, bytes, mime, name) VALUES ('y', 1, 'text/plain', 'price.txt') RETURNING id`;
    const [file] = await sql<{ id: Id }[]>`INSERT INTO file (name) VALUES ('Price') RETURNING id`;
    await sql`INSERT INTO file_version (file_id, no, blob_id) VALUES (${file?.id as Id}, 1, ${blob?.id as Id})`;
    await sql`INSERT INTO file_link (file_id, customer_id, contact_id) VALUES (${file?.id as Id}, ${company.id}, ${human.id})`;
  });

  test.each(["customer", "contact"])("calls of a %s are the answered, the missed and the planned ones, whatever stands for them", async (of) => {
    const items = await shown(of === "customer" ? customer : contact, "&group=calls");
    expect(items.map((i) => [i.kind, i.type?.code ?? null]).sort()).toEqual([
      ["call", null],
      ["interaction", "call"],
      ["interaction", "call"],
      ["interaction", "cold-call"],
    ]);
  });

  test("letters are the received and the waiting ones; chats have the messengers, the site and its forms", async () => {
    for (const path of [customer, contact]) {
      const letters = await shown(path, "&group=letters");
      expect(letters.map((i) => [i.kind, i.type?.code ?? i.title])).toEqual([
        ["dialog", "A letter nobody has taken"],
        ["interaction", "letter"],
      ]);
      const chats = await shown(path, "&group=chats");
      expect(chats.map((i) => [i.kind, i.type?.code ?? i.title])).toEqual([
        ["dialog", "The form of the site"],
        ["interaction", "message"],
      ]);
    }
  });

  test("meetings are the Interactions that are none of these; tasks, files, Interests and changes stand by themselves", async () => {
    expect(await titles(customer, "&group=meetings")).toEqual(["Coffee"]);
    expect(await titles(contact, "&group=tasks")).toEqual(["Send the samples"]);
    expect(await titles(contact, "&group=files")).toEqual(["Price"]);
    expect((await titles(customer, "&group=interests")).map((title) => title.replace(/^#\d+ /, ""))).toEqual(["Chairs"]);
    expect((await shown(customer, "&group=changes")).map((i) => i.kind)).toEqual(["owner"]);
    // By which Interests a human's history can be narrowed.
    const { body } = await house.as("aigul", "GET", `/interests?contactId=${contact.split("/")[2]}`);
    expect(body.items.map((i: { id: Id }) => i.id)).toEqual([interestId]);
  });

  test("every item of a history belongs to exactly one of its filters", async () => {
    for (const path of [customer, contact]) {
      const all = (await shown(path)).map((i) => i.id).sort();
      const groups = ["calls", "letters", "chats", "meetings", "interests", "requests", "tasks", "files", "changes"];
      const parts = (await Promise.all(groups.map((group) => shown(path, `&group=${group}`)))).flat().map((i) => i.id);
      expect(parts.sort()).toEqual(all);
    }
  });

  test("a filter holds together with the employee, the type and the Interest, and from page to page", async () => {
    const call = house.company.catalogues.interactionTypes["call"]?.id;
    expect(await titles(customer, `&group=calls&interestId=${interestId}`)).toEqual(["Call back"]);
    expect((await shown(customer, `&group=calls&typeId=${call}`)).map((i) => i.kind)).toEqual(["interaction", "interaction"]);
    expect(await titles(customer, `&group=meetings&employeeId=${house.company.employees.bolat.id}`)).toEqual([]);
    const first = (await house.as("admin", "GET", `${customer}/feed?limit=3&group=calls`)).body;
    const rest = (await house.as("admin", "GET", `${customer}/feed?limit=3&group=calls&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...rest.items]).toHaveLength(4);
    expect(rest.nextCursor).toBeNull();
    expect((await house.as("admin", "GET", `${customer}/feed?group=everything`)).status).toBe(422);
  });
});

test("a claim stands in the history of the company and of the human who complained, and opens the inquiry it came by; without the right it is absent", async () => {
  const { who, inquiry, finish } = await opened("aigul");
  const done = await finish({ purposeId: purpose("complaint"), note: "Two legs broke\nSix weeks after delivery" });
  expect(done.status, JSON.stringify(done.body)).toBe(200);
  await house.as("admin", "POST", "/interactions", { ...next(), customerId: who.customerId });
  for (const path of [`/customers/${who.customerId}`, `/contacts/${who.contactId}`]) {
    const claim = { kind: "claim", text: "Two legs broke\nSix weeks after delivery", state: "registered", objectId: inquiry.id };
    expect(await shown(path, "&group=requests", "aigul")).toMatchObject([{ ...claim, employee: { id: house.company.employees.aigul.id } }]);
    expect(await shown(path, "", "bolat")).not.toContainEqual(expect.objectContaining({ kind: "claim" }));
  }
});
