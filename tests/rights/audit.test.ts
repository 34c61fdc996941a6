import { readFileSync } from "node:fs";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { columnOf } from "../../agent-ui/src/features/administration/audit.ts";
import { nameOf, openWorld, type Request, requestOf, send, type World } from "./matrix.ts";
import { OPERATIONS } from "./operations.ts";
import type { Side } from "./world.ts";

/** What needs no row in the audit, by the reason why (AD-09 speaks of changes to what the house shares). */
const UNTOLD: Record<string, string[]> = {
  "it only asks": [
    "POST /canned-answers/{id}/render",
    "POST /calendars/{id}/measure",
    "POST /dispatch-test",
    "POST /contact-points/renormalise", // a dry run; the real one is audited point by point
    "POST /duplicates/check",
    "POST /routing/what-if",
  ],
  "somebody's own desk, which nobody else sees": [
    "PUT /inquiries/{id}/draft",
    "PUT /dialogs/{id}/draft",
    "POST /dialogs/{id}/read",
    "POST /dialogs/{id}/typing",
    "POST /notifications/read",
    "POST /notifications/{id}/snooze",
    "PUT /notifications/preferences",
    "POST /saved-filters",
    "PUT /saved-filters/{id}",
    "DELETE /saved-filters/{id}",
    "POST /blobs", // bytes that nothing points at yet
  ],
  "a talk is its own record: every message with its author, every leg and event with who and when": [
    "POST /dialogs",
    "POST /dialogs/{id}/messages",
    "POST /dialogs/{id}/close",
    "POST /messages/{id}/files/{pos}/retry",
    "POST /messages/{id}/retry",
    "POST /messages/{id}/settle",
    "POST /calls",
    "POST /calls/{id}/dtmf",
    "POST /calls/{id}/hangup",
    "POST /calls/{id}/hold",
    "POST /calls/{id}/rejoin",
    "POST /calls/{id}/resume",
  ],
  "the router keeps every input with whose it is, and what it decided": [
    "POST /dialogs/{id}/take",
    "POST /offers/{id}/accept",
    "POST /offers/{id}/reject",
    "PUT /presence/me",
    "POST /presence/me/wrapup",
  ],
  "sessions are rows with their beginning and end": ["POST /login", "POST /logout", "POST /softphone/session"],
};
/** What an API alone cannot do: where its row is written. */
const WRITTEN_IN: Record<string, [file: string, text: string]> = {
  "POST /me/second-factor": ["crm-core/src/access/second-factor.ts", 'action: "second_factor"'],
  "POST /me/second-factor/confirm": ["crm-core/src/access/second-factor.ts", 'action: "second_factor"'],
  "POST /me/second-factor/off": ["crm-core/src/access/second-factor.ts", 'action: "second_factor"'],
  "DELETE /employees/{id}/second-factor": ["crm-core/src/access/second-factor.ts", 'action: "second_factor"'],
  "POST /setup/company": ["crm-core/src/setup/company.ts", 'objectKind: "company"'],
  "POST /setup/sample": ["crm-core/src/setup/sample.ts", "sample: true"],
  "POST /dialogs/assign-many": ["routing/src/shell/dialog-acts.ts", 'action: "assign"'],
  "POST /dialogs/{id}/assign": ["routing/src/shell/dialog-acts.ts", 'action: "assign"'],
  "POST /dialogs/{id}/transfer": ["routing/src/shell/transfer.ts", 'action: "transfer"'],
  "PUT /presence/{id}": ["routing/src/shell/routes.ts", 'action: "presence"'],
  "POST /calls/differences/repair": ["gateway/src/api/calls/register-routes.ts", 'action: "import-calls"'],
  "POST /channels/{id}/errors/{eventId}/retry": ["gateway/src/api/channels/routes.ts", 'action: "retry-event"'],
  "POST /routing/aside/{inputId}/retry": ["routing/src/shell/aside.ts", '"retry-event"'],
  "DELETE /routing/aside/{inputId}": ["routing/src/shell/aside.ts", '"drop-event"'],
  "POST /inquiries/{id}/undo": ["crm-core/src/inquiry/undo.ts", 'action: "undo"'],
  "POST /interests/{id}/actions/{interactionId}/decline": ["crm-core/src/interest/actions.ts", 'action: "decline"'],
  "PUT /interests/{id}/checks/{itemId}": ["crm-core/src/interest/checks.ts", '"uncheck"'],
  "POST /imports/{id}/run": ["crm-core/src/import/routes.ts", "action: step"],
  "POST /imports/{id}/stop": ["crm-core/src/import/routes.ts", "action: step"],
  "POST /imports/{id}/undo": ["crm-core/src/import/routes.ts", "action: step"],
};
/** The table's request of these finds nothing to change: what makes it one that does. */
const PREPARED: Record<string, (side: Side, request: Request) => Promise<Request>> = {
  "PUT /catalogues/{name}/order": async (_, request) => ({ ...request, body: { ids: reversed((request.body as { ids: Id[] }).ids) } }),
  "PUT /dispatch-rules/order": async (side, request) => {
    for (const name of ["One", "Two"])
      await side.admin.call("POST", "/dispatch-rules", { name: side.name(name), words: ["spam"], action: "reject", reason: "Spam" });
    const ids = (await side.admin.call("GET", "/dispatch-rules")).json().map((rule: { id: Id }) => rule.id);
    return { ...request, body: { ids: reversed(ids) } };
  },
  "POST /interest-kinds/{id}/restore": afterArchiving("interest-kinds"),
  "POST /stages/{id}/restore": afterArchiving("stages"),
  "PUT /reception-settings": async (_, request) => {
    const now = request.body as Record<string, unknown>;
    const [key, value] = Object.entries(now).find(([name, each]) => name !== "version" && typeof each === "number") as [string, number];
    return { ...request, body: { ...now, [key]: value + 1 } };
  },
  "PUT /load-points": async (_, request) => {
    const { cells, version } = request.body as { cells: { points: number }[]; version: number };
    return { ...request, body: { cells: cells.map((cell) => ({ ...cell, points: cell.points + 1 })), version } };
  },
  "PUT /leads/{id}/answers": async (side, request) => {
    const questionId = await side.row("/lead-questions", { name: side.name("Budget") });
    return { ...request, body: { answers: [{ questionId, answer: "Yes" }] } };
  },
  "POST /files/{id}/versions": async (side, request) => {
    const blobId = await side.of("blob");
    // Other bytes than the first version's.
    await side.house.sql`UPDATE blob SET sha256 = 'other bytes' WHERE id = ${blobId}`;
    return { ...request, body: { ...(request.body as object), blobId } };
  },
};
const reversed = (ids: Id[]): Id[] => [...ids].reverse();
function afterArchiving(path: string) {
  return async (side: Side, request: Request) => {
    const done = await side.admin.call("POST", `/${path}/${request.id}/archive`, {});
    expect(done.statusCode, done.body).toBeLessThan(300);
    return request;
  };
}

/** Fields that are words themselves or are put together from them: keys of a line's menu, what a role may do, what the house ticks off; a cell of the matrix of loads is named by its type. */
const OWN_WORDS = /^line_key_|^\w+\.\w+$| /;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.house.close());

/** Every operation that may write, with the lines of the table that are of it. */
const LINES = Object.keys(OPERATIONS).filter((line) => !line.startsWith("GET "));
const WRITES = [...new Set(LINES.map(nameOf))].map((name) => [name, LINES.filter((line) => nameOf(line) === name)] as const);
const untold = Object.values(UNTOLD).flat();

test("every exception is an operation of the API, and stands once", () => {
  const excepted = [...untold, ...Object.keys(WRITTEN_IN)];
  const operations = WRITES.map(([name]) => name);
  expect(excepted.filter((name) => !operations.includes(name))).toEqual([]);
  expect(excepted.filter((name, at) => excepted.indexOf(name) !== at)).toEqual([]);
});

test.each(WRITES.filter(([name]) => !untold.includes(name)))("%s leaves a row with who did it in the audit (AD-09)", async (name, lines) => {
  const tried = lines.filter((line) => OPERATIONS[line]?.elsewhere === undefined);
  const written = WRITTEN_IN[name];
  if (tried.length === 0) {
    expect(written, `${name}: say in WRITTEN_IN where its row is written, or in UNTOLD why it needs none`).toBeDefined();
    const [file, text] = written as [string, string];
    expect(readFileSync(file, "utf8")).toContain(text);
    return;
  }
  const { sql } = world.house;
  let rows = 0;
  for (const line of tried) {
    const operation = OPERATIONS[line] as (typeof OPERATIONS)[string];
    const described = world.described.find((each) => each.name === name);
    if (described === undefined) throw new Error(`${line} is not in the OpenAPI document: take its line away`);
    const request = await requestOf(described, operation, world.ours);
    const ready = (await PREPARED[line]?.(world.ours, request)) ?? request;
    const [last] = await sql<{ id: number }[]>`SELECT coalesce(max(id), 0) AS id FROM audit_log`;
    const answer = await send(world.browsers[operation.by], ready);
    expect(answer.statusCode, answer.body).toBeLessThan(300);
    rows += (await sql`SELECT 1 FROM audit_log WHERE id > ${last?.id ?? 0} AND actor_kind = 'employee' AND actor_id IS NOT NULL`).length;
  }
  expect(rows, `${name} changes something and tells nobody: audit it, or say in UNTOLD why it needs no row`).toBeGreaterThan(0);
});

test("every field that a row of the audit names is called by a word in each language", async () => {
  const rows = await world.house.sql<{ field: string; kinds: string[] }[]>`
    SELECT k.field, array_agg(DISTINCT a.object_kind || ' ' || a.action) AS kinds FROM audit_log a, jsonb_object_keys(a.changes) AS k(field)
    WHERE a.object_kind <> 'load_matrix' GROUP BY 1 ORDER BY 1`;
  expect(rows.length).toBeGreaterThan(100);
  for (const locale of ["ru", "en", "kk", "uk"]) {
    const { columns } = JSON.parse(readFileSync(`agent-ui/src/features/administration/locales/${locale}.json`, "utf8")) as { columns: Record<string, string> };
    const called = (field: string) => columns[field] ?? columns[columnOf(field)];
    const unnamed = rows.filter(({ field }) => !OWN_WORDS.test(field) && called(field) === undefined);
    expect(unnamed.map(({ field, kinds }) => `${field}: ${kinds.join(", ")}`)).toEqual([]);
  }
});
