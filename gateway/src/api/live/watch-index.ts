import type { Id } from "@kommutator/contract/ids";
import type { Client } from "./client.ts";

/** Who watches a dialog, by dialog: a message asks the few who watch it instead of everybody connected. Kept equal to `Client.watched`. */
export class WatchIndex {
  readonly #by = new Map<Id, Set<Client>>();

  add(client: Client, dialogId: Id): void {
    client.watched.add(dialogId);
    const watching = this.#by.get(dialogId);
    if (watching === undefined) this.#by.set(dialogId, new Set([client]));
    else watching.add(client);
  }

  delete(client: Client, dialogId: Id): void {
    client.watched.delete(dialogId);
    const watching = this.#by.get(dialogId);
    if (watching?.delete(client) === true && watching.size === 0) this.#by.delete(dialogId);
  }

  /** The client is gone. */
  drop(client: Client): void {
    for (const dialogId of [...client.watched]) this.delete(client, dialogId);
  }

  of(dialogId: Id): Iterable<Client> {
    return this.#by.get(dialogId) ?? [];
  }
}
