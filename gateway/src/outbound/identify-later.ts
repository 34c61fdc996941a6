import type { RawIdentity } from "@kommutator/contract/channel";
import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { EmitEvents, EnqueueRouting, Identify } from "@kommutator/contract/ports";
import { type ChannelFacts, readFacts } from "../dialogs/ingest-deps.ts";
import { whoIsRouted } from "../dialogs/open-dialog.ts";

/** Identifies whoever the dialog is with, when that was not possible within a call's budget; tells router and screens. */
export async function identifyLater(
  deps: { sql: Db; identify: Identify; emit: EmitEvents; enqueue: EnqueueRouting; now: () => number; onCommitted: () => void },
  dialogId: Id,
): Promise<void> {
  await deps.sql.begin(async (tx) => {
    const [dialog] = await tx<
      {
        channel_id: Id;
        medium: string;
        identity_kind: RawIdentity["kind"];
        identity_value: string | null;
        display_name: string | null;
        closed_at: Date | null;
        queue_id: Id | null;
      }[]
    >`
      SELECT channel_id, medium, identity_kind, identity_value, display_name, closed_at,
        (SELECT queue_id FROM entry WHERE dialog_id = dialog.id ORDER BY enqueued_at, id LIMIT 1) AS queue_id
      FROM dialog WHERE id = ${dialogId} AND identity_result = 'pending' FOR NO KEY UPDATE`;
    if (dialog === undefined) return;
    const identification = await deps.identify.identify(
      tx,
      { kind: dialog.identity_kind, value: dialog.identity_value, displayName: dialog.display_name ?? undefined },
      { channelId: dialog.channel_id, createLead: dialog.identity_value !== null, verifiedHow: dialog.medium === "voice" ? "inbound_call" : "inbound_message" },
    );
    await tx`UPDATE dialog SET identity_result = ${identification.result}, contact_point_id = ${identification.contactPointId}, version = version + 1 WHERE id = ${dialogId}`;
    await deps.identify.attachParty(tx, dialogId, identification);
    await deps.emit(tx, [{ kind: "dialog.identified", dialogId, payload: { identification } }]);
    if (dialog.closed_at !== null) return;
    const facts = await readFacts(tx, [dialog.channel_id]);
    const channel = facts.channels.get(dialog.channel_id) as ChannelFacts;
    await deps.enqueue(tx, [
      {
        kind: "dialog.identified",
        dialogId,
        ...whoIsRouted(identification, facts, dialog.queue_id ?? channel.queueId, channel),
        person: identification.contactPointId ?? undefined,
        at: deps.now(),
      },
    ]);
  });
  deps.onCommitted();
}
