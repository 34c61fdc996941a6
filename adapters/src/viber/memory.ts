import type { Host, Origin } from "@kommutator/contract/channel";
import { z } from "zod";

/** Who opened the bot by a link and never wrote is forgotten after this, or when there are too many. */
const KEPT_MS = 30 * 24 * 3_600_000;
const KEPT_CONTEXTS = 2_000;
const KEPT_TEXTS = 200;
/** Every message asks whether its writer came by a link: what was read just now is good enough (a person takes longer to write). */
const FRESH_MS = 250;

const schema = z.object({
  contexts: z.record(z.string(), z.object({ context: z.string(), at: z.number() })).default({}),
  texts: z.record(z.string(), z.object({ token: z.string(), at: z.number() })).default({}),
});
type Kept = z.infer<typeof schema>;

/**
 * What has to outlive this process: by which link a person came, until his first message, and that the text of a message in
 * two parts is out, until its file is. Another node may have written it, so it is read afresh; changes of this node come one after
 * the other.
 */
export class Memory {
  readonly #host: Pick<Host, "load" | "save" | "now">;
  #last: Promise<unknown> = Promise.resolve();
  #lately: { kept: Promise<Kept>; until: number } | null = null;

  constructor(host: Pick<Host, "load" | "save" | "now">) {
    this.#host = host;
  }

  /** Where this person's first message came from; undefined for every other message. Throws when the store is away. */
  async originOf(userId: string): Promise<Origin | undefined> {
    const known = Object.entries((await this.#recent()).contexts).find(([id]) => id === userId);
    return known === undefined ? undefined : { source: known[1].context };
  }

  /** Resolves when it is stored. */
  rememberContext(userId: string, context: string): Promise<void> {
    return this.#change((kept) => ({ ...kept, contexts: newest({ ...kept.contexts, [userId]: { context, at: this.#host.now() } }, KEPT_CONTEXTS) }));
  }

  forgetContext(userId: string): Promise<void> {
    return this.#change((kept) => ({ ...kept, contexts: without(kept.contexts, userId) }));
  }

  /** Viber's token of the text of this command's message, when that part is out already. */
  async textOf(commandId: string): Promise<string | undefined> {
    return Object.entries((await this.#load()).texts).find(([id]) => id === commandId)?.[1].token;
  }

  rememberText(commandId: string, token: string): Promise<void> {
    return this.#change((kept) => ({ ...kept, texts: newest({ ...kept.texts, [commandId]: { token, at: this.#host.now() } }, KEPT_TEXTS) }));
  }

  forgetText(commandId: string): Promise<void> {
    return this.#change((kept) => ({ ...kept, texts: without(kept.texts, commandId) }));
  }

  /** At most 250 ms old, and never older than a change of this node. */
  #recent(): Promise<Kept> {
    const now = performance.now();
    if (this.#lately !== null && now < this.#lately.until) return this.#lately.kept;
    const kept = this.#load();
    const lately = { kept, until: now + FRESH_MS };
    this.#lately = lately;
    // A failure is told to those who asked, not to those who ask next.
    kept.catch(() => {
      if (this.#lately === lately) this.#lately = null;
    });
    return kept;
  }

  async #load(): Promise<Kept> {
    const read = schema.safeParse((await this.#host.load()) ?? {});
    return read.success ? read.data : { contexts: {}, texts: {} };
  }

  #change(change: (kept: Kept) => Kept): Promise<void> {
    const changed = this.#last.then(async () => {
      const { contexts, texts } = change(await this.#load());
      const since = this.#host.now() - KEPT_MS;
      await this.#host.save({ contexts: younger(contexts, since), texts: younger(texts, since) });
      this.#lately = null;
    });
    this.#last = changed.catch(() => undefined);
    return changed;
  }
}

type Dated = Record<string, { at: number }>;
const without = <T extends Dated>(entries: T, key: string): T => Object.fromEntries(Object.entries(entries).filter(([id]) => id !== key)) as T;
const younger = <T extends Dated>(entries: T, since: number): T => Object.fromEntries(Object.entries(entries).filter(([, { at }]) => at >= since)) as T;
const newest = <T extends Dated>(entries: T, count: number): T =>
  Object.fromEntries(
    Object.entries(entries)
      .sort(([, a], [, b]) => b.at - a.at)
      .slice(0, count),
  ) as T;
