import { randomUUID } from "node:crypto";
import type { Channel } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { connect } from "@kommutator/gateway/db/pool";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createOutbound } from "@kommutator/gateway/outbound/outbound";
import type { Outbound } from "@kommutator/gateway/ports";
import { insertInputs } from "@kommutator/routing/shell/inputs";
import { until } from "../../lab/support/wait.ts";
import type { WrittenHouse } from "../../support/written-house.ts";
import type { AdapterUnderTest, Provider } from "../provider.ts";
import { SlowWire } from "./slow-wire.ts";

/** A channel of the whole house, and its provider at the other end of a wire. */
export interface WholeChannel {
  id: Id;
  provider: Provider;
  wire: SlowWire;
  close(): Promise<void>;
}

/** The longest that the settings allow: whoever hangs, hangs until it is let go. */
const PATIENT = { pduTimeoutMs: 120_000, timeoutMs: 120_000, requestTimeoutMs: 120_000, apiTimeoutMs: 120_000 };
/** Headers that belong to one connection alone. */
const OF_CONNECTION = /^(host|connection|content-length|transfer-encoding)$/;

/** Sets up the channel as the administrator would; what its provider calls goes on to the house. `slowly`: over a wire that can be slow, with patience. */
export async function addWhole(home: WrittenHouse, under: AdapterUnderTest, { slowly = false } = {}): Promise<WholeChannel> {
  const provider = await under.provider();
  const wire = new SlowWire();
  const config = { ...provider.config };
  if (slowly) {
    for (const name of ["port", "imapPort", "smtpPort"]) if (typeof config[name] === "number") config[name] = await wire.to(config[name]);
    if (typeof config["apiUrl"] === "string") {
      const url = new URL(config["apiUrl"]);
      url.port = String(await wire.to(Number(url.port)));
      config["apiUrl"] = url.href.replace(/\/$/, "");
    }
    for (const [name, value] of Object.entries(PATIENT)) if (name in config) config[name] = value;
  }
  let id = "";
  const webhook: Channel["webhook"] = async ({ method, path, query, headers, body }) => {
    const kept = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || OF_CONNECTION.test(name) ? [] : [[name, value] as [string, string]],
    );
    const address = `${home.house.url}/hooks/${id}${path}?${new URLSearchParams(query)}`;
    const answer = await fetch(address, { method, headers: kept, ...(/GET|HEAD/.test(method) ? {} : { body: Buffer.from(body) }) });
    return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
  };
  provider.attach?.({ webhook } as Channel);
  id = await home.addChannel(under.adapter.kind, under.name, config);
  const state = async () => (await home.db.sql<{ state: string }[]>`SELECT status->>'state' AS state FROM channel WHERE id = ${id}`)[0]?.state;
  await until(`${under.name} is up`, async () => (await state()) === "up", { timeoutMs: 90_000, everyMs: 100 });
  return {
    id,
    provider,
    wire,
    async close() {
      await home.db.sql`UPDATE channel SET enabled = false, version = version + 1 WHERE id = ${id}`;
      wire.close();
      await provider.stop();
    },
  };
}

/** Writes replies by the same code as the API's, without its requests: hundreds at once. */
export class Writer {
  readonly #home: WrittenHouse;
  readonly #outbound: Outbound;
  readonly #leases: ReturnType<typeof connect>;

  constructor(home: WrittenHouse) {
    const unused = (): never => {
      throw new Error("this process only writes replies");
    };
    this.#home = home;
    this.#leases = connect(home.db.url, { max: 1 });
    this.#outbound = createOutbound({
      sql: home.db.sql,
      leaseSql: this.#leases,
      databaseUrl: home.db.url,
      holder: "writer",
      supervisor: { open: () => null, perform: unused },
      blobs: { put: unused, write: unused, record: unused, open: unused, read: unused },
      identify: new Proxy({} as never, { get: () => unused }),
      emit,
      enqueue: async (tx, inputs) => void (await insertInputs(tx, inputs)),
      now: Date.now,
      log: { warn: () => undefined, error: () => undefined },
      onCommitted: () => undefined,
    });
  }

  async reply(dialogId: Id, text: string): Promise<void> {
    const employeeId = this.#home.company.employees.aigul.id;
    const written = { dialogId, employeeId, clientKey: randomUUID(), text, attachments: [], internal: false, mentions: [] };
    await this.#home.db.sql.begin((tx) => this.#outbound.reply(tx, written));
  }

  close = (): Promise<void> => this.#leases.end({ timeout: 1 });
}

/** The dialogs of a channel. */
export async function dialogsOf(home: WrittenHouse, channelId: Id): Promise<Id[]> {
  return (await home.db.sql<{ id: Id }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId} ORDER BY opened_at, id`).map((row) => row.id);
}
