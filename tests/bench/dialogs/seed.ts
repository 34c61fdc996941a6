import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Db } from "@kommutator/contract/db";
import { SESSION_COOKIE } from "@kommutator/crm-core/access/cookies";
import { createSession } from "@kommutator/crm-core/access/session";
import { TOKEN as TELEGRAM_TOKEN } from "../../emulators/telegram/telegram.ts";
import { seedCompany } from "../../support/company.ts";
import type { Kind, Plan, PlannedDialog, Providers } from "./plan.ts";

export const VIBER_TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
const AGENTS_PER_QUEUE = 20;
const DIALOGS_PER_AGENT = 4;
/** Readers of the stream that have read what was said before. */
const READERS = ["crm-recorder", "crm-inquiries"];
/** What was said in each dialog before. */
const PAST_MESSAGES = 20;
const MEDIUM: Record<Kind, string> = { "web-chat": "chat", viber: "message", telegram: "message" };
/** Of ten dialogs. */
const MIX: Kind[] = ["web-chat", "viber", "telegram", "web-chat", "viber", "web-chat", "telegram", "web-chat", "viber", "telegram"];

/**
 * A company at work: agents with real sessions and the rights of the role "agent", in queues of twenty, each with four open dialogs
 * on the three channels, in which something was said before.
 */
export async function seed(sql: Db, url: string, agents: number, providers: Providers): Promise<Pick<Plan, "channels" | "agents">> {
  const company = await seedCompany(sql);
  const channel = async (kind: Kind, config: object): Promise<string> => {
    const [row] = await sql<
      { id: string }[]
    >`INSERT INTO channel (kind, name, queue_id, config) VALUES (${kind}, ${kind}, ${company.queueId}, ${sql.json(config as never)}) RETURNING id`;
    return (row as { id: string }).id;
  };
  const channels: Record<Kind, string> = {
    "web-chat": await channel("web-chat", { messagesPerMinute: 100_000 }),
    viber: await channel("viber", { token: VIBER_TOKEN, publicUrl: url, senderName: "House", apiUrl: providers.viberApi }),
    telegram: await channel("telegram", { token: TELEGRAM_TOKEN, mode: "polling", apiUrl: providers.telegramUrl }),
  };
  const planned: Plan["agents"] = [];
  await sql.begin(async (tx) => {
    let queueId = company.queueId;
    for (let i = 0; i < agents; i++) {
      if (i % AGENTS_PER_QUEUE === 0 && i > 0) {
        const [queue] = await tx<{ id: string }[]>`
          INSERT INTO queue SELECT (jsonb_populate_record(q, jsonb_build_object('id', gen_random_uuid(), 'name', ${`Queue ${i}`}::text))).* FROM queue q WHERE q.id = ${company.queueId} RETURNING id`;
        queueId = (queue as { id: string }).id;
      }
      const [employee] = await tx<{ id: string }[]>`
        INSERT INTO employee (login, full_name, password_hash, locale, department_id, calendar_id, extension, max_dialogs)
        SELECT ${`agent${i}`}, ${`Agent ${i}`}, password_hash, 'en', department_id, calendar_id, ${String(1_000 + i)}, ${DIALOGS_PER_AGENT} FROM employee WHERE id = ${company.employees.aigul.id} RETURNING id`;
      const { id } = employee as { id: string };
      await tx`INSERT INTO employee_role (employee_id, role_id) VALUES (${id}, ${company.roles.agent})`;
      await tx`INSERT INTO queue_member (queue_id, employee_id) VALUES (${queueId}, ${id})`;
      // At work, or their dialogs would leave them at the first word; each with as many as may be, so new writers wait.
      await tx`INSERT INTO presence (employee_id, online, intent, state) VALUES (${id}, true, 'available', 'idle')`;
      const session = await createSession(tx, id, Date.now(), "bench");
      const dialogs = Array.from({ length: DIALOGS_PER_AGENT }, (_, k) =>
        dialogOf(MIX[(i * DIALOGS_PER_AGENT + k) % MIX.length] as Kind, i * DIALOGS_PER_AGENT + k),
      );
      for (const dialog of dialogs) {
        const channelId = channels[dialog.kind];
        const thread =
          dialog.kind === "web-chat" ? createHash("sha256").update(`${channelId}:${dialog.writer}`).digest("base64url").slice(0, 32) : dialog.writer;
        await tx`
          INSERT INTO dialog (id, channel_id, thread_key, medium, identity_kind, identity_value, identity_result, opened_at)
          VALUES (${dialog.id}, ${channelId}, ${thread}, ${MEDIUM[dialog.kind]}, ${dialog.kind === "web-chat" ? "site_visitor" : dialog.kind}, ${thread}, 'new', now())`;
        await tx`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (${randomUUID()}, ${dialog.id}, ${id}, ${MEDIUM[dialog.kind]}, now())`;
      }
      planned.push({ cookie: `${SESSION_COOKIE}=${session.token}`, dialogs });
    }
  });
  await past(sql);
  // The past has settled long ago.
  await sql`VACUUM ANALYZE`;
  // A server at work has written its log files before and uses them again; a fresh one would make and fill a new one every few seconds.
  for (let i = 0; i < 24; i++) await sql`SELECT pg_logical_emit_message(true, 'bench', 'a log file'), pg_switch_wal()`;
  await sql`CHECKPOINT`;
  return { channels, agents: planned };
}

/** Earlier messages of every dialog as they lie in the tables: received, stored, told. */
async function past(sql: Db): Promise<void> {
  await sql`
    INSERT INTO raw_event (channel_id, event_key, order_key, kind, event, occurred_at, state, done_at)
    SELECT d.channel_id, 'past ' || d.id || ' ' || n, d.thread_key, 'message.received', jsonb_build_object('kind', 'message.received', 'text', repeat('Earlier words. ', 8)),
      now() - (21 - n) * interval '1 hour', 'done', now() FROM dialog d, generate_series(1, ${PAST_MESSAGES}) n`;
  await sql`
    INSERT INTO message (id, dialog_id, seq, channel_id, thread_key, message_key, direction, author_kind, body, provider_at)
    SELECT gen_random_uuid(), d.id, n, d.channel_id, d.thread_key, 'past ' || n, 'in', 'customer', repeat('Earlier words. ', 8), now() - (21 - n) * interval '1 hour'
    FROM dialog d, generate_series(1, ${PAST_MESSAGES}) n`;
  await sql`UPDATE dialog SET next_seq = ${PAST_MESSAGES + 1}`;
  await sql`
    INSERT INTO dialog_event (dialog_id, kind, payload, position)
    SELECT m.dialog_id, 'message.stored', jsonb_build_object('messageId', m.id, 'seq', m.seq, 'direction', 'in', 'employeeId', null, 'nature', 'human', 'at', 0),
      row_number() OVER (ORDER BY m.seq, m.dialog_id) FROM message m`;
  await sql`UPDATE stream_head SET position = (SELECT max(position) FROM dialog_event)`;
  await sql`INSERT INTO stream_reader (name, position) SELECT name, (SELECT position FROM stream_head) FROM unnest(${READERS}::text[]) name ON CONFLICT (name) DO UPDATE SET position = excluded.position`;
}

function dialogOf(kind: Kind, n: number): PlannedDialog {
  const writer = kind === "web-chat" ? randomBytes(32).toString("base64url") : kind === "viber" ? `${String(n).padStart(12, "0")}A=` : String(10_000_000 + n);
  return { id: randomUUID(), kind, writer };
}
