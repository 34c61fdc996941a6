import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Channel, ChannelError } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { createCrm } from "@kommutator/crm-core";
import { holdLease, keepLease, pause } from "@kommutator/gateway/db/lease";
import { connect } from "@kommutator/gateway/db/pool";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createIngest } from "@kommutator/gateway/dialogs/ingest";
import { createRawEvents } from "@kommutator/gateway/inbound/raw-events";
import { createSupervisor } from "@kommutator/gateway/inbound/supervisor";
import { createBlobStore } from "@kommutator/gateway/media/blob-store";
import { drain } from "@kommutator/gateway/outbound/drain";
import { createOutbound } from "@kommutator/gateway/outbound/outbound";
import type { ChannelSupervisor, Outbound } from "@kommutator/gateway/ports";
import { createRouting } from "@kommutator/routing";
import { until } from "../../lab/support/wait.ts";
import { type Company, seedCompany } from "../../support/company.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";
import { Wires } from "./wires.ts";

/** How often the jobs of what waits to be sent are looked for. */
const LOOK_MS = 20;
/** The beginning or the end of a transaction, as it is asked for and as it is answered. */
const TRANSACTION = /\b(begin|commit)\b/i;
const quiet = { warn: () => undefined, error: () => undefined };

/** One life of the house: from its start until its wires are cut. */
interface Life {
  wires: Wires;
  outbound: Outbound;
  supervisor: ChannelSupervisor;
  /** Ends what is left of it; after the cut nothing of it reaches anybody. */
  bury(): Promise<void>;
}

/**
 * A house of the product's own parts (supervisor, raw events, ingest, outbound) with one channel, its real provider and a real database,
 * that dies and is started again. Dying is the cut of all its wires at once, in this process: a process of its own killed with SIGKILL at
 * each of these points would be the same for everybody outside, and takes two seconds a point where this takes a fifth of one.
 * (kill-at-every-message.test.ts does it with processes, for the part that is the same for every adapter.)
 */
export class MortalHouse {
  readonly database: TestDatabase;
  readonly company: Company;
  readonly provider: Provider;
  readonly channelId: Id;
  readonly #under: AdapterUnderTest;
  readonly #blobDir: string;
  readonly #countsOfDrain: (piece: Buffer) => boolean;
  readonly #buried: Promise<void>[] = [];
  #life: Life | null = null;

  private constructor(
    parts: Pick<MortalHouse, "database" | "company" | "provider" | "channelId"> & { under: AdapterUnderTest; drainWhole: boolean; blobDir: string },
  ) {
    ({ database: this.database, company: this.company, provider: this.provider, channelId: this.channelId } = parts);
    this.#under = parts.under;
    this.#blobDir = parts.blobDir;
    this.#countsOfDrain = parts.drainWhole ? () => true : (piece) => TRANSACTION.test(piece.toString("latin1"));
  }

  /** `drainWhole`: every piece of the drain's own transactions is a point, not only their beginnings and ends. */
  static async build(under: AdapterUnderTest, { drainWhole = false } = {}): Promise<MortalHouse> {
    const database = await testDatabase({ max: 3 });
    const company = await seedCompany(database.sql);
    const provider = await under.provider();
    const { kind } = under.adapter;
    const [row] = await database.sql<
      { id: Id }[]
    >`INSERT INTO channel (kind, name, queue_id, config) VALUES (${kind}, ${under.name}, ${company.queueId}, '{}') RETURNING id`;
    const channelId = (row as { id: Id }).id;
    return new MortalHouse({ database, company, provider, channelId, under, drainWhole, blobDir: await mkdtemp(join(tmpdir(), "kommutator-killed-")) });
  }

  get life(): Life {
    if (this.#life === null) throw new Error("the house has not been started");
    return this.#life;
  }

  /** Starts the house, over wires of its own, when the one before is dead. Resolves when the channel is up. */
  async start(): Promise<void> {
    const { sql: database } = this.database;
    const old = this.#life;
    if (old !== null) {
      old.wires.die();
      this.#buried.push(old.bury());
      // As a process that has been dead for two seconds.
      await database`UPDATE lease SET expires_at = clock_timestamp()`;
    }
    const { door } = this.provider;
    await door?.down();
    const wires = new Wires(() => void door?.down());
    await database`UPDATE channel SET config = ${database.json((await this.#throughWires(wires)) as never)}, status = '{}' WHERE id = ${this.channelId}`;
    await door?.up();
    this.#life = await this.#live(wires);
    await until(`the channel of ${this.#under.name} is up`, () => this.#isUp(), { timeoutMs: 60_000 });
  }

  async close(): Promise<void> {
    await this.#life?.bury();
    await Promise.all(this.#buried);
    await this.provider.stop();
    await this.database.drop();
    await rm(this.#blobDir, { recursive: true, force: true });
  }

  /** How often each text stands in the channel's dialogs, in their order. */
  async texts(direction: "in" | "out"): Promise<string[]> {
    const rows = await this.database.sql<{ body: string }[]>`
      SELECT m.body FROM message m JOIN dialog d ON d.id = m.dialog_id WHERE m.channel_id = ${this.channelId} AND m.direction = ${direction} ORDER BY d.opened_at, m.seq`;
    return rows.map((row) => row.body);
  }

  async #isUp(): Promise<boolean> {
    const [row] = await this.database.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${this.channelId}`;
    return row?.state === "up";
  }

  async #throughWires(wires: Wires): Promise<Record<string, unknown>> {
    const config = { ...this.provider.config };
    for (const name of ["port", "imapPort", "smtpPort"]) if (typeof config[name] === "number") config[name] = await wires.to(config[name]);
    if (typeof config["apiUrl"] === "string") {
      const url = new URL(config["apiUrl"]);
      url.port = String(await wires.to(Number(url.port)));
      config["apiUrl"] = url.href.replace(/\/$/, "");
    }
    return config;
  }

  async #live(wires: Wires): Promise<Life> {
    const { adapter } = this.#under;
    const through = async (counted: (piece: Buffer) => boolean): Promise<string> => {
      const url = new URL(this.database.url);
      url.port = String(await wires.to(Number(url.port), counted));
      return url.href;
    };
    const uncounted = await through(() => false);
    // What lies between the provider's word and its acknowledgement: the channel's memory and the raw events.
    const sql = connect(await through(() => true), { max: 4 });
    const drains = connect(await through(this.#countsOfDrain), { max: 2 });
    const strict = connect(uncounted, { max: 3, applicationName: "kommutator-ingest", idleInTransactionMs: 1_000 });
    const leases = connect(uncounted, { max: 2, applicationName: "kommutator-leases" });
    const clock = { now: () => Date.now() };
    const holder = `mortal:${randomUUID()}`;
    const routing = createRouting({
      sql: strict,
      engineSql: leases,
      emit,
      clock,
      audit: async () => undefined,
      perform: () => undefined,
      lease: { holds: () => false, check: async () => undefined },
    });
    const crm = createCrm({ sql: strict, emit, enqueue: routing.enqueue, clock });
    const shared = { emit, enqueue: routing.enqueue, identify: crm.identify, now: clock.now, log: quiet, leaseSql: leases, holder };
    const ingest = createIngest({ ...shared, sql: strict, onCommitted: () => undefined });
    const blobs = createBlobStore(this.#blobDir);
    const rawEvents = createRawEvents(sql, blobs, (lane) => ingest.wake(lane));
    const supervisor = createSupervisor({
      sql,
      leaseSql: leases,
      holder,
      secretKey: new Uint8Array(32),
      registry: { [adapter.kind]: { exclusive: true, load: async () => adapter } },
      rawEvents,
      blobs,
      log: quiet,
    });
    // Only what it writes; its durable jobs are run by `drainAll`, and their own death is outward-order.test.ts's.
    const outbound = createOutbound({ ...shared, sql: strict, databaseUrl: uncounted, supervisor, blobs, onCommitted: () => undefined });
    const stop = new AbortController();
    const draining = keepLease(leases, { duty: "outbound", holder, stop: stop.signal }, async (lease) => {
      const deps = {
        ...shared,
        sql: drains,
        supervisor,
        blobs,
        maySend: () => lease.valid(),
        hold: (tx: Tx) => holdLease(tx, lease),
        onCommitted: () => undefined,
      };
      while (lease.valid()) {
        for (const dialogId of await this.#waiting()) await drain(deps, dialogId).catch(() => undefined);
        await pause(LOOK_MS, lease.signal);
      }
    });
    this.provider.attach?.(this.#hook(wires, supervisor));
    ingest.start();
    await supervisor.start();
    return {
      wires,
      outbound,
      supervisor,
      async bury() {
        stop.abort();
        await Promise.allSettled([draining, supervisor.stop(), ingest.stop(), routing.stop()]);
        wires.die();
        await Promise.all([sql, drains, strict, leases].map((pool) => pool.end({ timeout: 0 })));
      },
    };
  }

  /** Dialogs with something to be sent, as their durable jobs would name them. */
  async #waiting(): Promise<Id[]> {
    const rows = await this.database.sql<{ dialog_id: Id }[]>`
      SELECT DISTINCT dialog_id FROM message WHERE channel_id = ${this.channelId} AND direction = 'out' AND delivery = 'queued'`;
    return rows.map((row) => row.dialog_id);
  }

  /** What the provider calls: each request and each answer is a point. */
  #hook(wires: Wires, supervisor: ChannelSupervisor): Channel {
    const gone = () => new ChannelError("unreachable", "the house has died");
    const webhook: Channel["webhook"] = async (request) => {
      if (!wires.pass()) throw gone();
      const admitted = await supervisor.admit(this.channelId, request);
      const answer = admitted !== null && typeof admitted !== "number" ? admitted : await supervisor.webhook(this.channelId, request);
      if (!wires.pass()) throw gone();
      return answer;
    };
    return { webhook } as Channel;
  }
}
