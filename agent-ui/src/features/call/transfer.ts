import type { TransferTargets } from "@kommutator/contract/api/routing";
import { dialable } from "./dialable.ts";

/** Where a talk may be handed, as the body of the request says it. */
type TransferTo = { employeeId: string } | { queueId: string } | { number: string };

export interface TransferChoice {
  /** Of the option in the list. */
  key: string;
  to: TransferTo;
  name: string;
  kind: "person" | "queue" | "number";
  /** Nobody would be rung this moment: a colleague cannot be chosen then, in a queue the caller waits. */
  ready: boolean;
  /** Of a colleague: what they do; of a queue: how many are ready. */
  state?: TransferTargets["people"][number]["state"];
  count?: number;
}

const plain = (text: string) => text.toLocaleLowerCase().replaceAll("ё", "е").trim();

/** What the list offers for what was typed: colleagues and queues whose name has each of its words, and the number when it is one. */
export function choices(targets: TransferTargets, typed: string): TransferChoice[] {
  const words = plain(typed).split(/\s+/);
  const fits = ({ name }: { name: string }) => words.every((word) => plain(name).includes(word));
  const number: TransferChoice[] = dialable(typed) ? [{ key: "number", to: { number: typed.trim() }, name: typed.trim(), kind: "number", ready: true }] : [];
  const people = targets.people
    .filter(fits)
    .map((p): TransferChoice => ({ key: `p-${p.id}`, to: { employeeId: p.id }, name: p.name, kind: "person", ready: p.ready, state: p.state }));
  const queues = targets.queues
    .filter(fits)
    .map((q): TransferChoice => ({ key: `q-${q.id}`, to: { queueId: q.id }, name: q.name, kind: "queue", ready: q.ready > 0, count: q.ready }));
  return [...number, ...people, ...queues];
}
