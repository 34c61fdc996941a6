import type { RoutingInput } from "@kommutator/contract/routing-input";

/** What became of an input: decided and durable, put aside, or not taken (then it belongs into the table). */
export type DirectOutcome = "decided" | "aside" | "elsewhere";

interface One {
  /** 0 until it is taken for the first time. */
  id: number;
  readonly input: RoutingInput;
  readonly resolve: (outcome: DirectOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Inputs of this process that its engine decides without a row of their own: who brought one is told after the commit of its decision,
 * so nothing needs to be durable before. It saves a commit for every press of a button.
 */
export class Direct {
  private waiting: One[] = [];
  private taken: One[] = [];

  /** Waits for its turn. Rejects when a commit with it failed and may stand or not. */
  put(input: RoutingInput): Promise<DirectOutcome> {
    return new Promise((resolve, reject) => this.waiting.push({ id: 0, input, resolve, reject }));
  }

  waits(): boolean {
    return this.waiting.length > 0;
  }

  /** The oldest ones go into a batch. */
  take(limit: number): One[] {
    this.taken = this.waiting.splice(0, Math.max(0, limit));
    return this.taken;
  }

  /** The batch stands. */
  settle(): void {
    for (const one of this.taken) one.resolve("decided");
    this.taken = [];
  }

  /** The batch surely does not stand: its inputs are the next ones again. */
  putBack(): void {
    this.waiting.unshift(...this.taken);
    this.taken = [];
  }

  /** This one failed for itself. */
  setAside(id: number): void {
    for (const one of this.waiting) if (one.id === id) one.resolve("aside");
    this.waiting = this.waiting.filter((one) => one.id !== id);
  }

  /** Nobody decides here any more. */
  giveBack(): void {
    for (const one of this.waiting) one.resolve("elsewhere");
    this.waiting = [];
  }

  /** Whether the batch stands nobody knows. */
  fail(error: unknown): void {
    for (const one of this.taken) one.reject(error);
    this.taken = [];
  }
}
