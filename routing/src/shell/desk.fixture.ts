import type { Principal } from "@kommutator/contract/access";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import Fastify, { type FastifyInstance } from "fastify";
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { type TestDatabase, testDatabase } from "../../../tests/support/database.ts";
import { RoutingHouse } from "../../../tests/support/routing.ts";

type Made = Awaited<ReturnType<RoutingHouse["furnish"]>>;
// biome-ignore lint/suspicious/noExplicitAny: bodies are asserted field by field in the tests
type Answer = { status: number; body: any };

/** An agent of the department: the rights that the product's role gives. */
export const agentOf = (employeeId: Id, departmentId: Id): Principal => ({
  employeeId,
  sessionId: employeeId,
  name: "Somebody",
  login: "somebody",
  departmentId,
  subtreeIds: [departmentId],
  permissions: { dialog: { read: "own", edit: "own", assign: "own" }, call: { create: "own" }, queue: { read: "own" }, employee: { read: "department" } },
});
/** The head of the department. */
export const headOf = (employeeId: Id, departmentId: Id): Principal => ({
  ...agentOf(employeeId, departmentId),
  permissions: {
    dialog: { read: "subtree", edit: "subtree", assign: "subtree" },
    call: { create: "subtree" },
    employee: { read: "subtree", assign: "subtree" },
    queue: { read: "subtree", edit: "subtree", create: "subtree" },
    board: { read: "subtree" },
  },
});
/** The administrator, who keeps the catalogues. */
export const adminOf = (employeeId: Id, departmentId: Id): Principal => {
  const all = { create: "all", read: "all", edit: "all", delete: "all", assign: "all" } as const;
  return { ...agentOf(employeeId, departmentId), permissions: { dialog: all, call: all, employee: all, queue: all, board: all, catalogue: all } };
};

/** Routing's routes on a real router and database, with a company of some agents who are all ready; requests are made `as` somebody. */
export class Desk {
  readonly db: TestDatabase;
  readonly house: RoutingHouse;
  made!: Made;
  who!: Principal;
  private app!: FastifyInstance;

  private constructor(db: TestDatabase) {
    this.db = db;
    this.house = new RoutingHouse(() => db.sql);
  }

  static async build(): Promise<Desk> {
    return new Desk(await testDatabase());
  }

  async open(agents: number): Promise<Id[]> {
    this.house.offsetMs = 0;
    this.made = await this.house.furnish({ agents });
    const routing = await this.house.start();
    await this.house.ready(...this.made.agents);
    this.app = Fastify();
    this.app.setValidatorCompiler(validatorCompiler);
    this.app.setSerializerCompiler(serializerCompiler);
    this.app.decorateRequest("principal", null);
    this.app.addHook("onRequest", async (request) => {
      request.principal = this.who;
    });
    this.app.setErrorHandler((error, _request, reply) => {
      if (error instanceof AppError) return reply.code(error.status).send({ code: error.code, details: error.details });
      if (hasZodFastifySchemaValidationErrors(error)) return reply.code(422).send({ code: "validation", details: {} });
      return reply.code(500).send({ code: "internal", details: { error: String(error) } });
    });
    await this.app.register(routing.routes, { prefix: "/api/v1" });
    return this.made.agents;
  }

  as(who: Principal): this {
    this.who = who;
    return this;
  }

  async call(method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE", url: string, body?: object): Promise<Answer> {
    const answer = await this.app.inject({ method, url: `/api/v1${url}`, ...(body === undefined ? {} : { payload: body }) });
    return { status: answer.statusCode, body: answer.body === "" ? null : answer.json() };
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.house.stop();
  }
}
