import { randomUUID } from "node:crypto";
import type { ChannelKind } from "@kommutator/contract/channel";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { newId } from "@kommutator/contract/new-id";
import { normaliseIdentity } from "@kommutator/contract/phone";
import type { Identify } from "@kommutator/contract/ports";
import { normaliseSubject } from "@kommutator/contract/subject";
import { Outcome, readFacts } from "../dialogs/ingest-deps.ts";
import { openDialogs } from "../dialogs/open-dialog.ts";
import type { NewStart, Outbound } from "../ports.ts";
import { type ReplyDeps, storeReply } from "./reply.ts";

/** Each letter that is written first begins a thread of its own; elsewhere a person has one thread on a channel. */
export const startsNewThread = (kind: ChannelKind): boolean => kind === "email";

/** Writes first, all in the caller's transaction (Outbound.startDialog). */
export async function startDialog(tx: Tx, deps: ReplyDeps & { identify: Identify }, start: NewStart): ReturnType<Outbound["startDialog"]> {
  const [known] = await tx<
    { id: Id; dialog_id: Id; employee_id: Id | null }[]
  >`SELECT id, dialog_id, employee_id FROM message WHERE client_key = ${start.clientKey}`;
  if (known !== undefined) {
    if (known.employee_id !== start.employeeId) throw new AppError("duplicate", { field: "clientKey" });
    return { dialogId: known.dialog_id, messageId: known.id, existed: true };
  }
  const channel = await deps.abilities(tx, start.channelId);
  if (channel === null) throw new AppError("channel_down");
  if (!channel.commands.includes("message.send")) throw new AppError("unsupported", { what: "unsupported" });
  const facts = await readFacts(tx, [start.channelId]);
  const place = facts.channels.get(start.channelId);
  if (place === undefined) throw new AppError("not_found");
  const { kind, value } = normaliseIdentity(start.to, facts.country);
  if (value === null) throw new AppError("validation", { field: "to", reason: "invalid" });

  const threadKey = startsNewThread(place.kind) ? randomUUID() : value;
  // The same address, started twice at once: the second waits here and joins the first's dialog.
  await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`start ${start.channelId} ${threadKey}`}, 0))`;
  const [open] = await tx<{ id: Id; assignee_id: Id | null; assignee: string | null }[]>`
    SELECT d.id, a.employee_id AS assignee_id, e.full_name AS assignee FROM dialog d
    LEFT JOIN assignment a ON a.dialog_id = d.id AND a.ended_at IS NULL LEFT JOIN employee e ON e.id = a.employee_id
    WHERE d.channel_id = ${start.channelId} AND d.thread_key = ${threadKey} AND d.closed_at IS NULL FOR NO KEY UPDATE OF d`;
  if (open?.assignee_id != null && open.assignee_id !== start.employeeId)
    throw new AppError("assigned_to_other", { employee: { id: open.assignee_id, name: open.assignee }, dialogId: open.id });
  const dialogId = open?.id ?? (await openFirst());
  const at = deps.now();
  if (open?.assignee_id !== start.employeeId)
    await deps.enqueue(tx, [{ kind: "dialog.assign", dialogId, employeeId: start.employeeId, by: start.employeeId, from: null, at }]);
  const { channelId: _, to: __, ...reply } = start;
  const { messageId } = await storeReply(tx, deps, { ...reply, dialogId, internal: false, mentions: [] });
  return { dialogId, messageId, existed: false };

  async function openFirst(): Promise<Id> {
    const from = { ...start.to, kind, value: value as string };
    const identified = await deps.identify.identify(tx, from, { channelId: start.channelId, createLead: true, verifiedHow: null });
    const [previous] = await tx<
      { id: Id }[]
    >`SELECT id FROM dialog WHERE channel_id = ${start.channelId} AND thread_key = ${threadKey} ORDER BY opened_at DESC LIMIT 1`;
    const dialog = {
      id: newId(),
      channel: place as NonNullable<typeof place>,
      threadKey,
      direction: "out" as const,
      from,
      openedAt: new Date(deps.now()),
      subject: start.subject,
      // By it an answer whose program names no letter of ours finds this dialog (dialogs/threads.ts).
      ...(start.subject === undefined ? {} : { threadSubject: normaliseSubject(start.subject) }),
      participants: kind === "email" ? [value as string] : [],
      previousDialogId: previous?.id ?? null,
      callId: null,
      route: false,
      identified,
    };
    const outcome = new Outcome();
    await openDialogs(tx, deps, facts, [dialog], outcome);
    await outcome.write(tx, deps);
    return dialog.id;
  }
}
