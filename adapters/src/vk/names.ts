import type { VkClient } from "./client.ts";
import { int, list, str } from "./loose.ts";

/** users.get takes up to 1000 ids at once (dev.vk.com/method/users.get). */
const BATCH = 1_000;
const KEPT = 20_000;
const KEPT_MS = 24 * 3_600_000;
/** A message waits this long for an unknown writer's name, and then goes in without it. */
const PATIENCE_MS = 200;
/** After a failure, and after an answer that took too long, nobody waits for a while. */
const SULK_MS = 30_000;
const SLOW_MS = 3_000;

/** Display names of VK users: asked for together, kept for a day. Never fails and never delays a message noticeably. */
export class Names {
  readonly #client: VkClient;
  readonly #known = new Map<number, { name: string; at: number }>();
  readonly #wanted = new Set<number>();
  #asking: Promise<void> | null = null;
  #sulkUntil = 0;

  constructor(client: VkClient) {
    this.#client = client;
  }

  of(userId: number): string | undefined {
    return this.#known.get(userId)?.name;
  }

  /** Resolves when the names are known, or when it has taken long enough. Never rejects. */
  async want(userIds: readonly number[]): Promise<void> {
    const now = performance.now();
    const missing = userIds.filter((id) => {
      const known = this.#known.get(id);
      return known === undefined || now - known.at > KEPT_MS;
    });
    if (missing.length === 0 || now < this.#sulkUntil) return;
    for (const id of missing) this.#wanted.add(id);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#sulkUntil = performance.now() + SLOW_MS;
        resolve();
      }, PATIENCE_MS);
    });
    await Promise.race([this.#asking, late]);
    clearTimeout(timer);
  }

  async #ask(): Promise<void> {
    // One turn of the loop: events that arrive together are asked about together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#wanted.size > 0 && !this.#client.signal.aborted) {
      const ids = [...this.#wanted].slice(0, BATCH);
      for (const id of ids) this.#wanted.delete(id);
      try {
        const users = await this.#client.call<unknown>("users.get", { user_ids: ids.join(",") });
        for (const user of list(users)) this.#keep(int(user["id"]), `${str(user["first_name"])} ${str(user["last_name"])}`.trim());
      } catch {
        this.#wanted.clear();
        this.#sulkUntil = performance.now() + SULK_MS;
      }
    }
  }

  #keep(id: number | undefined, name: string): void {
    if (id === undefined || name === "") return;
    this.#known.delete(id);
    this.#known.set(id, { name: name.slice(0, 200), at: performance.now() });
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value as number);
  }
}
