import type { AccessAction, AccessObject } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import type { Kind, Side } from "./world.ts";

export const ROLES = ["nobody", "agent", "head", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** A valid request of one operation of the API. Every operation of the OpenAPI document needs one: one line in this table. */
export interface Operation {
  /** The least role that succeeds with its own (its department's) things; the roles below it must be refused. */
  by: Role;
  /** What the path's {id} names, made by `Side.of`; or how it is made. Left out, the first word of the path says it. */
  id?: Kind | ((side: Side) => Promise<Id>);
  /** Other parts of the path. */
  params?: Record<string, string>;
  /** A valid body. Every id in it that `Side` made is tried with a foreign and with a missing one. */
  body?: (side: Side, id: Id) => object | Promise<object>;
  query?: (side: Side) => Record<string, string> | Promise<Record<string, string>>;
  headers?: Record<string, string>;
  /** What a list shows: whoever may read all of it sees foreign ones too. */
  of?: AccessObject;
  /** By which right it does so; by reading, if it does not say. */
  action?: AccessAction;
  /** It is the whole house's: who works here, which line is closed, the calendars. */
  everybodys?: boolean;
  /** Colleagues and queues are known by name across departments here: one hands over to them, forwards to them, takes people into a queue. */
  reachesAnybody?: boolean;
  /** Places of the body whose thing it changes: a foreign one is refused even to whoever may read it. */
  changes?: string[];
  /** The thing in the path is only read, so that whoever may read all may do it. */
  readsPath?: boolean;
  /** Places of the body that nobody heeds: somebody else's id there changes nothing, and says nothing. */
  unheeded?: string[];
  /** It answers for each id by itself, and with success as a whole. */
  itemised?: boolean;
  /** Success needs more than an API (a telephone, a decision of the router): the test that holds the permitted twin. */
  elsewhere?: string;
}

/** A change that names the version it was made from. */
export const at =
  (patch: object) =>
  async (side: Side, id: Id): Promise<object> => ({ ...patch, version: await side.version(id) });

/** The least who may; by the sample roles of a new company. */
export const agent = (line: Omit<Operation, "by"> = {}): Operation => ({ by: "agent", ...line });
export const head = (line: Omit<Operation, "by"> = {}): Operation => ({ by: "head", ...line });
export const admin = (line: Omit<Operation, "by"> = {}): Operation => ({ by: "admin", ...line });
export const anyone = (line: Omit<Operation, "by"> = {}): Operation => ({ by: "nobody", ...line });
