import type { EpochMs, Id, Medium } from "@kommutator/contract/ids";
import type { RoutingInput } from "@kommutator/contract/routing-input";
import type { Facts } from "./facts.ts";

/** What the shell looked up about a dialog that the router holds nothing of (manual assignment, direct calls). */
export interface DialogFacts {
  medium: Medium;
  open: boolean;
  queueId: Id | null;
  /** The customer waits for an answer. */
  awaiting: boolean;
  /** What its opening would say now; left out = nothing is known. */
  opening?: Pick<Input<"dialog.opened">, "channelId" | "priority" | "identity" | "responsible" | "substituteId" | "person" | "requires">;
}

export type CoreInput = RoutingInput | { kind: "facts.read"; facts: Facts; at: EpochMs };

/** `id` is the input's own (routing_input.id); `now` the moment of deciding, never going back. */
export interface RouterEvent {
  id: number;
  now: EpochMs;
  input: CoreInput;
  /** For `dialog.assign` of a dialog without entry and assignment. */
  dialog?: DialogFacts | null;
}

/** One kind of input. */
export type Input<K extends RoutingInput["kind"]> = Extract<RoutingInput, { kind: K }>;
