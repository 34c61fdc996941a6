import type { Db } from "@kommutator/contract/db";

/** What only the holder of a duty writes. */
const LEASED = [
  ...["raw_event", "routing_input", "routing_quarantine", "entry", "offer", "assignment", "decision", "router_head", "stream_head"],
  ...["presence", "presence_log", "dialog", "message", "call", "call_leg", "channel"],
];

/**
 * Who wrote which row: a trigger on every table that the leases protect notes the database user of the session, the table and the
 * moment. Each node comes as a user of its own, so what a node wrote after it had been taken over is told by the rows themselves.
 * A row that was rolled back leaves no note.
 */
export async function watchRows(sql: Db): Promise<void> {
  await sql`CREATE TABLE written (by_node text NOT NULL, relation text NOT NULL, what text, at timestamptz NOT NULL)`;
  // Asked fifty times a second for the rows since the strike: without it, ever more of the processor as the rows grow.
  await sql`CREATE INDEX ON written (at)`;
  await sql.unsafe(`
    CREATE FUNCTION note_written() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE what text;
    BEGIN
      IF TG_TABLE_NAME = 'lease' THEN what := NEW.duty;
      ELSIF TG_TABLE_NAME = 'routing_input' THEN what := NEW.input->>'kind';
      ELSIF TG_TABLE_NAME = 'raw_event' THEN what := TG_OP || ' ' || NEW.kind;
      ELSIF TG_TABLE_NAME = 'dialog' THEN what := TG_OP;
      ELSIF TG_TABLE_NAME = 'channel' THEN what := NEW.kind;
      END IF;
      INSERT INTO written VALUES (session_user, TG_TABLE_NAME, what, clock_timestamp());
      RETURN NULL;
    END $$`);
  for (const table of [...LEASED, "lease"])
    await sql.unsafe(`CREATE TRIGGER note_written AFTER INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION note_written()`);
}

/**
 * Rows that a node wrote between two moments (epoch ms) though their duty was another's. What any node may write is not counted: what
 * visitors say over HTTP, that an agent's socket came or went, and how its own side of the visitors' chat is.
 */
export function writtenBy(sql: Db, node: string, from: number, to: number): Promise<{ relation: string; what: string | null; n: number }[]> {
  return sql`
    SELECT relation, what, count(*)::int AS n FROM written
    WHERE by_node = ${node} AND at > ${new Date(from)} AND at < ${new Date(to)}
      AND NOT (relation = 'raw_event' AND what LIKE 'INSERT message%') AND NOT (relation = 'routing_input' AND what = 'agent.connection')
      AND NOT (relation = 'channel' AND what = 'web-chat') AND relation <> 'lease'
    GROUP BY 1, 2`;
}

/** When the node got the router by right, after the moment (epoch ms); null = it did not. Renewals write their row too: it is the first of them. */
export async function routerAgain(sql: Db, node: string, after: number): Promise<number | null> {
  const [row] = await sql<{ at: Date | null }[]>`
    SELECT min(at) AS at FROM written WHERE by_node = ${node} AND relation = 'lease' AND what = 'router' AND at > ${new Date(after)}`;
  return row?.at?.getTime() ?? null;
}
