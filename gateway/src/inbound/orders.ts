import { ChannelError } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { ReaderLog } from "../dialogs/reader.ts";

/** How long the other node may take: to take what is asked, and, unless whoever asks says otherwise, to answer it. */
const ANSWER_WITHIN_MS = 8_000;
/** The backstop when a notification is lost with its connection. */
const LOOK_MS = 250;
/** Nobody waits any more for the answer to what was asked so long ago. */
const FORGOTTEN_MS = 600_000;
const ASKED = "kommutator_asked";
const ANSWERED = "kommutator_answered";

export interface OrdersDeps {
  sql: Db;
  holder: string;
  log: ReaderLog;
  /** Performs a command or whatever else the house asks of an open channel, on this node; throws ChannelError. */
  perform(channelId: Id, kind: string, command: unknown): Promise<unknown>;
  /** Channels that are open here and ours. */
  mine(): Id[];
}

interface Told {
  code: ConstructorParameters<typeof ChannelError>[0];
  message: string;
}

/**
 * Commands for a channel that another node holds (a browser at this node hangs up a call that lives at that one), its test and what its
 * provider calls this node with. They go through a table, told by NOTIFY: they are a few a second, and the database is what all nodes
 * have. A command is performed once: whoever takes the row performs it; what was taken and never answered is `uncertain`.
 */
export class Orders {
  readonly #deps: OrdersDeps;
  readonly #waiting = new Map<number, () => void>();
  #listening: { unlisten(): Promise<void> }[] = [];
  readonly #working = new Set<Promise<void>>();

  constructor(deps: OrdersDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { sql } = this.#deps;
    // Who asks takes the answer away; what is as old as this was asked by a node that has died.
    await sql`DELETE FROM channel_order WHERE asked_at < clock_timestamp() - ${FORGOTTEN_MS} * interval '1 ms'`;
    this.#listening = await Promise.all([
      // Also told when the connection was lost and is back: then whatever came meanwhile is looked for.
      sql.listen(
        ASKED,
        () => this.look(),
        () => this.look(),
      ),
      sql.listen(ANSWERED, (id) => this.#waiting.get(Number(id))?.()),
    ]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#listening.map((l) => l.unlisten().catch(() => undefined)));
    await Promise.all(this.#working);
  }

  /** Whether another node has the channel. */
  async held(channelId: Id): Promise<boolean> {
    const { sql, holder } = this.#deps;
    const rows = await sql`SELECT FROM lease WHERE duty = ${`channel:${channelId}`} AND expires_at > clock_timestamp() AND holder <> ${holder}`;
    return rows.length > 0;
  }

  /**
   * Has the holder perform a command; what comes back is as JSON carries it. Throws what the channel throws there; ChannelError
   * `unreachable` when no other node has the channel, or it did not take the command in time; `uncertain` when it took it and said no
   * more within `withinMs`.
   */
  async ask(channelId: Id, kind: string, command: unknown, withinMs: number = ANSWER_WITHIN_MS): Promise<unknown> {
    const { sql, holder } = this.#deps;
    const [asked] = await sql<{ id: number }[]>`
      WITH asked AS (
        INSERT INTO channel_order (channel_id, kind, command) SELECT ${channelId}, ${kind}, ${sql.json(command as never)}
        WHERE EXISTS (SELECT FROM lease WHERE duty = ${`channel:${channelId}`} AND expires_at > clock_timestamp() AND holder <> ${holder}) RETURNING id)
      SELECT id, pg_notify(${ASKED}, id::text) FROM asked`;
    if (asked === undefined) throw new ChannelError("unreachable", "the channel is not open");
    const { id } = asked;
    const began = performance.now();
    for (;;) {
      await this.#told(id);
      const passed = performance.now() - began;
      const untaken = passed > ANSWER_WITHIN_MS;
      const late = passed > withinMs;
      const [row] = await sql<{ state: string; answer: unknown }[]>`
        DELETE FROM channel_order WHERE id = ${id} AND (state IN ('done','failed') OR (state = 'asked' AND ${untaken}) OR ${late}) RETURNING state, answer`;
      if (row === undefined) continue;
      if (row.state === "done") return row.answer;
      if (row.state === "asked") throw new ChannelError("unreachable", "the node that has the channel does not answer");
      if (row.state === "taken") throw new ChannelError("uncertain", "the node that had the channel did not say what became of it");
      const { code, message } = row.answer as Told;
      throw new ChannelError(code, message);
    }
  }

  #told(id: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve();
      };
      const timer = setTimeout(done, LOOK_MS);
      this.#waiting.set(id, done);
    });
  }

  /** Takes and performs what is asked of the channels that are here. Called when something was asked, and when a channel has opened. */
  look(): void {
    const channels = this.#deps.mine();
    if (channels.length === 0) return;
    const work = this.#take(channels)
      .catch((error: unknown) => this.#deps.log.warn({ error }, "what other nodes ask could not be read"))
      .finally(() => this.#working.delete(work));
    this.#working.add(work);
  }

  async #take(channels: Id[]): Promise<void> {
    const taken = await this.#deps.sql<{ id: number; channel_id: Id; kind: string; command: unknown }[]>`
      UPDATE channel_order SET state = 'taken' WHERE state = 'asked' AND channel_id = ANY(${channels}::uuid[])
        AND asked_at > clock_timestamp() - ${ANSWER_WITHIN_MS} * interval '1 ms'
      RETURNING id, channel_id, kind, command`;
    await Promise.all(taken.map(({ id, channel_id, kind, command }) => this.#perform(id, channel_id, kind, command)));
  }

  async #perform(id: number, channelId: Id, kind: string, command: unknown): Promise<void> {
    const { sql } = this.#deps;
    let state = "done";
    let answer: unknown = null;
    try {
      answer = (await this.#deps.perform(channelId, kind, command)) ?? null;
    } catch (error) {
      state = "failed";
      const told: Told = error instanceof ChannelError ? { code: error.code, message: error.message } : { code: "uncertain", message: String(error) };
      answer = told;
    }
    await sql`
      WITH answered AS (UPDATE channel_order SET state = ${state}, answer = ${sql.json(answer as never)} WHERE id = ${id} RETURNING id)
      SELECT pg_notify(${ANSWERED}, id::text) FROM answered`;
  }
}
