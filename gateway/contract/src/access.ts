import type { Tx } from "./db.ts";
import type { Id } from "./ids.ts";

/** Rights are object x action x scope (spec AD-02). Refused by default. */
export const OBJECTS = [
  "dialog",
  "call",
  "recording",
  "customer",
  "lead",
  "interest",
  /** Stages of Interests past their rules: `edit` forces a move or changes the mode, `delete` takes an entry of the history back. */
  "stage",
  "interaction",
  "task",
  "inquiry",
  /** Files with many cards: `create` brings one in, `edit` lets rows through without required fields, `delete` takes a batch back. */
  "import",
  "employee",
  "department",
  "queue",
  "channel",
  "catalogue",
  "canned",
  "calendar",
  "role",
  "board",
  "audit",
] as const;
export type AccessObject = (typeof OBJECTS)[number];
export const ACTIONS = ["create", "read", "edit", "delete", "export", "assign"] as const;
export type AccessAction = (typeof ACTIONS)[number];
/** The rights that something in the house asks for: what a role may give (tests/rights/offered.test.ts has who asks for each). */
export const OFFERED: Record<AccessObject, readonly AccessAction[]> = {
  dialog: ["create", "read", "edit", "export", "assign"],
  call: ["create", "read", "edit", "export"],
  recording: ["read"],
  customer: ["create", "read", "edit", "export", "assign"],
  lead: ["create", "read", "edit", "export", "assign"],
  /** To cancel one is `delete` (IN-02). */
  interest: ["create", "read", "edit", "delete", "export", "assign"],
  stage: ["edit", "delete"],
  interaction: ["create", "read", "edit", "export", "assign"],
  task: ["create", "read", "edit", "export"],
  inquiry: ["create", "read", "edit", "export"],
  import: ["create", "read", "edit", "delete"],
  employee: ["create", "read", "edit", "export", "assign"],
  department: ["create", "read", "edit", "delete", "export"],
  queue: ["create", "read", "edit"],
  channel: ["create", "read", "edit", "delete", "export"],
  catalogue: ["create", "read", "edit", "delete", "export"],
  canned: ["create", "read", "edit", "delete", "export"],
  calendar: ["create", "read", "edit", "delete"],
  role: ["create", "read", "edit", "delete", "export"],
  /** To export it is to take the people's days out as a file. */
  board: ["read", "export"],
  audit: ["read", "export"],
};
export const SCOPES = ["own", "department", "subtree", "all"] as const;
export type Scope = (typeof SCOPES)[number];

/** Who makes a request. `departmentIds` has the own department; `subtreeIds` it and everything below. */
export interface Principal {
  employeeId: Id;
  sessionId: Id;
  name: string;
  login: string;
  departmentId: Id;
  subtreeIds: Id[];
  permissions: Partial<Record<AccessObject, Partial<Record<AccessAction, Scope>>>>;
}

/** The scope in which the principal may do this, or null. */
export function scopeOf(principal: Principal, object: AccessObject, action: AccessAction): Scope | null {
  return principal.permissions[object]?.[action] ?? null;
}

/** Is a row that belongs to `owner` (an employee and that employee's department) inside the scope? Unowned rows need department scope or wider. */
export function within(principal: Principal, scope: Scope | null, owner: { employeeId: Id | null; departmentId: Id | null }): boolean {
  if (scope === null) return false;
  if (scope === "all") return true;
  if (owner.employeeId === principal.employeeId) return true;
  if (scope === "own") return false;
  if (owner.departmentId === null) return owner.employeeId === null;
  return scope === "department" ? owner.departmentId === principal.departmentId : principal.subtreeIds.includes(owner.departmentId);
}

export type ResolvePrincipal = (tx: Tx, sessionToken: string) => Promise<Principal | null>;
