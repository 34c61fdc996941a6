import type { Id, Medium } from "@kommutator/contract/ids";
import type { Clock, Db, DecideWithin, EmitEvents, EnqueueRouting, Identify, Tx, WriteAudit } from "@kommutator/contract/ports";
import type { PerformRouterCommand, RouterCommand } from "@kommutator/contract/routing-input";
import type { FastifyPluginAsync } from "fastify";
import { Engine } from "./engine.ts";
import type { RouterLease } from "./faults.ts";
import { insertInputs } from "./inputs.ts";
import { type Submit, submitter } from "./outcome.ts";
import { type AgentPresence, presenceOf } from "./presence.ts";
import { insertQueue } from "./queues.ts";
import { routingRoutes } from "./routes.ts";

export interface RoutingDeps {
  sql: Db;
  emit: EmitEvents;
  /** Takes a command once its decision is durable; must not throw or block. Given at least once: ids are the same when given again. */
  perform: PerformRouterCommand;
  /** Told of orders whose decision is being committed, so that what they need can be looked up meanwhile; in `tx` when it stands there alone. */
  prepare?: ((commands: readonly RouterCommand[], tx?: Tx) => void) | undefined;
  /** Connections of the engine's own, so that a decision never waits behind the screens' queries; otherwise `sql`. */
  engineSql?: Db | undefined;
  clock: Clock;
  audit: WriteAudit;
  /** The router's lease: only its holder decides. */
  lease: RouterLease;
  /** Writes a system note into a dialog's thread. */
  note?: ((tx: Tx, dialogId: Id, note: { code: string; params: Record<string, unknown> }) => Promise<void>) | undefined;
  /** Who calls or writes, for the question what would happen; what it writes is rolled back. */
  identify?: Identify["identify"] | undefined;
  onError?: ((what: string, error: unknown) => void) | undefined;
}

export interface Routing {
  /** Puts inputs before the router in the caller's transaction; the engine looks often for a moment, to see the commit. */
  enqueue: EnqueueRouting;
  /** The same for who calls `wake` after the commit: nothing looks before. */
  put: EnqueueRouting;
  decideWithin: DecideWithin;
  /** Say that inputs were committed: the engine looks at once. Not calling it costs a few milliseconds. */
  wake(): void;
  /** The same for inputs that hardly ever change anything: they are looked at together, in a moment. */
  wakeSoon(): void;
  start(): Promise<void>;
  /** For a node that waits for another's duties: reads what a take-over will read, so that it need not be done cold. */
  warmUp(): Promise<void>;
  /** Ends after the batch in progress. */
  stop(): Promise<void>;
  /** Mount under /api/v1. */
  routes: FastifyPluginAsync;
  /** Puts one input before the router in a transaction of its own and waits until its decision is durable. */
  submit: Submit;
  presenceOf(employeeId: Id): Promise<AgentPresence>;
  /** Set-up makes its queues in its own transaction. */
  createQueue(
    tx: Tx,
    queue: { name: string; departmentId: Id | null; calendarId: Id; members: { employeeId: Id; media: Medium[]; weight: number }[] },
  ): Promise<Id>;
}

/** The routing engine with its inputs and routes; compose.ts gives it the gateway's parts. */
export function createRouting(deps: RoutingDeps): Routing {
  const engine = new Engine({ ...deps, sql: deps.engineSql ?? deps.sql });
  const submit = submitter(deps.sql, engine);
  const enqueue: EnqueueRouting = async (tx, inputs) => engine.expect(await insertInputs(tx, inputs));
  return {
    enqueue,
    async put(tx, inputs) {
      await insertInputs(tx, inputs);
    },
    decideWithin: (inputs) => engine.decideWithin(inputs),
    wake: () => engine.wake(),
    wakeSoon: () => engine.wakeSoon(),
    async start() {
      engine.start();
    },
    warmUp: () => engine.warmUp(),
    stop: () => engine.stop(),
    routes: routingRoutes({ ...deps, enqueue, submit }),
    submit,
    presenceOf: (employeeId) => presenceOf(deps.sql, employeeId),
    createQueue: (tx, { members, ...queue }) => insertQueue({ enqueue, now: () => deps.clock.now() }, tx, queue, members),
  };
}
