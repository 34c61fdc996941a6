import type { Id } from "@kommutator/contract/ids";
import { findSessions } from "@kommutator/crm-core/access/principal";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { readDialogRows } from "../dialogs/summary.ts";
import { dialogsFrom, maySee, visibleDialogs } from "../dialogs/visibility.ts";
import type { Browser } from "../testing/api.fixture.ts";
import { chat, closeHouse, closeScreens, comesIn, house, openHouse, Screen, stamped, until, who } from "./live.fixture.ts";
import { queuesOf } from "./rights.ts";

beforeAll(openHouse);
afterEach(closeScreens);
afterAll(closeHouse);

const call = (login: string, method: string, path: string, body?: object) => (who[login] as Browser).call(method, path, body);
/** A talk of Dana's department, and the inquiry that it came by. */
async function talk(closed = false): Promise<{ dialogId: Id; inquiryId: Id }> {
  const { dana } = house.company.employees;
  const dialogId = await house.dialog({ channelId: chat, assignee: dana.id, closed, text: "The invoice is wrong" });
  const [row] = await house.sql<{ id: Id }[]>`
    INSERT INTO inquiry (dialog_id, origin, status, received_at, received_by) VALUES (${dialogId}, 'message', 'in_wizard', now(), ${dana.id}) RETURNING id`;
  return { dialogId, inquiryId: (row as { id: Id }).id };
}
async function give(inquiryId: Id, login: "bolat" | "aigul" | "dana"): Promise<void> {
  const { version } = (await call("admin", "GET", `/inquiries/${inquiryId}`)).json();
  const given = await call("admin", "POST", `/inquiries/${inquiryId}/dispatch`, { employeeId: house.company.employees[login].id, version });
  expect(given.statusCode, given.body).toBe(200);
}
const listed = async (login: string, view: string) => (await call(login, "GET", `/dialogs?view=${view}`)).json().items.map((d: { id: Id }) => d.id);
const answers = async (login: string, id: Id) =>
  [await call(login, "GET", `/dialogs/${id}`), await call(login, "GET", `/dialogs/${id}/messages`)].map((answer) => answer.statusCode);

test.each([
  ["open", "all", false],
  ["closed", "closed", true],
])(
  "whoever is given the inquiry of an %s talk of another department reads it, in list and card; colleagues do not, nor who had it before",
  async (_, view, closed) => {
    const { dialogId, inquiryId } = await talk(closed);
    expect([await answers("bolat", dialogId), await listed("bolat", view)]).toEqual([[404, 404], expect.not.arrayContaining([dialogId])]);
    await give(inquiryId, "bolat");
    expect(await answers("bolat", dialogId)).toEqual([200, 200]);
    expect(await listed("bolat", view)).toContain(dialogId);
    expect([await answers("aigul", dialogId), await listed("aigul", view)]).toEqual([[404, 404], expect.not.arrayContaining([dialogId])]);
    await give(inquiryId, "aigul");
    expect([await answers("bolat", dialogId), await answers("aigul", dialogId)]).toEqual([
      [404, 404],
      [200, 200],
    ]);
  },
);

test("who may not read inquiries gets no talk by one; the condition in SQL and the one in memory agree for every scope", async () => {
  const { dialogId, inquiryId } = await talk();
  await give(inquiryId, "bolat");
  const { sql } = house;
  const people = await findSessions(sql, { ids: (await sql<{ id: Id }[]>`SELECT id FROM session`).map((r) => r.id) }, new Date());
  const [row] = await readDialogRows(sql, [dialogId]);
  const bolat = people.find(({ principal }) => principal.login === "bolat")?.principal;
  if (row === undefined || bolat === undefined) throw new Error("nobody is signed in");
  const { inquiry: _, ...others } = bolat.permissions;
  for (const [principal, sees] of [
    [bolat, true],
    [{ ...bolat, permissions: others }, false],
  ] as const)
    for (const scope of ["own", "department", "subtree"] as const) {
      const queues = (await queuesOf(sql, [bolat.employeeId])).get(bolat.employeeId) ?? new Set();
      const inSql = await sql`SELECT 1 ${dialogsFrom(sql)} WHERE o.id = ${dialogId} AND ${visibleDialogs(sql, principal, scope)}`;
      expect([scope, inSql.length > 0, maySee(principal, scope, row, queues)]).toEqual([scope, sees, sees]);
    }
});

test("screens hear of it: the talk comes with the inquiry, its messages to whoever has it open, and it goes when the inquiry goes", async () => {
  const { dialogId, inquiryId } = await talk();
  await stamped();
  const [bolat, aigul] = [await new Screen("bolat").ready(), await new Screen("aigul").ready()];
  await give(inquiryId, "bolat");
  await until("told of the talk", () => bolat.of("dialog.changed").some((c) => c.dialog.id === dialogId));
  bolat.socket.emit("watch", { dialogId });
  aigul.socket.emit("watch", { dialogId });
  await until("a message", async () => {
    await comesIn(dialogId, "And the address is wrong, too");
    return bolat.of("message").length > 0;
  });
  await give(inquiryId, "dana");
  await until("told of the loss", () => bolat.of("dialog.removed").some((r) => r.dialogId === dialogId));
  expect(aigul.got.filter((g) => JSON.stringify(g).includes(dialogId))).toEqual([]);
  const before = bolat.of("message").length;
  await comesIn(dialogId, "Not for Bolat any more");
  await stamped();
  const late = await new Screen("bolat", { position: 0, watch: [dialogId] }).ready();
  expect([bolat.of("message").length, late.of("message").filter((m) => m.message.dialogId === dialogId)]).toEqual([before, []]);
});

test("the call of the inquiry stands in the register of whoever was given it, and of nobody else's", async () => {
  const { dialogId, inquiryId } = await talk(true);
  const [k] = await house.sql<{ id: Id }[]>`
    INSERT INTO call (dialog_id, channel_id, external_id, direction, from_norm, state, started_at, ended_at, disposition)
    VALUES (${dialogId}, ${chat}, 'missed-1', 'in', '+77010000001', 'ended', now() - interval '1 minute', now(), 'abandoned_queue') RETURNING id`;
  const calls = async (login: string) => (await call(login, "GET", "/calls")).json().items.map((c: { id: Id }) => c.id);
  expect(await calls("bolat")).not.toContain(k?.id);
  await give(inquiryId, "bolat");
  expect(await calls("bolat")).toContain(k?.id);
  expect(await calls("aigul")).not.toContain(k?.id);
});
