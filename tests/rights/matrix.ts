import { randomUUID } from "node:crypto";
import { type AccessAction, type AccessObject, OBJECTS } from "@kommutator/contract/access";
import type { Id } from "@kommutator/contract/ids";
import { ROLES as SAMPLE_ROLES } from "@kommutator/crm-core/setup/roles";
import { type ApiFixture, apiFixture, type Browser } from "@kommutator/gateway/api/testing/api.fixture";
import type { LightMyRequestResponse } from "fastify";
import { type Operation, ROLES, type Role } from "./operation.ts";
import { KINDS, type Kind, Side } from "./world.ts";

/** As much of a JSON schema as says where ids stand. */
interface Schema {
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}
interface Parameter {
  name: string;
  in: string;
  schema: { format?: string };
}
/** An operation as the OpenAPI document tells it. */
export interface Described {
  name: string;
  method: string;
  path: string;
  query: Parameter[];
  /** Where ids may stand in the body, as "next.about.id", "members.*.employeeId". */
  ids: string[];
}

export interface World {
  house: ApiFixture;
  /** Aigul's department and, unknown to it, Dana's. */
  ours: Side;
  theirs: Side;
  browsers: Record<Role, Browser>;
  described: Described[];
}

/** Two departments with a queue and channels each, whose people know nothing of one another; and somebody without any role. */
export async function openWorld(): Promise<World> {
  const house = await apiFixture();
  const { sql } = house;
  const { employees, departments, calendars, queueId } = house.company;
  const [queue] = await sql<
    { id: Id }[]
  >`INSERT INTO queue (name, department_id, calendar_id) VALUES ('Service', ${departments.b}, ${calendars.always}) RETURNING id`;
  const theirQueue = (queue as { id: Id }).id;
  await sql`UPDATE queue_member SET queue_id = ${theirQueue} WHERE employee_id = ${employees.dana.id}`;
  const another = (login: string, departmentId: Id) => sql<{ id: Id }[]>`
    INSERT INTO employee (login, full_name, password_hash, department_id, calendar_id) SELECT ${login}, ${login}, password_hash, ${departmentId}, calendar_id FROM employee WHERE login = 'dana' RETURNING id`;
  await another("nobody", departments.a);
  const [theirColleague] = await another("dana-colleague", departments.b);
  const login = (name: string) => house.login({ login: name, password: employees.dana.password });
  const browsers = { nobody: await login("nobody"), agent: await login("aigul"), head: await login("head"), admin: await login("admin") };
  const kinds = new Map<Id, Kind>();
  const [reason] = await sql<{ id: Id }[]>`
    WITH known AS (SELECT id FROM loss_reason WHERE kind = 'lead_disqualified' LIMIT 1), made AS (
      INSERT INTO loss_reason (name, kind) SELECT 'Spam', 'lead_disqualified' WHERE NOT EXISTS (SELECT FROM known) RETURNING id)
    SELECT id FROM known UNION ALL SELECT id FROM made`;
  const disqualifiedId = (reason as { id: Id }).id;
  const side = async (me: (typeof employees)["dana"], colleague: { id: Id }, browser: Browser, chief: Browser, queueId: Id) => {
    const [chatId, voiceId] = [await house.channel("web-chat"), await house.channel("asterisk-ari")];
    await sql`UPDATE channel SET queue_id = ${queueId} WHERE id IN (${chatId}, ${voiceId})`;
    return new Side(house, { me, colleague, browser, chief, admin: browsers.admin, queueId, chatId, voiceId, kinds, disqualifiedId });
  };
  const ours = await side(employees.aigul, employees.bolat, browsers.agent, browsers.head, queueId);
  const theirs = await side(employees.dana, theirColleague as { id: Id }, await login("dana"), browsers.admin, theirQueue);
  return { house, ours, theirs, browsers, described: await describeApi(house) };
}

/** Every operation of the OpenAPI document. */
async function describeApi(house: ApiFixture): Promise<Described[]> {
  const document = (await house.app.inject({ url: "/docs/json" })).json() as { paths: Record<string, Record<string, Told>> };
  return Object.entries(document.paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const path = url.replace("/api/v1", "");
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        query: (operation.parameters ?? []).filter((p) => p.in === "query"),
        ids: [...new Set(Object.values(operation.requestBody?.content ?? {}).flatMap(({ schema }) => idsIn(schema)))],
      };
    }),
  );
}

interface Told {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}
function idsIn(schema: Schema | undefined, path: string[] = []): string[] {
  if (schema === undefined) return [];
  const { properties = {}, items, additionalProperties, anyOf = [], oneOf = [], allOf = [] } = schema;
  return [
    ...(schema.format === "uuid" ? [path.join(".")] : []),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((one) => idsIn(one, path)),
    ...Object.entries(properties).flatMap(([name, inner]) => idsIn(inner, [...path, name])),
    ...idsIn(items, [...path, "*"]),
    ...(typeof additionalProperties === "object" ? idsIn(additionalProperties, [...path, "*"]) : []),
  ];
}
/**
 * Ids that are the whole house's, by where they stand: entries of catalogues, kinds, stages, questions, roles, calendars, skills, rules; what
 * belongs to a department is none of them. And keys that clients make for themselves.
 */
export const HOUSES_OWN =
  /(^|\.)(purposeId|sourceId|statusId|regionId|industryId|typeId|kindId|interestKindId|stageId|lossReasonId|reasonId|questionId|skillId|calendarId|roleIds\.\*|clientKey)$/;

/** A request in which every id can be exchanged. */
export interface Request {
  described: Described;
  operation: Operation;
  id: Id | null;
  query: Record<string, string>;
  body: unknown;
}

const FIRST_WORD: Record<string, Kind> = {
  customers: "customer",
  contacts: "contact",
  "contact-points": "contactPoint",
  leads: "lead",
  interests: "interest",
  interactions: "interaction",
  inquiries: "inquiry",
  dialogs: "dialog",
  messages: "message",
  offers: "offer",
  blobs: "blob",
  calls: "call",
  absences: "absence",
  employees: "employee",
  departments: "department",
  queues: "queue",
  emergency: "emergency",
  "canned-answers": "canned",
  channels: "channel",
  calendars: "calendar",
  tasks: "task",
  imports: "import",
  "import-profiles": "importProfile",
  roles: "role",
  files: "file",
  "saved-filters": "savedFilter",
  notifications: "notification",
};
/** What an id in a query names. */
const IN_QUERY: Record<string, Kind> = {
  customerId: "customer",
  contactId: "contact",
  leadId: "lead",
  interestId: "interest",
  dialogId: "dialog",
  employeeId: "employee",
  responsibleId: "employee",
  executorId: "employee",
  authorId: "employee",
  departmentId: "department",
};

/** Several lines of the table may be of one operation. */
export const nameOf = (line: string): string => line.split("#")[0] as string;
/** A valid request of this side. */
export async function requestOf(described: Described, operation: Operation, side: Side): Promise<Request> {
  const { id: made } = operation;
  const word = described.path.split("/")[1] as string;
  let id: Id | null = null;
  if (described.path.includes("{id}")) {
    const kind = typeof made === "string" ? made : FIRST_WORD[word];
    if (typeof made !== "function" && kind === undefined) throw new Error(`${described.name}: say in its line what its id names`);
    id = typeof made === "function" ? await made(side) : await side.of(kind as Kind);
  }
  return { described, operation, id, query: (await operation.query?.(side)) ?? {}, body: await operation.body?.(side, id ?? "") };
}

export async function send(browser: Browser, request: Request): Promise<LightMyRequestResponse> {
  const { described, operation, id, body } = request;
  let path = described.path.replace("{id}", id ?? "");
  for (const [name, value] of Object.entries(operation.params ?? {})) path = path.replace(`{${name}}`, value);
  const query = new URLSearchParams(request.query).toString();
  return browser.call(described.method, query === "" ? path : `${path}?${query}`, body, operation.headers ?? {});
}

/** One id of a request that names something with rights of its own. */
interface Place {
  where: string;
  kind: Kind;
  /** The place in the body, as the document names it. */
  inBody?: string;
  put(id: Id): Request;
}

/** Every place of the request where an id stands, with the foreign id that could stand there. Filters of a list are places too. */
export async function placesOf(request: Request, foreign: Request, kinds: ReadonlyMap<Id, Kind>, theirs: Side): Promise<(Place & { foreignId: Id })[]> {
  const places: (Place & { foreignId: Id })[] = [];
  if (request.id !== null && foreign.id !== null) {
    const kind = kinds.get(request.id);
    if (kind !== undefined) places.push({ where: "path", kind, foreignId: foreign.id, put: (id) => ({ ...request, id }) });
  }
  for (const { name, schema } of request.described.query) {
    const given = kinds.get(request.query[name] ?? "");
    const kind = given ?? (schema.format === "uuid" ? IN_QUERY[name] : undefined);
    if (kind === undefined) continue;
    const foreignId = foreign.query[name] ?? (kind === "employee" ? theirs.me.id : kind === "department" ? theirs.me.departmentId : await theirs.of(kind));
    places.push({ where: `query ${name}`, kind, foreignId, put: (id) => ({ ...request, query: { ...request.query, [name]: id } }) });
  }
  if (!Buffer.isBuffer(request.body)) {
    walk(request.body, foreign.body, [], (path, value, other) => {
      const kind = kinds.get(value);
      if (kind !== undefined && typeof other === "string")
        places.push({
          where: `body ${path.join(".")}`,
          inBody: path.join(".").replace(/\b\d+\b/g, "*"),
          kind,
          foreignId: other,
          put: (id) => ({ ...request, body: replaced(request.body, path, id) }),
        });
    });
  }
  return places;
}

function walk(value: unknown, other: unknown, path: string[], found: (path: string[], value: string, other: unknown) => void): void {
  if (typeof value === "string") found(path, value, other);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) walk(inner, (other as Record<string, unknown> | null)?.[key], [...path, key], found);
}
function replaced(value: unknown, [key, ...rest]: string[], id: Id): unknown {
  if (key === undefined) return id;
  if (Array.isArray(value)) return value.map((v, i) => (String(i) === key ? replaced(v, rest, id) : v));
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, id) };
}

const SAMPLE: Partial<Record<Role, (typeof SAMPLE_ROLES)[number]["permissions"]>> = {
  agent: SAMPLE_ROLES.find((r) => r.code === "agent")?.permissions ?? {},
  head: SAMPLE_ROLES.find((r) => r.code === "supervisor")?.permissions ?? {},
  admin: Object.fromEntries(OBJECTS.map((o) => [o, { read: "all", export: "all" }])) as never,
};
/** May this role change all of them, whosesoever they are? */
export function changesAll(role: Role, kind: Kind): boolean {
  const object = KINDS[kind];
  return object !== null && (role === "admin" || SAMPLE[role]?.[object]?.edit === "all");
}
/** May this role read all of them, whosesoever they are? Then it may know that a foreign one exists. */
export const readsAll = (role: Role, object: AccessObject, action: AccessAction = "read"): boolean => SAMPLE[role]?.[object]?.[action] === "all";
export function mayKnow(role: Role, kind: Kind): boolean {
  const object = KINDS[kind];
  return object !== null && readsAll(role, object);
}

/** What changes by itself: the clock, what is measured by it, and how far the stream of all has come. */
const MOVING = /"(at|spentSeconds|oldestSeconds|position)":("[^"]*"|[\d.]+)/g;
/** An answer as somebody compares it who wants to learn whether something exists: all but the asked id, the clock and the request's number. */
export function asSeen(answer: LightMyRequestResponse, asked: Id): string {
  const body = answer.body.replaceAll(asked, "{id}").replace(MOVING, '"$1":"now"');
  const headers = Object.entries(answer.headers).filter(([name]) => !/^(x-request-id|date|content-length|x-ratelimit-.*)$/.test(name));
  return [answer.statusCode, body, ...headers.map(([name, value]) => `${name}: ${String(value)}`).sort()].join("\n");
}

export const below = (role: Role): Role[] => ROLES.slice(0, ROLES.indexOf(role));
export const missing = (): Id => randomUUID();
