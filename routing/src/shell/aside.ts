import type { AsideInput, AsideOutcome } from "@kommutator/contract/api/aside";
import type { Db, Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Actor, WriteAudit } from "@kommutator/contract/ports";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import type { Submit } from "./outcome.ts";

/** What the router set aside because deciding it failed twice: looked at, tried again, or done with. */

interface AsideDeps {
  sql: Db;
  submit: Submit;
  audit: WriteAudit;
}

interface Row {
  id: number;
  kind: string;
  at: Date;
  error: string;
  dialog_id: Id | null;
  channel: string;
  opened_at: Date;
  open: boolean;
  employee_id: Id | null;
  employee: string;
}

const MOST = 200;

export async function readAside(sql: Db): Promise<AsideInput[]> {
  const rows = await sql<Row[]>`
    SELECT q.id::float8 AS id, q.input->>'kind' AS kind, q.at, q.error, d.id AS dialog_id, c.name AS channel, d.opened_at, d.closed_at IS NULL AS open, e.id AS employee_id, e.full_name AS employee
    FROM routing_quarantine q LEFT JOIN dialog d ON d.id::text = q.input->>'dialogId' LEFT JOIN channel c ON c.id = d.channel_id LEFT JOIN employee e ON e.id::text = q.input->>'employeeId'
    ORDER BY q.at DESC, q.id DESC LIMIT ${MOST}`;
  return rows.map((r) => ({
    id: r.id,
    kind: r.kind,
    at: r.at.toISOString(),
    error: r.error.split("\n", 1)[0] ?? "",
    details: r.error,
    dialog: r.dialog_id === null ? null : { id: r.dialog_id, channelName: r.channel, openedAt: r.opened_at.toISOString(), open: r.open },
    employee: r.employee_id === null ? null : { id: r.employee_id, name: r.employee },
  }));
}

/** Comes before the router once more, audited, and says what became of it. Throws not_found for what is not in the list (any more). */
export async function retryAside(deps: AsideDeps, actor: Actor, id: number): Promise<AsideOutcome["outcome"]> {
  const [row] = await deps.sql<{ input: RoutingInput }[]>`SELECT input FROM routing_quarantine WHERE id = ${id}`;
  if (row === undefined) throw new AppError("not_found");
  try {
    await deps.submit(row.input, (tx) => leaveList(deps, tx, actor, id, "retry-event"));
    return "decided";
  } catch (error) {
    const code = error instanceof AppError ? error.code : null;
    if (code === "internal") return "aside";
    if (code === "overloaded") return "waits";
    throw error;
  }
}

/** Nothing is to be done about it: it leaves the list, audited. */
export async function dismissAside(deps: AsideDeps, actor: Actor, id: number): Promise<void> {
  await deps.sql.begin((tx) => leaveList(deps, tx, actor, id, "drop-event"));
}

/** Two who press at once: one takes it out, the other finds nothing. */
async function leaveList({ audit }: AsideDeps, tx: Tx, actor: Actor, id: number, action: string): Promise<void> {
  const [gone] = await tx<{ input: RoutingInput; error: string; uuid: Id }[]>`
    DELETE FROM routing_quarantine WHERE id = ${id} RETURNING input, error, ('00000000-0000-4000-8000-' || lpad(to_hex(id), 12, '0'))::uuid AS uuid`;
  if (gone === undefined) throw new AppError("not_found");
  const { kind } = gone.input;
  const dialogId = "dialogId" in gone.input ? gone.input.dialogId : null;
  await audit(tx, actor, {
    objectKind: "routing_input",
    objectId: gone.uuid,
    action,
    changes: { kind, dialog_id: dialogId, error: gone.error.split("\n", 1)[0] },
  });
}
