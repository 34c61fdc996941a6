import type { Id } from "@kommutator/contract/ids";

export type SessionEnd = { employeeId: Id; sessionIds: Id[] | null; reason: string };

/** How crm-core tells the sockets of this process, at once, that sessions ended or rights changed. Other nodes notice within a second by reading. */
export class AccessSignals {
  #ended = new Set<(end: SessionEnd) => void>();
  #changed = new Set<() => void>();

  sessionsEnded(end: SessionEnd): void {
    for (const listener of this.#ended) listener(end);
  }
  rightsChanged(): void {
    for (const listener of this.#changed) listener();
  }
  onSessionsEnded(listener: (end: SessionEnd) => void): () => void {
    this.#ended.add(listener);
    return () => this.#ended.delete(listener);
  }
  onRightsChanged(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }
}
