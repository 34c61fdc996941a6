import type { Principal } from "@kommutator/contract/access";
import { Id as IdSchema } from "@kommutator/contract/api/common";
import { SocketAuth, TypingBody, WatchBody } from "@kommutator/contract/api/socket";
import type { Id } from "@kommutator/contract/ids";
import { readCookie, SESSION_COOKIE } from "@kommutator/crm-core/access/cookies";
import { resolveSession } from "@kommutator/crm-core/access/session";
import type { FastifyInstance } from "fastify";
import { Server, type Socket } from "socket.io";
import { z } from "zod";
import { knownAbilities } from "../../inbound/abilities.ts";
import type { ApiDeps } from "../deps.ts";
import { requireDialog } from "../dialogs/access.ts";
import { type DialogRow, readDialogRows } from "../dialogs/summary.ts";
import type { LiveMetrics } from "../metrics.ts";
import { sees } from "./batch.ts";
import { Client } from "./client.ts";
import { Connections } from "./connections.ts";
import { Hub } from "./hub.ts";
import { queuesOf, Rights } from "./rights.ts";

/** What nodes tell each other of a dialog that somebody writes in; `who` is empty for the customer. */
const Typed = z.object({ dialogId: IdSchema, who: z.string(), except: IdSchema.nullable() });
type Typed = z.infer<typeof Typed>;

const TYPING_EVERY_MS = 1_000;
/** Tells idle browsers how far the stream is, so that their cursors do not grow old. */
const HELLO_EVERY_MS = 30_000;

export interface Live {
  /** An agent writes in a dialog: shown to the other side and to colleagues who watch it. */
  typing(dialog: DialogRow, who: Principal): void;
  /** Unread count or draft of one viewer changed. */
  refresh(dialogId: Id, employeeId: Id): void;
}

function sameOrigin(origin: string | undefined, host: string | undefined, publicUrl: string): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  return new URL(origin).host === host || new URL(origin).origin === new URL(publicUrl).origin;
}

/** The live sockets on the application's server (socket.io, path /live), as contract/api/socket.ts says. */
export function attachLive(app: FastifyInstance, deps: ApiDeps, metrics: LiveMetrics): Live {
  const { sql, clock, log } = deps;
  const lookups = deps.lookups ?? sql;
  const now = () => clock.now();
  const io = new Server(app.server, {
    path: "/live",
    serveClient: false,
    transports: ["websocket", "polling"],
    maxHttpBufferSize: 100_000,
    pingInterval: 10_000,
    pingTimeout: 10_000,
    allowRequest: (request, done) => done(null, sameOrigin(request.headers.origin, request.headers.host, deps.config.publicUrl)),
  });
  const hub = new Hub({ sql: lookups, stream: deps.stream, log, metrics, now });
  const connections = new Connections({ sql, enqueue: deps.enqueue, clock, node: deps.config.node, log });
  const everyone = new Set<Client>();
  const rights = new Rights({ sql, clients: () => [...everyone].filter((c) => c.placed), now, position: () => hub.position, log });
  const typedAt = new Map<string, number>();
  const working = new Set<Promise<unknown>>();
  let stopped = false;
  /** Work begun by a socket is finished before the server stops; its failure costs that socket only. */
  const run = (client: Client | null, work: Promise<unknown>) => {
    const done = work
      .catch((error: unknown) => {
        if (stopped) return;
        log.warn({ err: error }, "a socket's request failed");
        client?.cut();
      })
      .finally(() => working.delete(done));
    working.add(done);
  };

  const live: Live = {
    typing(dialog, who) {
      tellTyping(dialog, who.name, who.employeeId);
      deps.nodes?.tell({ dialogId: dialog.id, who: who.name, except: who.employeeId } satisfies Typed);
      if (now() - (typedAt.get(dialog.id) ?? 0) < TYPING_EVERY_MS) return;
      if (typedAt.size > 1_000) typedAt.clear();
      typedAt.set(dialog.id, now());
      run(null, showTyping(dialog.id, dialog.channel_id));
    },
    refresh: (dialogId, employeeId) => run(null, hub.refresh(dialogId, employeeId)),
  };

  /** To those who watch the dialog and may see it. */
  function tellTyping(dialog: DialogRow, who: string, except: Id | null): void {
    for (const client of hub.clients) {
      if (client.watched.has(dialog.id) && client.employeeId !== except && sees(client, dialog)) client.send("typing", { dialogId: dialog.id, who });
    }
  }

  async function showTyping(dialogId: Id, channelId: Id): Promise<void> {
    const abilities = await knownAbilities(deps.supervisor, sql, channelId);
    if (abilities?.commands.includes("typing.show") !== true) return;
    const [row] = await sql<{ thread_key: string }[]>`SELECT thread_key FROM dialog WHERE id = ${dialogId} AND closed_at IS NULL`;
    if (row !== undefined) await deps.supervisor.perform(channelId, "typing.show", { threadKey: row.thread_key });
  }

  async function customerTypes(channelId: Id, threadKey: string): Promise<void> {
    const [dialog] = await sql<{ id: Id }[]>`SELECT id FROM dialog WHERE channel_id = ${channelId} AND thread_key = ${threadKey} AND closed_at IS NULL`;
    if (dialog === undefined) return;
    const typed: Typed = { dialogId: dialog.id, who: "", except: null };
    deps.nodes?.tell(typed);
    await typedSomewhere(typed);
  }

  /** Here or at another node, whose channel it is or where the colleague sits. */
  async function typedSomewhere({ dialogId, who, except }: Typed): Promise<void> {
    if (![...hub.clients].some((c) => c.watched.has(dialogId))) return;
    const [row] = await readDialogRows(sql, [dialogId]);
    if (row !== undefined) tellTyping(row, who, except);
  }

  io.use((socket, next) => {
    const token = readCookie(socket.request.headers.cookie, SESSION_COOKIE);
    (token === null ? Promise.resolve(null) : resolveSession(sql, token, now())).then(
      (session) => {
        if (session === null) return next(new Error("unauthenticated"));
        socket.data["principal"] = session.principal;
        next();
      },
      () => next(new Error("overloaded")),
    );
  });

  io.on("connection", (socket: Socket) => {
    const principal = socket.data["principal"] as Principal;
    const auth = SocketAuth.safeParse(socket.handshake.auth);
    const client = new Client(socket, principal, new Set(), metrics);
    if (auth.success) for (const id of auth.data.watch) hub.watchers.add(client, id);
    everyone.add(client);
    metrics.sockets.set(everyone.size);
    socket.on("disconnect", () => {
      client.gone = true;
      everyone.delete(client);
      hub.clients.delete(client);
      hub.watchers.drop(client);
      metrics.sockets.set(everyone.size);
      run(
        null,
        joined.then(() => connections.remove(socket.id)),
      );
    });
    const joined = (async () => {
      client.queueIds = (await queuesOf(sql, [principal.employeeId])).get(principal.employeeId) ?? new Set();
      client.placed = true;
      await connections.add(socket.id, principal.employeeId);
      if (!client.gone) await hub.join(client, auth.success ? (auth.data.position ?? null) : null);
    })();
    run(client, joined);

    socket.on("watch", (body: unknown) => {
      const watch = WatchBody.safeParse(body);
      // After joining, so that nothing comes before what the replay brings.
      if (watch.success)
        run(
          client,
          joined.then(() => hub.watch(client, watch.data.dialogId, watch.data.position ?? null)),
        );
    });
    socket.on("unwatch", (body: unknown) => {
      const watch = WatchBody.safeParse(body);
      if (watch.success) hub.watchers.delete(client, watch.data.dialogId);
    });
    let lastTyped = 0;
    socket.on("typing", (body: unknown) => {
      const typing = TypingBody.safeParse(body);
      if (!typing.success || now() - lastTyped < TYPING_EVERY_MS) return;
      lastTyped = now();
      run(
        null,
        requireDialog(sql, client.principal, typing.data.dialogId, "edit").then(
          (row) => live.typing(row, client.principal),
          () => undefined,
        ),
      );
    });
  });

  const forget = [
    deps.access.onSessionsEnded((end) => {
      for (const client of everyone) {
        const hit = client.employeeId === end.employeeId && (end.sessionIds === null || end.sessionIds.includes(client.principal.sessionId));
        if (hit) client.bye(end.reason);
      }
    }),
    deps.access.onRightsChanged(() => run(null, rights.read())),
    deps.supervisor.onSignal((signal) => {
      if (signal.kind !== "typing") return;
      run(null, customerTypes(signal.channelId, signal.threadKey));
    }),
  ];
  if (deps.nodes !== undefined)
    forget.push(
      deps.nodes.onTold((word) => {
        const typed = Typed.safeParse(word);
        if (typed.success) run(null, typedSomewhere(typed.data));
      }),
    );
  const helloTimer = setInterval(() => {
    for (const client of hub.clients) client.hello(hub.position, now());
  }, HELLO_EVERY_MS);
  helloTimer.unref();

  app.addHook("preClose", async () => {
    stopped = true;
    for (const off of forget) off();
    clearInterval(helloTimer);
    await rights.stop();
    await hub.stop();
    io.disconnectSockets(true);
    io.engine.close();
    await Promise.all([...working]);
    await connections.stop();
  });
  return live;
}
