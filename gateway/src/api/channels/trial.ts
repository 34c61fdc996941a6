import { randomUUID } from "node:crypto";
import type { ChannelTest, ChannelTestBody, ChannelTestTargets } from "@kommutator/contract/api/admin";
import { type Channel, ChannelError, type Commands, type RawIdentity, type TestOutcome, type TestStep } from "@kommutator/contract/channel";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import { normaliseValue } from "@kommutator/contract/phone";
import type { Actor } from "@kommutator/contract/ports";
import { sentences } from "@kommutator/contract/sentences";
import { writeAudit } from "@kommutator/crm-core/audit/write";
import type { z } from "zod";
import type { ApiDeps } from "../deps.ts";

type Result = z.infer<typeof ChannelTest>;
type Wanted = NonNullable<z.infer<typeof ChannelTestBody>>;
/** A channel of this node or of another. */
type Reached = Pick<Channel, "handlers" | "test" | "balance">;
type Target = Pick<Commands["message.send"], "threadKey" | "to">;

/** A provider that does not answer is said to, so that the button never hangs. A letter may take half a minute to come back. */
const TEST_MS = 75_000;
const SEND_MS = 30_000;
const BALANCE_MS = 10_000;
const CHATS = 20;

/** To whom a test message can go: a number, or a chat that has written to us. Letters go to the mailbox itself, the others have their own pages. */
const TEST_TO: Partial<Record<string, "phone" | "thread">> = {
  "sms-http": "phone",
  "sms-smpp": "phone",
  telegram: "thread",
  viber: "thread",
  vk: "thread",
};

/** Whoever tests these hears of it from the test itself: a letter of ours comes back, a form of ours is read. */
const HEARS_ITSELF = ["email", "web-form"];

/**
 * The "test" button: the channel does the real thing and says in words what is wrong, and what was not tried; the money left comes
 * along where it is told. With a target a message goes there; it is part of no dialog.
 */
export async function testChannel(deps: ApiDeps, actor: Actor, { id, kind }: { id: Id; kind: string }, wanted: Wanted): Promise<Result> {
  const channel = await deps.supervisor.reach(id);
  const target = await targetOf(deps, id, TEST_TO[kind], wanted);
  const to = target === null ? null : (target.to.value ?? target.threadKey);
  await deps.sql.begin((tx) => writeAudit(tx, actor, { objectKind: "channel", objectId: id, action: "test", changes: { recipient: to } }));
  const { state, detail } = deps.supervisor.status(id);
  if (channel === null) return { ok: false, detail: detail ?? state, steps: [], balance: null };
  /** The key stands in the audit: by it the receipts of this message are known as nobody's (dialogs/ingest-states.ts). */
  const remember = (messageKey: string) =>
    deps.sql.begin((tx) => writeAudit(tx, actor, { objectKind: "channel", objectId: id, action: "test", changes: { recipient: to, messageKey } }));
  const [result, balance] = await Promise.all([tried(channel, TEST_TO[kind], state, target, remember), balanceOf(deps, channel, id)]);
  return { ...result, steps: result.steps ?? [], balance };
}

/** To whom a test message can go on this channel; of chats the newest that somebody has written in. */
export async function testTargets(deps: ApiDeps, { id, kind }: { id: Id; kind: string }): Promise<z.infer<typeof ChannelTestTargets>> {
  const to = TEST_TO[kind] ?? "nobody";
  const hears = HEARS_ITSELF.includes(kind) ? "itself" : kind === "asterisk-ari" ? "call" : "message";
  if (to !== "thread") return { to, chats: [], hears };
  const rows = await deps.sql<{ dialogId: Id; threadKey: string; name: string; at: Date }[]>`
    SELECT id AS "dialogId", thread_key AS "threadKey", coalesce(nullif(display_name, ''), identity_value, thread_key) AS name, opened_at AS at
    FROM dialog WHERE channel_id = ${id} AND direction = 'in' ORDER BY opened_at DESC LIMIT ${CHATS * 5}`;
  const newest = rows.filter((row, at) => rows.findIndex((other) => other.threadKey === row.threadKey) === at);
  return { to, hears, chats: newest.slice(0, CHATS).map(({ dialogId, name, at }) => ({ dialogId, name, lastAt: at.toISOString() })) };
}

async function targetOf(deps: ApiDeps, id: Id, takes: "phone" | "thread" | undefined, { number, dialogId }: Wanted): Promise<Target | null> {
  if (number === undefined && dialogId === undefined) return null;
  const given = number === undefined ? "thread" : "phone";
  const field = number === undefined ? "dialogId" : "number";
  if (takes !== given) throw new AppError("validation", { fields: { [field]: "not_supported" } });
  if (number !== undefined) {
    const [company] = await deps.sql<{ country: string }[]>`SELECT country FROM company`;
    const value = normaliseValue("phone", number, company?.country ?? "");
    if (value === null || value.startsWith("short:")) throw new AppError("validation", { fields: { number: "invalid" } });
    return { threadKey: value, to: { kind: "phone", value } };
  }
  const [dialog] = await deps.sql<{ threadKey: string; kind: RawIdentity["kind"]; value: string | null }[]>`
    SELECT thread_key AS "threadKey", identity_kind AS kind, identity_value AS value FROM dialog WHERE id = ${dialogId as Id} AND channel_id = ${id} AND direction = 'in'`;
  if (dialog === undefined) throw new AppError("not_found");
  return { threadKey: dialog.threadKey, to: { kind: dialog.kind, value: dialog.value } };
}

async function tried(
  channel: Reached,
  takes: "phone" | "thread" | undefined,
  state: string,
  target: Target | null,
  remember: (messageKey: string) => Promise<unknown>,
): Promise<TestOutcome> {
  if (channel.test === undefined) return { ok: true, detail: state };
  const reached = await inWords(within(TEST_MS, channel.test()));
  if (reached.steps !== undefined || takes === undefined) return reached;
  const connect: TestStep = { step: "connect", outcome: reached.ok ? "ok" : "failed", detail: reached.detail };
  if (!reached.ok) return { ...reached, steps: [connect] };
  const steps = [
    connect,
    await sent(channel, target, remember),
    { step: "receive", outcome: "not-tried", detail: "Nobody wrote to us during the test" } as const,
  ];
  return { ok: steps.every(({ outcome }) => outcome !== "failed"), detail: sentences(steps.map(({ detail }) => detail)), steps };
}

async function sent(channel: Reached, target: Target | null, remember: (messageKey: string) => Promise<unknown>): Promise<TestStep> {
  const send = channel.handlers["message.send"];
  if (target === null || send === undefined) return { step: "send", outcome: "not-tried", detail: "No test message was sent: it was not said to whom" };
  const id = randomUUID();
  // Short, and the same in every language: one part of an SMS.
  const command = { id, ...target, text: `Kommutator: test ${id.slice(0, 4)}`, files: [], references: [] };
  const taken = async (): Promise<TestOutcome> => {
    const { messageKey } = await within(SEND_MS, send(command));
    await remember(messageKey);
    return { ok: true, detail: `"${command.text}" was taken as ${messageKey}` };
  };
  const answer = await inWords(taken());
  return { step: "send", outcome: answer.ok ? "ok" : "failed", detail: answer.detail };
}

async function inWords(work: Promise<TestOutcome>): Promise<TestOutcome> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ChannelError) return { ok: false, detail: error.message };
    throw error;
  }
}

async function balanceOf(deps: ApiDeps, channel: Reached, id: Id): Promise<Result["balance"]> {
  if (channel.balance === undefined) return null;
  try {
    return await within(BALANCE_MS, channel.balance());
  } catch (error) {
    deps.log.info({ err: error, channelId: id }, "the provider did not tell the balance");
    return null;
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ChannelError("unreachable", `The provider did not answer within ${ms / 1000} s.`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
