import { timingSafeEqual } from "node:crypto";
import { AppError } from "@kommutator/contract/errors";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ApiDeps } from "./deps.ts";

export interface LiveMetrics {
  sockets: Gauge;
  cut: Counter;
  sent: Counter<"event">;
  delayMs: Histogram;
}
export interface Metrics {
  registry: Registry;
  live: LiveMetrics;
}

function mayRead(request: FastifyRequest, token: string | null): boolean {
  if (token === null) return request.headers["x-forwarded-for"] === undefined && /^(127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? "");
  const [sent, wanted] = [Buffer.from(request.headers.authorization ?? ""), Buffer.from(`Bearer ${token}`)];
  return sent.byteLength === wanted.byteLength && timingSafeEqual(sent, wanted);
}

/** GET /metrics for Prometheus: with the token when one is configured, else from this machine only. */
export function addMetrics(app: FastifyInstance, deps: ApiDeps): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: "kommutator_http_duration_seconds",
    help: "Requests by route, method and status",
    labelNames: ["method", "route", "status"],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const { sql } = deps;
  const gauge = <L extends string>(name: string, help: string, labelNames: L[], read: (g: Gauge<L>) => Promise<void>) =>
    new Gauge<L>({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        this.reset();
        await read(this).catch((error: unknown) => deps.log.warn({ err: error, metric: name }, "a metric could not be read"));
      },
    });
  gauge("kommutator_raw_events_accepted", "Events stored before the acknowledgement, by what became of them", ["kind", "state"], async (g) => {
    const rows = await sql<{ kind: string; state: string; n: number }[]>`
      SELECT c.kind, r.state, count(*)::int AS n FROM raw_event r JOIN channel c ON c.id = r.channel_id GROUP BY 1, 2`;
    for (const r of rows) g.set({ kind: r.kind, state: r.state }, r.n);
  });
  gauge("kommutator_ingest_lag_seconds", "Age of the oldest event accepted and not yet ingested", [], async (g) => {
    const [row] = await sql<
      { lag: number | null }[]
    >`SELECT extract(epoch FROM clock_timestamp() - min(received_at))::float8 AS lag FROM raw_event WHERE state = 'pending'`;
    g.set(row?.lag ?? 0);
  });
  gauge("kommutator_stream_lag_events", "Events behind the head of the stream, by reader; unstamped ones as reader 'sequencer'", ["reader"], async (g) => {
    const rows = await sql<{ name: string; lag: number }[]>`SELECT r.name, h.position - r.position AS lag FROM stream_reader r, stream_head h`;
    for (const r of rows) g.set({ reader: r.name }, r.lag);
    const [unstamped] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM dialog_event WHERE position IS NULL`;
    g.set({ reader: "sequencer" }, unstamped?.n ?? 0);
  });
  gauge("kommutator_open_dialogs", "Dialogs open now, by medium", ["medium"], async (g) => {
    for (const r of await sql<{ medium: string; n: number }[]>`SELECT medium, count(*)::int AS n FROM dialog WHERE closed_at IS NULL GROUP BY 1`)
      g.set({ medium: r.medium }, r.n);
  });
  gauge("kommutator_waiting_entries", "Dialogs waiting in a queue, by medium", ["medium"], async (g) => {
    for (const r of await sql<{ medium: string; n: number }[]>`SELECT medium, count(*)::int AS n FROM entry WHERE ended_at IS NULL GROUP BY 1`)
      g.set({ medium: r.medium }, r.n);
  });
  gauge("kommutator_unsent_messages", "Messages on their way out, by delivery state", ["delivery"], async (g) => {
    const rows = await sql<
      { delivery: string; n: number }[]
    >`SELECT delivery, count(*)::int AS n FROM message WHERE delivery IN ('queued', 'uncertain') GROUP BY 1`;
    for (const r of rows) g.set({ delivery: r.delivery }, r.n);
  });
  gauge("kommutator_routing_inputs", "Inputs that the router has not decided yet", [], async (g) => {
    const [row] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM routing_input`;
    g.set(row?.n ?? 0);
  });
  gauge("kommutator_quarantine", "Inputs that the router set aside after failing twice alone", [], async (g) => {
    const [row] = await sql<{ n: number }[]>`SELECT count(*)::int AS n FROM routing_quarantine`;
    g.set(row?.n ?? 0);
  });
  gauge("kommutator_channel_up", "1 while the channel is up", ["kind", "channel"], async (g) => {
    const rows = await sql<{ kind: string; name: string; up: boolean }[]>`
      SELECT kind, name, coalesce(status->>'state' = 'up', false) AS up FROM channel WHERE enabled AND archived_at IS NULL`;
    for (const r of rows) g.set({ kind: r.kind, channel: r.name }, r.up ? 1 : 0);
  });
  app.addHook("onResponse", async (request, reply) => {
    if (request.is404) return;
    duration.observe({ method: request.method, route: request.routeOptions.url ?? "", status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  });
  app.get("/metrics", { config: { public: true }, schema: { hide: true } }, async (request, reply) => {
    if (!mayRead(request, deps.config.metricsToken)) throw new AppError("not_found");
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  return {
    registry,
    live: {
      sockets: new Gauge({ name: "kommutator_sockets", help: "Live sockets of this node", registers }),
      cut: new Counter({ name: "kommutator_sockets_cut_total", help: "Sockets cut because they were too slow", registers }),
      sent: new Counter({ name: "kommutator_socket_events_total", help: "Events sent to browsers", labelNames: ["event"], registers }),
      delayMs: new Histogram({
        name: "kommutator_live_delay_ms",
        help: "From the event's commit to its sending",
        buckets: [2, 5, 10, 20, 50, 100, 250, 1000, 5000],
        registers,
      }),
    },
  };
}
