import type { ChannelTest } from "@kommutator/contract/api/admin";
import { type Channel, ChannelError } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import type { z } from "zod";
import type { ApiDeps } from "../deps.ts";

type Result = z.infer<typeof ChannelTest>;

/** A provider that does not answer is said to, so that the button never hangs. */
const TEST_MS = 30_000;
const BALANCE_MS = 10_000;

/** The "test" button: the channel does the real thing and says in words what is wrong; the money left comes along where it is told. */
export async function testChannel(deps: ApiDeps, id: Id): Promise<Result> {
  const channel = deps.supervisor.open(id);
  const { state, detail } = deps.supervisor.status(id);
  if (channel === null) return { ok: false, detail: detail ?? state, balance: null };
  const [result, balance] = await Promise.all([tried(channel, state), balanceOf(deps, channel, id)]);
  return { ...result, balance };
}

async function tried(channel: Channel, state: string): Promise<{ ok: boolean; detail: string }> {
  if (channel.test === undefined) return { ok: true, detail: state };
  try {
    return await within(TEST_MS, channel.test());
  } catch (error) {
    if (error instanceof ChannelError) return { ok: false, detail: error.message };
    throw error;
  }
}

async function balanceOf(deps: ApiDeps, channel: Channel, id: Id): Promise<Result["balance"]> {
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
