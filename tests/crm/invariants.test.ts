import { randomUUID } from "node:crypto";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWorld, type World } from "../rights/matrix.ts";
import type { Side } from "../rights/world.ts";

/**
 * What the database itself refuses, whoever writes past the application (spec C1): each of its areas, in plain SQL on rows that the API
 * has made.
 */
let world: World;
let sql: Db;
let s: Side;
const my = {} as Record<
  "customer" | "other" | "contact" | "lead" | "point" | "interest" | "interaction" | "dialog" | "call" | "inquiry" | "absence" | "task",
  Id
>;
let seq = 900;
const VALUE = "+77019990001";

beforeAll(async () => {
  world = await openWorld();
  s = world.ours;
  sql = world.house.sql;
  my.customer = await s.customer();
  my.other = await s.customer();
  for (const kind of ["contact", "lead", "interest", "interaction", "dialog", "call", "inquiry", "absence", "task"] as const) my[kind] = await s.of(kind);
  my.point = await s.make("contactPoint", "/contact-points", { kind: "phone", value: VALUE, customerId: my.customer });
  await sql`UPDATE contact_point SET verified_at = now(), verified_how = 'manual' WHERE id = ${my.point}`;
}, 60_000);
afterAll(() => world.house.close());

/** What the rules of PostgreSQL are called by its codes (Appendix A of its manual). */
const BROKEN = { unique: "23505", check: "23514", exclusion: "23P01", foreign: "23503", raised: "P0001" } as const;
type Probe = [sentence: string, broken: keyof typeof BROKEN, write: () => Promise<unknown>];

/** The statement is refused by that rule; and nothing stays of it, whatever happens. */
async function refuses([, broken, write]: Probe): Promise<void> {
  const code = await write().then(
    () => "nothing was refused",
    (error: { code?: string; message?: string }) => error.code ?? error.message,
  );
  expect(code).toBe(BROKEN[broken]);
}
const point = (more: Record<string, unknown>) => {
  const row = { kind: "phone", value_raw: VALUE, value_norm: VALUE, customer_id: null, contact_id: null, lead_id: null, ...more };
  return sql`INSERT INTO contact_point ${sql(row as never)} RETURNING id`;
};
const dialog = (more: Record<string, unknown> = {}) =>
  sql<
    { id: Id }[]
  >`INSERT INTO dialog ${sql({ channel_id: s.chatId, medium: "chat", thread_key: "one-thread", identity_kind: "site_visitor", identity_value: "v", opened_at: new Date(), ...more } as never)} RETURNING id`;
const message = (more: Record<string, unknown>) =>
  sql`INSERT INTO message ${sql({ dialog_id: my.dialog, channel_id: s.chatId, thread_key: "t", seq: ++seq, direction: "in", author_kind: "customer", body: "Words", ...more } as never)}`;

const AREAS: Record<string, () => Probe[]> = {
  organisation: () => [
    [
      "one person in service to an extension",
      "unique",
      () => sql`UPDATE employee SET extension = (SELECT extension FROM employee WHERE id = ${s.me.id}) WHERE id = ${s.colleague.id}`,
    ],
    ["who is dismissed has a day", "check", () => sql`UPDATE employee SET state = 'dismissed' WHERE id = ${s.colleague.id}`],
    ["who has a day is dismissed", "check", () => sql`UPDATE employee SET dismissed_at = now() WHERE id = ${s.colleague.id}`],
    ["a weight is more than nothing", "check", () => sql`UPDATE queue_member SET weight = 0 WHERE employee_id = ${s.me.id}`],
    ["no department is its own part", "check", () => sql`UPDATE department SET parent_id = id WHERE id = ${s.me.departmentId}`],
  ],
  access: () => [
    [
      "one scope to a role, object and action",
      "unique",
      () => sql`INSERT INTO role_permission (role_id, object, action, scope) SELECT role_id, object, action, 'own' FROM role_permission LIMIT 1`,
    ],
    ["scopes are four", "check", () => sql`UPDATE role_permission SET scope = 'moon'`],
  ],
  catalogues: () => [
    [
      "no two stages in force at one place of a kind",
      "unique",
      () => sql`UPDATE stage SET pos = (SELECT min(pos) FROM stage x WHERE x.kind_id = stage.kind_id) WHERE archived_at IS NULL`,
    ],
    [
      "a status is of the Interaction's type",
      "foreign",
      () =>
        sql`UPDATE interaction SET status_id = (SELECT id FROM interaction_status t WHERE t.type_id <> interaction.type_id LIMIT 1) WHERE id = ${my.interaction}`,
    ],
  ],
  "customer base": () => [
    ["a contact point has one owner, not two", "check", () => point({ value_norm: "+77019990002", customer_id: my.customer, contact_id: my.contact })],
    ["a contact point has one owner, not none", "check", () => point({ value_norm: "+77019990002" })],
    ["a telephone number is E.164", "check", () => point({ value_norm: "87019990002", customer_id: my.customer })],
    ["an e-mail address is in lower case", "check", () => point({ kind: "email", value_norm: "Aigul@firma.example", customer_id: my.customer })],
    ["a verified number that is not shared is there once", "unique", () => point({ customer_id: my.other, verified_at: new Date(), verified_how: "manual" })],
    ["a converted lead has its customer and time", "check", () => sql`UPDATE lead SET status = 'converted' WHERE id = ${my.lead}`],
    ["a disqualified lead has its reason", "check", () => sql`UPDATE lead SET status = 'disqualified' WHERE id = ${my.lead}`],
    [
      "a customer's owners follow one another",
      "exclusion",
      () =>
        sql`INSERT INTO customer_owner_history (customer_id, employee_id, during, reason) SELECT ${my.customer}, ${s.me.id}, tstzrange(now() - interval '1 day' * g, NULL), 'manual' FROM generate_series(1, 2) g`,
    ],
    ["a tax number is of one living card", "unique", () => sql`UPDATE customer SET tax_id = '990101300123' WHERE id IN (${my.customer}, ${my.other})`],
    ["a merged card is archived", "check", () => sql`UPDATE customer SET merged_into_id = ${my.other} WHERE id = ${my.customer}`],
    ["no card is merged into itself", "check", () => sql`UPDATE customer SET merged_into_id = id, archived_at = now() WHERE id = ${my.customer}`],
    ["a human has a name", "check", () => sql`UPDATE contact SET last_name = NULL, first_name = NULL WHERE id = ${my.contact}`],
  ],
  channels: () => [
    [
      "what came in is there once",
      "unique",
      () =>
        sql`INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at) SELECT ${s.chatId}, 'update 1', 'a', 'message', '{}', now() FROM generate_series(1, 2)`,
    ],
    [
      "one open dialog to a thread",
      "unique",
      async () => {
        await dialog();
        await dialog();
      },
    ],
    [
      "a message is there once by its provider's key",
      "unique",
      async () => {
        await message({ message_key: "m1" });
        await message({ message_key: "m1" });
      },
    ],
    [
      "a message is there once by its client's key",
      "unique",
      async () => {
        const client_key = randomUUID();
        await message({ client_key });
        await message({ client_key });
      },
    ],
    ["an employee's message has its employee", "check", () => message({ author_kind: "employee", direction: "out", delivery: "queued" })],
    ["what goes out has a state of its delivery", "check", () => message({ author_kind: "bot", direction: "out" })],
    ["an answered call has the time of its answer", "check", () => sql`UPDATE call SET answered_at = NULL, disposition = 'answered' WHERE id = ${my.call}`],
    [
      "a received inquiry has its purpose",
      "check",
      () => sql`UPDATE inquiry SET status = 'processed', processed_at = now(), purpose_id = NULL WHERE id = ${my.inquiry}`,
    ],
    ["a rejected inquiry has its reason", "check", () => sql`UPDATE inquiry SET status = 'rejected', processed_at = now() WHERE id = ${my.inquiry}`],
  ],
  Interests: () => [
    ["an Interest is somebody's", "check", () => sql`UPDATE interest SET customer_id = NULL, lead_id = NULL WHERE id = ${my.interest}`],
    ["an open one is not closed", "check", () => sql`UPDATE interest SET closed_at = now() WHERE id = ${my.interest}`],
    ["a closed one has its time", "check", () => sql`UPDATE interest SET status = 'won' WHERE id = ${my.interest}`],
    ["a lost one has its reason", "check", () => sql`UPDATE interest SET status = 'lost', closed_at = now(), loss_reason_id = NULL WHERE id = ${my.interest}`],
    ["one without a process stands at no stage", "check", () => sql`UPDATE interest SET process_mode = 'none' WHERE id = ${my.interest}`],
    [
      "a stage is of the Interest's kind",
      "foreign",
      () => sql`UPDATE interest SET stage_id = (SELECT id FROM stage x WHERE x.kind_id <> interest.kind_id LIMIT 1) WHERE id = ${my.interest}`,
    ],
    [
      "stages follow one another",
      "exclusion",
      () =>
        sql`INSERT INTO interest_stage_history (interest_id, stage_id, during) SELECT id, stage_id, tstzrange(now() - interval '1 hour', now() + interval '1 hour') FROM interest WHERE id = ${my.interest}`,
    ],
    ["an amount has its currency", "check", () => sql`UPDATE interest SET currency = NULL WHERE id = ${my.interest}`],
  ],
  Interactions: () => [
    ["a planned one has its time", "check", () => sql`UPDATE interaction SET planned = NULL WHERE id = ${my.interaction}`],
    ["one that is done took place at a time", "check", () => sql`UPDATE interaction SET state = 'done' WHERE id = ${my.interaction}`],
    ["only what is done is a touch", "check", () => sql`UPDATE interaction SET is_touch = true WHERE id = ${my.interaction}`],
    [
      "one is about somebody or something",
      "check",
      () =>
        sql`UPDATE interaction SET customer_id = NULL, lead_id = NULL, interest_id = NULL, contact_id = NULL, dialog_id = NULL WHERE id = ${my.interaction}`,
    ],
    [
      "one Interaction to a call",
      "unique",
      async () => {
        const [a, b] = [await s.interaction(), await s.interaction()];
        await sql`UPDATE interaction SET call_id = ${my.call} WHERE id IN (${a}, ${b})`;
      },
    ],
  ],
  work: () => [
    ["a step of a claim says what is to be done", "check", () => sql`UPDATE task SET kind = 'claim_step', description = NULL WHERE id = ${my.task}`],
    ["a task has a title", "check", () => sql`UPDATE task SET title = ' ' WHERE id = ${my.task}`],
    [
      "a claim is a customer's or a lead's",
      "check",
      () => sql`INSERT INTO claim (title, description, responsible_id, registered_at) VALUES ('Late', 'Very', ${s.me.id}, now())`,
    ],
    [
      "a task of one cause is there once",
      "unique",
      () => sql`INSERT INTO task (kind, title, executor_id, dedup_key) SELECT 'personal', 'Ring back', ${s.me.id}, 'cause' FROM generate_series(1, 2)`,
    ],
    ["one that is done has its time", "check", () => sql`UPDATE task SET state = 'done', done_at = NULL WHERE id = ${my.task}`],
  ],
  absence: () => [
    [
      "nobody is absent twice at once",
      "exclusion",
      () => sql`INSERT INTO absence (employee_id, kind, during) SELECT employee_id, kind, during FROM absence WHERE id = ${my.absence}`,
    ],
    ["nobody stands in for themselves", "check", () => sql`UPDATE absence SET substitute_id = employee_id WHERE id = ${my.absence}`],
    ["nobody is their own substitute", "check", () => sql`UPDATE employee SET substitute_id = id WHERE id = ${s.me.id}`],
    [
      "one delegation in force to an object",
      "unique",
      async () => {
        const other = await s.of("absence");
        for (const absence_id of [my.absence, other])
          await sql`INSERT INTO delegation (absence_id, object_kind, object_id, original_id, substitute_id, delegated_at) VALUES (${absence_id}, 'task', ${my.task}, ${s.me.id}, ${s.colleague.id}, now())`;
      },
    ],
  ],
  "facts and files": () => [
    [
      "an employee is told of one thing once",
      "unique",
      () =>
        sql`INSERT INTO notification (employee_id, kind, key, object, object_id, created_at) SELECT ${s.me.id}, 'task.new', 'one', 'task', ${my.task}, now() FROM generate_series(1, 2)`,
    ],
    ["what was written into the journal is not changed", "raised", () => sql`UPDATE audit_log SET actor_label = 'Nobody'`],
    ["what was written into the journal is not deleted", "raised", () => sql`DELETE FROM audit_log`],
    [
      "a version of a file is there once",
      "unique",
      async () => {
        const id = await s.of("file");
        await sql`INSERT INTO file_version (file_id, no, blob_id) SELECT file_id, no, blob_id FROM file_version WHERE file_id = ${id}`;
      },
    ],
  ],
};

describe.each(Object.keys(AREAS))("%s", (area) => {
  test("each of its rules is the database's own", async () => {
    for (const probe of (AREAS[area] as () => Probe[])()) {
      const [sentence] = probe;
      await refuses(probe).catch((error: Error) => {
        throw new Error(`${sentence}: ${error.message}`);
      });
    }
  });
});

test("what the rules allow goes in: a shared number of two owners, an unverified one of two, the next dialog of a closed thread", async () => {
  await point({ customer_id: my.other, verified_at: new Date(), verified_how: "manual", is_shared: true });
  await point({ lead_id: my.lead });
  const [first] = await dialog({ thread_key: "again", closed_at: new Date() });
  const [next] = await dialog({ thread_key: "again" });
  expect(next?.id).not.toBe(first?.id);
  await sql`UPDATE customer SET archived_at = now(), merged_into_id = ${my.other} WHERE id = ${await s.customer()}`;
});
