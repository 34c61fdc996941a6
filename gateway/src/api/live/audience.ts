import { scopeOf } from "@kommutator/contract/access";
import type { DialogEvent } from "@kommutator/contract/dialog-event";
import type { Id } from "@kommutator/contract/ids";
import type { DialogRow } from "../dialogs/summary.ts";
import { isOfMessage, isPersonal, type Losers } from "./batch.ts";
import type { Client } from "./client.ts";
import type { WatchIndex } from "./watch-index.ts";

/**
 * To whom a piece of news may go at all, so that it is not weighed for everybody connected: with five hundred agents and five
 * hundred messages a second that would be a quarter of a million times a second. A superset of those with the right, which is
 * checked when it is sent. Made anew for each batch, from the clients as they are then.
 */
export class Audience {
  readonly #all: readonly Client[];
  readonly #watchers: WatchIndex;
  readonly #by = new Map<Id, Client[]>();
  /** Those who may see more than their own and their queues' dialogs. */
  readonly #wide: Client[] = [];

  constructor(clients: Iterable<Client>, watchers: WatchIndex) {
    const all: Client[] = [];
    for (const client of clients) {
      if (!client.live) continue;
      all.push(client);
      const mine = this.#by.get(client.employeeId);
      if (mine === undefined) this.#by.set(client.employeeId, [client]);
      else mine.push(client);
      const scope = scopeOf(client.principal, "dialog", "read");
      if (scope !== null && scope !== "own") this.#wide.push(client);
    }
    this.#all = all;
    this.#watchers = watchers;
  }

  of(e: DialogEvent, row: DialogRow | undefined): Iterable<Client> {
    if (isPersonal(e)) return this.#by.get(e.payload.employeeId) ?? [];
    if (isOfMessage(e)) return this.#live(this.#watchers.of(e.dialogId ?? ""));
    if (row === undefined || row.owner_id === null) return this.#all;
    return new Set([...this.concerned(row, null), ...this.#wide]);
  }

  /** Whose dialog or inquiry it is, to whom it is offered, who has it open, and whom it left: they are told at once. */
  concerned(row: DialogRow, losers: Losers | null): Set<Client> {
    const concerned = new Set<Client>(this.#live(this.#watchers.of(row.id)));
    for (const id of [row.owner_id, row.offer_employee_id, ...row.inquirer_ids, ...(losers?.people ?? [])])
      if (id !== null) for (const client of this.#by.get(id) ?? []) concerned.add(client);
    return concerned;
  }

  /** Those in whose lists it stands, or stood: the members of its queue while nobody has it, and who may see more. */
  others(row: DialogRow, losers: Losers): readonly Client[] {
    return row.owner_id === null || losers.queue ? this.#all : this.#wide;
  }

  #live(clients: Iterable<Client>): Client[] {
    return [...clients].filter((client) => client.live);
  }
}
