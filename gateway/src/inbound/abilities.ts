import type { Channel, ChannelLimits, CommandKind } from "@kommutator/contract/channel";
import type { Db, Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { ChannelSupervisor } from "../ports.ts";

/**
 * What a channel can do. Whoever opens it writes this into its row, so that it is known on the nodes that have not got the channel, and
 * while it is away: what is written then waits for it under the same rules.
 */
export interface ChannelAbilities {
  commands: CommandKind[];
  limits: ChannelLimits;
  /** Its provider calls us. */
  webhook: boolean;
  /** It can be tested; its provider tells the money left. */
  test: boolean;
  balance: boolean;
}

/** The abilities of an open channel. */
export function abilitiesOf(channel: Channel): ChannelAbilities {
  const commands = (Object.keys(channel.handlers) as CommandKind[]).filter((kind) => channel.handlers[kind] !== undefined);
  return { commands, limits: channel.limits, webhook: channel.webhook !== undefined, test: channel.test !== undefined, balance: channel.balance !== undefined };
}

/** What the channel can do, as it is open here, otherwise as it was last open anywhere; null: it has never been. */
export async function knownAbilities(supervisor: Pick<ChannelSupervisor, "open">, sql: Db | Tx, channelId: Id): Promise<ChannelAbilities | null> {
  const open = supervisor.open(channelId);
  if (open !== null) return abilitiesOf(open);
  const [row] = await sql<{ abilities: ChannelAbilities | null }[]>`SELECT abilities FROM channel WHERE id = ${channelId}`;
  return row?.abilities ?? null;
}
