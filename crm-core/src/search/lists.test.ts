import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";
import { createSession, resolvePrincipal } from "../access/session.ts";
import { listContacts } from "../contact/sql.ts";
import { listCustomers } from "../customer/register.ts";
import { listLeads } from "../lead/sql.ts";
import { wordsMeant } from "./by-name.ts";
import { matching } from "./condition.ts";
import { phoneFragments } from "./fragment.ts";
import { nameKey } from "./key.ts";
import { type Asked, matchingRows } from "./page.ts";
import { prepareList, type Seen } from "./seen.ts";

// What the registers show, by sets, walks and indexes, is what somebody finds who reads every row of the house (CB-03, CB-04, RG-09).

const WORDS = ["Алтын", "Сервис", "АлтынСервис", "Иванов", "Ивнов", "Ким", "Строй", "ТОО", "770", "Altyn"];
const QUERIES = [
  "алтын",
  "altyn",
  "сервис",
  "иванов ким",
  "алтын сервис",
  "тоо",
  "к",
  "ким строй",
  "770",
  "7705",
  "0012",
  "box1",
  "box1@",
  "770 алтын",
  "строй ким тоо",
  "xylophonix",
];
interface Card {
  id: Id;
  at: number;
  name: string;
  points: string[];
  owner: Id | null;
  dead: boolean;
}
type Company = Card & { kind: string; vip: boolean };
interface Link {
  customer: Id;
  contact: Id;
  left: boolean;
}
let house: CrmHouse;
let companies: Company[];
let people: Card[];
let leads: (Card & { status: string })[];
let links: Link[];
const principals: Principal[] = [];

beforeAll(async () => {
  house = await crmHouse();
  const { sql, company } = house;
  const { aigul, bolat, dana } = company.employees;
  const name = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));
  const card = fc.record({
    name,
    owner: fc.constantFrom(aigul.id, bolat.id, dana.id, null),
    dead: fc.nat(9).map((n) => n === 0),
    at: fc.nat(5),
    kind: fc.constantFrom("company", "person"),
    vip: fc.boolean(),
    status: fc.constantFrom("new", "in_work", "qualified"),
    point: fc.option(fc.tuple(fc.constantFrom("+7705", "+770", "box"), fc.integer({ min: 10, max: 130 })), { freq: 2 }),
  });
  // Another house every time; a failure prints the house's number.
  const cards = fc.sample(fc.tuple(card, card, card), { numRuns: 130, seed: SEED });
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1 + n));
  await sql.begin(async (tx) => {
    for (const [c, h, l] of cards) {
      const [{ id: customer }] = await tx<[{ id: Id }]>`
        INSERT INTO customer (kind, name, responsible_id, responsible_since, is_vip, created_at, archived_at)
        VALUES (${c.kind}, ${c.name}, ${c.owner}, ${c.owner === null ? null : tx`now()`}, ${c.vip}, ${at(c.at)}, ${c.dead ? at(9) : null}) RETURNING id`;
      const [{ id: contact }] = await tx<
        [{ id: Id }]
      >`INSERT INTO contact (last_name, created_at, archived_at) VALUES (${h.name}, ${at(h.at)}, ${h.dead ? at(9) : null}) RETURNING id`;
      const [{ id: lead }] = await tx<[{ id: Id }]>`
        INSERT INTO lead (contact_name, responsible_id, status, created_at, no_contact) VALUES (${l.name}, ${l.owner}, ${l.status}, ${at(l.at)}, true) RETURNING id`;
      for (const [column, id, { point }] of [
        ["customer_id", customer, c],
        ["contact_id", contact, h],
        ["lead_id", lead, l],
      ] as const) {
        if (point === null) continue;
        const value = point[0] === "box" ? `box${point[1]}@x.example` : `${point[0]}${String(point[1]).padStart(7, "0")}`;
        await tx`INSERT INTO contact_point ${tx({ [column]: id, kind: point[0] === "box" ? "email" : "phone", value_raw: value, value_norm: value })}`;
      }
    }
  });
  // Most people work somewhere, some at two companies, some have left; some companies have nobody.
  await sql`
    INSERT INTO customer_contact (customer_id, contact_id, left_at)
    SELECT c.id, h.id, CASE WHEN (h.n * 7 + c.n) % 4 = 0 THEN date '2026-02-01' END FROM (SELECT id, row_number() OVER (ORDER BY code) AS n FROM customer) c
    JOIN (SELECT id, row_number() OVER (ORDER BY code) AS n FROM contact) h ON (h.n % 3 > 0 AND c.n = h.n) OR (h.n % 5 = 0 AND c.n = (h.n * 3) % 130)`;
  await sql`VACUUM ANALYZE`;
  const points = (column: string) => sql.unsafe(`ARRAY(SELECT value_norm FROM contact_point p WHERE p.${column} = c.id AND p.archived_at IS NULL)`);
  const when = sql`(extract(epoch FROM c.created_at) * 1000)::float8 AS at`;
  companies = await sql<
    Company[]
  >`SELECT c.id, ${when}, name, kind, is_vip AS vip, responsible_id AS owner, archived_at IS NOT NULL AS dead, ${points("customer_id")} AS points FROM customer c`;
  people = await sql<
    Card[]
  >`SELECT c.id, ${when}, last_name AS name, NULL::uuid AS owner, archived_at IS NOT NULL AS dead, ${points("contact_id")} AS points FROM contact c`;
  leads = await sql<
    (Card & { status: string })[]
  >`SELECT c.id, ${when}, contact_name AS name, responsible_id AS owner, false AS dead, status, ${points("lead_id")} AS points FROM lead c`;
  links = await sql<Link[]>`SELECT customer_id AS customer, contact_id AS contact, left_at IS NOT NULL AS left FROM customer_contact`;
  for (const person of ["admin", "aigul", "dana"] as Person[]) {
    const { token } = await sql.begin((tx) => createSession(tx, company.employees[person].id, Date.now(), null));
    const principal = (await sql.begin((tx) => resolvePrincipal(tx, token))) as Principal;
    principals.push(principal);
    if (person === "aigul")
      principals.push({
        ...principal,
        permissions: {
          ...principal.permissions,
          customer: { ...principal.permissions.customer, read: "own" },
          lead: { ...principal.permissions.lead, read: "own" },
        },
      });
  }
});
afterAll(() => house.close());
const SEED = Date.now() % 1_000_000;

/** Whose cards are seen, from the fixture: everybody's, those of department A, one's own. */
function sees(principal: Principal, object: "customer" | "lead", owner: Id | null): boolean {
  const { aigul, bolat, dana } = house.company.employees;
  const scope = principal.permissions[object]?.read;
  if (scope === "all") return true;
  if (scope === "own") return owner === principal.employeeId;
  return owner === null || (principal.employeeId === dana.id ? owner === dana.id : owner === aigul.id || owner === bolat.id);
}

/** What the query means: sets of words of which a name must have one each, or a piece of a number or address. */
async function meaning(tx: Tx, query: string) {
  const words = query.includes("@") ? null : await wordsMeant(tx, query);
  const pieces = phoneFragments(query).length > 0 ? phoneFragments(query) : /\S[@.]|@\S/.test(query) ? [query] : [];
  const has = (name: string) => nameKey(name).split(" ");
  return {
    named: (...names: string[]) => words?.known.every((w) => names.some((n) => has(n).some((word) => w.words.includes(word)))) ?? false,
    reached: (card: Card) => pieces.some((piece) => card.points.some((value) => value.includes(piece))),
  };
}
const newestFirst = (cards: Card[]): Id[] => [...cards].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).map((c) => c.id);

/** Every page of a list, by one of the ways in which it may be read. */
async function everything(
  tx: Tx,
  seen: Seen,
  how: { query: string | null; kind: "customer" | "contact" | "lead"; few: number; newest: number; limit: number },
  read: (asked: { only?: Asked["only"]; cursor: Asked["cursor"]; limit: number }) => Promise<{ id: Id; cursorAt: number }[]>,
): Promise<Id[]> {
  const among = how.query === null ? null : await matching(tx, seen, how.query, how.kind, how.few);
  if (how.query !== null && among === null) return [];
  const ids: Id[] = [];
  for (let cursor: Asked["cursor"] = null; ; ) {
    const rows: { id: Id; cursorAt: number }[] = await (among === null
      ? read({ cursor, limit: how.limit })
      : matchingRows(read, { only: { among, not: [] }, cursor, limit: how.limit }, how.newest));
    const page = rows.slice(0, how.limit);
    ids.push(...page.map((r) => r.id));
    const last = page.at(-1);
    if (rows.length <= how.limit || last === undefined) return ids;
    cursor = { at: last.cursorAt, id: last.id };
  }
}

const asked = fc.record({
  query: fc.option(fc.constantFrom(...QUERIES), { freq: 8, nil: null }),
  few: fc.constantFrom(0, 20, 10_000),
  newest: fc.constantFrom(1, 10, 60, 2000),
  limit: fc.constantFrom(4, 11, 50),
  principal: fc.nat(3),
});
/** One transaction with the rights of somebody; what fails is shown with the house's number. */
const as = <T>(n: number, object: "customer" | "lead", work: (tx: Tx, seen: Seen, principal: Principal) => Promise<T>) =>
  house.sql.begin("READ ONLY", async (tx) => {
    const principal = principals[n] as Principal;
    return work(tx, await prepareList(tx, principal, object), principal);
  });
const LOOK = { numRuns: 60 };

describe("a list read by sets, walks and indexes is what reading every row finds", () => {
  test("customers, with filters, of whomever one may see", async () => {
    const filters = fc.record(
      { kind: fc.constantFrom("company", "person"), vip: fc.constantFrom("true", "false"), owner: fc.nat(3), addedFrom: fc.constant("2026-01-03") },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(asked, filters, ({ principal: n, ...how }, f) =>
        as(n, "customer", async (tx, seen, principal) => {
          const { aigul, bolat, dana } = house.company.employees;
          const responsibleId = f.owner === undefined ? undefined : ([aigul.id, bolat.id, dana.id, "none"][f.owner] as Id);
          const filter = { ...f, responsibleId } as object;
          const rows = await everything(tx, seen, { ...how, kind: "customer" }, (page) => listCustomers(tx, seen, { ...filter, ...page }, "UTC"));
          const { named, reached } = await meaning(tx, how.query ?? "");
          const staff = (c: Company) => links.filter((l) => l.customer === c.id).map((l) => people.find((p) => p.id === l.contact) as Card);
          const right = companies.filter(
            (c) =>
              !c.dead &&
              sees(principal, "customer", c.owner) &&
              (how.query === null || named(c.name) || reached(c) || staff(c).some((h) => named(h.name) || reached(h))) &&
              (f.kind === undefined || c.kind === f.kind) &&
              (f.vip === undefined || String(c.vip) === f.vip) &&
              (responsibleId === undefined || (c.owner ?? "none") === responsibleId) &&
              (f.addedFrom === undefined || c.at >= Date.parse(f.addedFrom)),
          );
          expect(rows, `house ${SEED}`).toEqual(newestFirst(right));
        }),
      ),
      LOOK,
    );
  });

  test("contacts, by their own names and those of companies that one may see, there still or gone", async () => {
    const filters = fc.record({ gone: fc.boolean(), company: fc.nat(129) }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(asked, filters, ({ principal: n, ...how }, f) =>
        as(n, "customer", async (tx, seen, principal) => {
          const customerId = f.company === undefined ? undefined : companies[f.company]?.id;
          const rows = await everything(tx, seen, { ...how, kind: "contact" }, (page) => listContacts(tx, seen, { gone: f.gone, customerId, ...page }));
          const { named, reached } = await meaning(tx, how.query ?? "");
          const right = people.filter((h) => {
            const known = links.flatMap((l) => {
              const c = companies.find((each) => each.id === l.customer) as Company;
              return l.contact === h.id && !c.dead && sees(principal, "customer", c.owner) ? [{ ...l, name: c.name }] : [];
            });
            const shown = known.filter((l) => customerId === undefined || l.customer === customerId);
            const here = shown.some((l) => !l.left);
            const matches = how.query === null || named(h.name) || reached(h) || known.some((l) => !l.left && named(h.name, l.name));
            return !h.dead && shown.length > 0 && matches && (f.gone === undefined || f.gone === !here);
          });
          expect(rows, `house ${SEED}`).toEqual(newestFirst(right));
        }),
      ),
      LOOK,
    );
  });

  test("leads, by state and person", async () => {
    const filters = fc.record({ status: fc.constantFrom("new", "qualified"), nobody: fc.boolean() }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(asked, filters, ({ principal: n, ...how }, f) =>
        as(n, "lead", async (tx, seen, principal) => {
          const filter = { status: f.status, responsibleId: f.nobody ? ("nobody" as const) : undefined } as object;
          const rows = await everything(tx, seen, { ...how, kind: "lead" }, ({ only, ...page }) =>
            listLeads(tx, seen, { ...filter, only }, { ...page, now: house.clock.now() }),
          );
          const { named, reached } = await meaning(tx, how.query ?? "");
          const right = leads.filter(
            (l) =>
              sees(principal, "lead", l.owner) &&
              (how.query === null || named(l.name) || reached(l)) &&
              (f.status === undefined || l.status === f.status) &&
              (!f.nobody || l.owner === null),
          );
          expect(rows, `house ${SEED}`).toEqual(newestFirst(right));
        }),
      ),
      LOOK,
    );
  });
});
