import type { Clock, Db, EmitEvents, EnqueueRouting } from "@kommutator/contract/ports";
import type { FastifyPluginAsync } from "fastify";
import type { Logger } from "pino";
import type { RawEvents } from "../inbound/raw-events.ts";
import type { AdapterRegistry } from "../inbound/registry.ts";
import type { BlobStore, ChannelSupervisor, Dialogs, Outbound, Stream } from "../ports.ts";
import type { AccessSignals } from "./access-signals.ts";

/** What the API is made of; compose.ts gives the real parts, tests give real ones or the few they need. */
export interface ApiDeps {
  sql: Db;
  /** For rows by their keys on the live path (db/open.ts); `sql` when there is none. */
  lookups?: Db | undefined;
  clock: Clock;
  emit: EmitEvents;
  enqueue: EnqueueRouting;
  stream: Pick<Stream, "read" | "head" | "subscribe">;
  supervisor: ChannelSupervisor;
  outbound: Outbound;
  dialogs: Dialogs;
  blobs: BlobStore;
  registry: AdapterRegistry;
  /** Takes events that a person has imported, as a channel reports them. */
  rawEvents: Pick<RawEvents, "report">;
  /** Sessions that ended, rights that changed: crm-core's hooks say it here, sockets listen. */
  access: AccessSignals;
  /** The routes of crm-core and routing, mounted under /api/v1. */
  routes: FastifyPluginAsync[];
  config: ApiConfig;
  log: Logger;
  /** Shared counters of the rate limits when there are several nodes. */
  redis?: RateCounter | undefined;
  /** Words between the nodes, when there are several. */
  nodes?: NodeWords | undefined;
  /** Ingest has something to do again: an event of the error list was put back. */
  wakeIngest?: (() => void) | undefined;
}

export interface ApiConfig {
  /** How people reach us, without a trailing slash. */
  publicUrl: string;
  /** This process among the nodes, different after every start: rows of agent_connection carry it. */
  node: string;
  trustProxy: boolean;
  /** Seals channel secrets and derives the softphones' passwords. */
  secretKey: Uint8Array;
  /** Folder with the built workspace (index.html) and widget; null serves no pages. */
  uiDir: string | null;
  /** Bearer token that /metrics asks for; null answers to this machine only. */
  metricsToken: string | null;
  /** Requests a minute and client before 429; the default is 1,200. */
  requestsPerMinute?: number | undefined;
}

/** What one node tells all others at once; kept nowhere, and lost when nobody listens. */
export interface NodeWords {
  tell(word: unknown): void;
  /** Hears what others tell, not what this node does. Returns how to stop. */
  onTold(listener: (word: unknown) => void): () => void;
}

/** INCR with an expiry, as node-redis offers it. */
export interface RateCounter {
  incr(key: string): Promise<number>;
  pExpire(key: string, ms: number): Promise<unknown>;
  pTTL(key: string): Promise<number>;
}
