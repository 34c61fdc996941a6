import type { Tx } from "@kommutator/contract/db";
import { createCrm } from "@kommutator/crm-core";
import { writeAudit } from "@kommutator/crm-core/audit/index";
import { ensureFirstAdmin } from "@kommutator/crm-core/setup/index";
import { createRouting, type RouterLease } from "@kommutator/routing";
import type { Logger } from "pino";
import { AccessSignals } from "./api/access-signals.ts";
import { createCrmHooks } from "./api/crm-hooks.ts";
import { createLogger } from "./api/logger.ts";
import { buildApi } from "./api/server.ts";
import type { Config } from "./config.ts";
import { checkDataFolder } from "./db/data-marker.ts";
import { holdLease, keepLease, type Lease, LeaseLost } from "./db/lease.ts";
import { type Database, openDatabase } from "./db/open.ts";
import { endSessionsOf, nameHolder } from "./db/sessions.ts";
import { createAtOnce } from "./dialogs/at-once.ts";
import { createDialogs } from "./dialogs/close.ts";
import { append, emit } from "./dialogs/emit.ts";
import { createIngest } from "./dialogs/ingest.ts";
import { createStream } from "./dialogs/stream.ts";
import { createTextsAtOnce } from "./dialogs/texts-at-once.ts";
import { createRawEvents } from "./inbound/raw-events.ts";
import type { AdapterRegistry } from "./inbound/registry.ts";
import { createSupervisor } from "./inbound/supervisor.ts";
import { createBlobStore } from "./media/blob-store.ts";
import { createFileGuard } from "./media/file-guard.ts";
import { createOutbound } from "./outbound/outbound.ts";
import { createPerformer } from "./outbound/performer.ts";
import type { House } from "./ports.ts";
import { connectRedis, type NodeSignals } from "./redis.ts";
import { repeatJobs } from "./repeat.ts";
import { warmStandby } from "./standby.ts";

/** The adapters of this build, loaded when first needed. A new kind of channel is one line here. */
export const adapters: AdapterRegistry = {
  "asterisk-ari": { exclusive: true, load: async () => (await import("@kommutator/adapters/asterisk-ari")).default },
  email: { exclusive: true, load: async () => (await import("@kommutator/adapters/email")).default },
  "sms-smpp": { exclusive: true, load: async () => (await import("@kommutator/adapters/sms-smpp")).default },
  "sms-http": { exclusive: true, load: async () => (await import("@kommutator/adapters/sms-http")).default },
  "web-chat": { exclusive: false, load: async () => (await import("@kommutator/adapters/web-chat")).default },
  "web-form": { exclusive: false, load: async () => (await import("@kommutator/adapters/web-form")).default },
  viber: { exclusive: false, load: async () => (await import("@kommutator/adapters/viber")).default },
  vk: { exclusive: (config) => config["mode"] === "polling", load: async () => (await import("@kommutator/adapters/vk")).default },
  telegram: { exclusive: (config) => config["mode"] !== "webhook", load: async () => (await import("@kommutator/adapters/telegram")).default },
};

export interface HouseOptions {
  log?: Logger;
  registry?: AdapterRegistry;
  /** Told what the person who starts it should read: addresses, the first login. */
  say?: (text: string) => void;
  now?: () => number;
}

/**
 * The composition root: builds every part, gives each the others, and starts them from the inside out (database, stream,
 * router, ingest, jobs, HTTP, channels last). `close` goes the other way: channels stop taking, what is in flight is
 * finished and stamped, sockets say goodbye, the database last.
 */
export async function startHouse(config: Config, options: HouseOptions = {}): Promise<House> {
  const log = options.log ?? createLogger(config.logLevel);
  const say = options.say ?? (() => undefined);
  const now = options.now ?? Date.now;
  const clock = { now };
  const registry = options.registry ?? adapters;
  const { holder, mark } = nameHolder(config.node);
  const partLog = (part: string) => {
    const child = log.child({ part });
    return { warn: (d: object, m: string) => child.warn(d, m), error: (d: object, m: string) => child.error(d, m) };
  };

  const database: Database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, mark, say });
  const { sql, strict, lookups, engine, leases } = database;
  await checkDataFolder(sql, config.dataDir).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });

  // The router decides only while its lease is ours; the engine starts and stops with it, so its memory is never an old one's. The
  // other duties go where it goes: what they hand each other stays in memory, and a dead node's go to the next together.
  let routerLease: Lease | null = null;
  const under = () => routerLease;
  const lease: RouterLease = {
    holds: () => routerLease?.valid() ?? false,
    async check(tx: Tx) {
      if (routerLease === null) throw new LeaseLost("router");
      await holdLease(tx, routerLease);
    },
  };
  let signals: NodeSignals | null = null;
  const stream = createStream({ sql, lookups, leaseSql: leases, holder, under, log: partLog("stream"), announce: () => signals?.announce() });
  const blobs = createBlobStore(`${config.dataDir}/blobs`);
  const access = new AccessSignals();
  const wakeAll = () => {
    stream.wake();
    routing.wake();
  };
  const rawEvents = createRawEvents(
    strict,
    blobs,
    (lane) => {
      ingest.wake(lane);
      signals?.announce();
    },
    {
      now,
      atOnce: { store: (...about) => atOnce.store(...about), expect: (...about) => atOnce.expect(...about) },
      textsAtOnce: (take, fence) => textsAtOnce(take, fence),
    },
  );
  const supervisor = createSupervisor({
    sql,
    leaseSql: leases,
    holder,
    under,
    secretKey: config.secretKey,
    registry,
    rawEvents,
    blobs,
    log: partLog("channels"),
    now,
    onOpen: (channelId) => outbound.channelOpened(channelId),
  });

  const performer = createPerformer({
    sql,
    supervisor,
    lease,
    emit,
    enqueue: (tx, inputs) => routing.enqueue(tx, inputs),
    now,
    log: partLog("performer"),
    onCommitted: () => wakeAll(),
  });
  const routing = createRouting({
    sql,
    emit,
    clock,
    audit: writeAudit,
    perform: performer.perform,
    prepare: performer.prepare,
    engineSql: engine,
    lease,
    note: (tx, dialogId, note) => outbound.note(tx, dialogId, note),
    identify: (tx, from, context) => crm.identify.identify(tx, from, context),
    onError: (what, error) => log.error({ part: "routing", what, error }, "routing"),
  });

  const crm = createCrm({
    sql,
    emit,
    enqueue: routing.enqueue,
    clock,
    hooks: createCrmHooks({
      sql,
      supervisor,
      registry,
      access,
      log,
      secretKey: config.secretKey,
      publicUrl: config.publicUrl,
      createQueue: routing.createQueue,
      closeDialog: (tx, dialogId) => dialogs.end(tx, dialogId, "system"),
      note: (tx, dialogId, note) => outbound.note(tx, dialogId, note),
      configuredChannels: () => [...config.channels],
    }),
  });
  const shared = { emit, enqueue: routing.enqueue, identify: crm.identify, now, onCommitted: wakeAll };
  const fileGuard = createFileGuard(config.files);
  const ingest = createIngest({
    judgesFiles: fileGuard !== null,
    sql: strict,
    leaseSql: leases,
    holder,
    under,
    log: partLog("ingest"),
    ...shared,
    emit: append,
    enqueue: routing.put,
  });
  const atOnce = createAtOnce({
    ...shared,
    sql: strict,
    emit: append,
    enqueue: routing.put,
    decide: routing.decideWithin,
    makeReady: performer.makeReady,
    log: partLog("ingest"),
    onCommitted: (decided) => (decided ? stream.wake() : wakeAll()),
  });
  const textsAtOnce = createTextsAtOnce({
    ...shared,
    judgesFiles: fileGuard !== null,
    sql: strict,
    telling: () => stream.telling(),
    enqueue: routing.put,
    log: partLog("ingest"),
    onCommitted: (inputs) => (inputs.every((i) => i.kind === "dialog.message") ? routing.wakeSoon() : routing.wake()),
  });
  const outbound = createOutbound({
    sql,
    leaseSql: leases,
    databaseUrl: database.url,
    holder,
    under,
    supervisor,
    blobs,
    log: partLog("outbound"),
    mediaMaxBytes: config.mediaMaxBytes,
    fileGuard,
    ...shared,
  });
  const dialogs = createDialogs({ emit, enqueue: routing.enqueue, now });
  if (config.redisUrl !== null) {
    const onWake = () => {
      wakeAll();
      ingest.wake("voice");
      ingest.wake("text");
    };
    signals = await connectRedis(config.redisUrl, holder, onWake, partLog("redis"));
  }

  const stopRouter = new AbortController();
  const { app } = await buildApi({
    sql,
    lookups,
    clock,
    emit,
    enqueue: routing.enqueue,
    stream,
    supervisor,
    outbound,
    dialogs,
    blobs,
    registry,
    rawEvents,
    access,
    routes: [crm.routes, routing.routes],
    config: {
      publicUrl: config.publicUrl,
      node: holder,
      trustProxy: config.trustProxy,
      secretKey: config.secretKey,
      uiDir: config.uiDir,
      metricsToken: config.metricsToken,
    },
    log,
    redis: signals?.counter,
    nodes: signals ?? undefined,
    wakeIngest: () => {
      ingest.wake("voice");
      ingest.wake("text");
    },
  });
  const password = await ensureFirstAdmin(sql, { password: config.firstPassword ?? undefined });
  await stream.start();
  for (const reader of crm.readers) stream.run(reader);
  const router = keepLease(
    leases,
    {
      ...{ duty: "router", holder, stop: stopRouter.signal },
      onTakeOver: (from) =>
        void endSessionsOf(leases, from).then(
          (sessions) => log.warn({ from, sessions }, "took over from a node that did not give back its duties; its database sessions are ended"),
          (error: unknown) => log.warn({ from, error }, "the database sessions of the node before could not be ended"),
        ),
      onError: (error) => log.warn({ error }, "the router's lease"),
    },
    async (taken) => {
      routerLease = taken;
      try {
        await routing.start();
        await new Promise<void>((resolve) => (taken.signal.aborted ? resolve() : taken.signal.addEventListener("abort", () => resolve(), { once: true })));
      } finally {
        await routing.stop();
        routerLease = null;
      }
    },
  );
  const coolDown = warmStandby({ strict, identify: crm.identify, routing, decides: () => routerLease !== null, log });
  ingest.start();
  await outbound.start();
  const jobs = repeatJobs({ leaseSql: leases, holder, under, jobs: crm.jobs, log: partLog("jobs") });
  await app.listen({ host: config.host, port: config.port });
  await supervisor.start();

  const address = app.server.address();
  const port = address !== null && typeof address === "object" ? address.port : config.port;
  const url = `http://${config.host === "0.0.0.0" || config.host === "::" ? "127.0.0.1" : config.host}:${port}`;
  if (password !== null) say(`First login:  admin  /  ${password}\n(shown once; only its hash is stored)`);

  let closing: Promise<void> | null = null;
  return {
    url,
    databaseUrl: database.url,
    close() {
      closing ??= (async () => {
        coolDown();
        await app.close();
        await supervisor.stop();
        await jobs.stop();
        await outbound.stop();
        await ingest.stop();
        stopRouter.abort();
        await router;
        await performer.idle();
        await stream.stop();
        await signals?.close();
        await database.close();
      })();
      return closing;
    },
  };
}
