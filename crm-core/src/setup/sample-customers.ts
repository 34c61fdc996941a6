import type { Tx } from "@kommutator/contract/db";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { oneId } from "./first-admin.ts";
import type { Installed } from "./install.ts";
import { SALE_TITLES, SAMPLE_CUSTOMERS, SAMPLE_LEADS, SAMPLE_TOUCHES, SERVICE_TITLES } from "./sample-data.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Spreads things without chance: the same sample every time. */
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

const phone = (n: number) => `+7701${String(5_550_100 + n * 7)}`;
const email = (n: number) => `client${String(n + 1).padStart(2, "0")}@${pick(["post", "mail", "firma"], n)}.example`;

type Owner = { customerId: Id } | { contactId: Id } | { leadId: Id };
async function addPoint(tx: Tx, owner: Owner, kind: "phone" | "email", value: string, label: string | null, verified: Date | null): Promise<void> {
  const { customerId, contactId, leadId } = { customerId: null, contactId: null, leadId: null, ...owner };
  await tx`
    INSERT INTO contact_point (customer_id, contact_id, lead_id, kind, label, value_raw, value_norm, verified_at, verified_how)
    VALUES (${customerId}, ${contactId}, ${leadId}, ${kind}, ${label}, ${value}, ${value}, ${verified}, ${verified === null ? null : "manual"})`;
}

interface Made {
  customerId: Id;
  contactId: Id;
  responsible: { id: Id; departmentId: Id };
  since: Date;
}

async function insertCustomer(tx: Tx, c: Installed, people: Map<string, { id: Id; departmentId: Id }>, adminId: Id, n: number, now: EpochMs): Promise<Made> {
  const [name, kind, [last, first, middle], position, login, region, industry, status] = SAMPLE_CUSTOMERS[n] as (typeof SAMPLE_CUSTOMERS)[number];
  const responsible = people.get(login) as { id: Id; departmentId: Id };
  const since = new Date(now - (40 + n * 11) * DAY);
  const customerId = await oneId(tx`
    INSERT INTO customer (kind, name, legal_name, status_id, region_id, industry_id, responsible_id, responsible_since, source_id, is_vip, created_at, created_by)
    VALUES (${kind}, ${name}, ${kind === "company" ? name : null}, ${c.customerStatuses[status] as Id}, ${c.regions[region] as Id}, ${industry === null ? null : (c.industries[industry] as Id)},
            ${responsible.id}, ${since}, ${pick(Object.values(c.sources), n)}, ${n === 8 || n === 19}, ${since}, ${adminId}) RETURNING id`);
  await tx`
    INSERT INTO customer_owner_history (customer_id, employee_id, during, reason, changed_by)
    VALUES (${customerId}, ${responsible.id}, tstzrange(${since}, NULL), 'import', ${adminId})`;
  const contactId = await oneId(
    tx`INSERT INTO contact (last_name, first_name, middle_name, created_at) VALUES (${last}, ${first}, ${middle}, ${since}) RETURNING id`,
  );
  await tx`INSERT INTO customer_contact (customer_id, contact_id, position, is_primary) VALUES (${customerId}, ${contactId}, ${position}, true)`;
  await addPoint(tx, { contactId }, "phone", phone(n), "mobile", since);
  if (n % 3 !== 2) await addPoint(tx, { contactId }, "email", email(n), "work", since);
  if (kind === "company") await addPoint(tx, { customerId }, "phone", `+7727${String(3_550_000 + n * 13)}`, "main", since);
  return { customerId, contactId, responsible, since };
}

/** An open Interest at some stage, with the history of the stages passed. Returns its id and stage. */
async function insertInterest(tx: Tx, c: Installed, made: Made, n: number, now: EpochMs): Promise<{ id: Id; stageId: Id; title: string }> {
  const service = n % 4 === 3;
  const kind = c.interestKinds[service ? "service" : "sale"] as { id: Id; stageIds: Id[] };
  const title = service ? pick(SERVICE_TITLES, n) : pick(SALE_TITLES, n);
  const at = n % kind.stageIds.length;
  const began = now - (3 + (n % 9)) * DAY;
  const stageId = kind.stageIds[at] as Id;
  const entered = (i: number) => new Date(began + (i * (now - began)) / (at + 2));
  const id = await oneId(tx`
    INSERT INTO interest (kind_id, process_mode, customer_id, contact_id, purpose_id, source_id, title, responsible_id, department_id, stage_id, stage_entered_at, amount, currency, expected_close, created_at, created_by, last_activity_at)
    VALUES (${kind.id}, 'typical', ${made.customerId}, ${made.contactId}, ${c.purposes[service ? "service" : "buy"] as Id}, ${pick(Object.values(c.sources), n)}, ${title}, ${made.responsible.id}, ${made.responsible.departmentId},
            ${stageId}, ${entered(at)}, ${service ? 85_000 : 450_000 + n * 137_500}, 'KZT', ${new Date(now + (10 + n) * DAY).toISOString().slice(0, 10)}, ${new Date(began)}, ${made.responsible.id}, ${new Date(now - (1 + (n % 3)) * DAY)})
    RETURNING id`);
  for (let i = 0; i <= at; i++) {
    await tx`
      INSERT INTO interest_stage_history (interest_id, stage_id, during, entered_by)
      VALUES (${id}, ${kind.stageIds[i] as Id}, tstzrange(${entered(i)}, ${i === at ? null : entered(i + 1)}), ${made.responsible.id})`;
  }
  return { id, stageId, title };
}

async function insertInteraction(
  tx: Tx,
  c: Installed,
  made: Made,
  item: {
    type: string;
    direction: "in" | "out";
    subject: string;
    result: string | null;
    at: Date;
    minutes: number;
    planned: boolean;
    interest: { id: Id; stageId: Id } | null;
  },
): Promise<void> {
  const type = c.interactionTypes[item.type] as { id: Id; statuses: Record<string, Id> };
  const state = item.planned ? "planned" : "done";
  const until = new Date(item.at.getTime() + item.minutes * 60_000);
  const range = tx`tstzrange(${item.at}, ${until})`;
  await tx`
    INSERT INTO interaction (type_id, status_id, state, direction, customer_id, contact_id, interest_id, stage_id, executor_id, author_id, subject, result, planned, occurred, is_touch, created_at)
    VALUES (${type.id}, ${type.statuses[state] as Id}, ${state}, ${item.direction}, ${made.customerId}, ${made.contactId}, ${item.interest?.id ?? null}, ${item.interest?.stageId ?? null},
            ${made.responsible.id}, ${made.responsible.id}, ${item.subject}, ${item.result}, ${item.planned ? range : null}, ${item.planned ? null : range}, ${!item.planned}, ${item.planned ? new Date(item.at.getTime() - 2 * DAY) : item.at})`;
}

/** Thirty customers; two of three have an open Interest, all have a past, some a next step. */
export async function insertSampleCustomers(tx: Tx, c: Installed, people: Map<string, { id: Id; departmentId: Id }>, adminId: Id, now: EpochMs): Promise<void> {
  for (let n = 0; n < SAMPLE_CUSTOMERS.length; n++) {
    const made = await insertCustomer(tx, c, people, adminId, n, now);
    const interest = n % 3 === 2 ? null : await insertInterest(tx, c, made, n, now);
    let last = 0;
    for (let i = 0; i < 2 + (n % 3); i++) {
      const [type, direction, subject, result] = pick(SAMPLE_TOUCHES, n + i * 2);
      const at = now - (i * 4 + 1 + (n % 5)) * DAY - (n % 7) * HOUR;
      last = Math.max(last, at);
      await insertInteraction(tx, c, made, {
        type,
        direction,
        subject,
        result,
        at: new Date(at),
        minutes: 5 + (n % 20),
        planned: false,
        interest: at > now - 3 * DAY ? interest : null,
      });
    }
    await tx`UPDATE customer SET last_touch_at = ${new Date(last)} WHERE id = ${made.customerId}`;
    if (interest !== null && n % 2 === 0) {
      const at = new Date(now + (1 + (n % 4)) * DAY);
      await insertInteraction(tx, c, made, {
        type: "call",
        direction: "out",
        subject: `Позвонить: ${interest.title}`,
        result: null,
        at,
        minutes: 15,
        planned: true,
        interest,
      });
    }
  }
}

/** How many hours ago the leads came: the first two may still be dealt with in time. */
const LEAD_AGES = [0.1, 0.4, 9, 20, 29, 47];

/** Potential clients of the last days, some with a responsible. */
export async function insertSampleLeads(tx: Tx, c: Installed, people: Id[], now: EpochMs): Promise<void> {
  for (const [n, lead] of SAMPLE_LEADS.entries()) {
    const at = new Date(now - (LEAD_AGES[n] ?? 48) * HOUR);
    const id = await oneId(tx`
      INSERT INTO lead (contact_name, company_name, note, source_id, status, responsible_id, created_at)
      VALUES (${lead.contact}, ${lead.company}, ${lead.note}, ${pick(Object.values(c.sources), n)}, ${n % 2 === 0 ? "new" : "in_work"}, ${n % 2 === 0 ? null : pick(people, n)}, ${at}) RETURNING id`);
    await addPoint(tx, { leadId: id }, "phone", phone(100 + n), "mobile", at);
  }
}
