import type { Claims } from "./protocol.ts";

/** A message of the visitor that the server has not confirmed yet. */
export interface Unsent {
  key: string;
  text: string;
  at: number;
  claims?: Claims;
  /** Refused for good: shown with "try again". */
  failed?: boolean;
}

interface Kept {
  token: string;
  name: string;
  unsent: Unsent[];
}

/** What the browser keeps of a chat between visits; works (until the page closes) where storage is forbidden. */
export class Memory {
  readonly #key: string;
  #kept: Kept = { token: "", name: "", unsent: [] };

  constructor(channelId: string) {
    this.#key = `kommutator-chat:${channelId}`;
    try {
      this.#kept = { ...this.#kept, ...(JSON.parse(localStorage.getItem(this.#key) ?? "{}") as Partial<Kept>) };
    } catch {
      // Storage is forbidden or broken: the chat lives as long as the page.
    }
  }

  get token(): string {
    return this.#kept.token;
  }
  get name(): string {
    return this.#kept.name;
  }
  get unsent(): readonly Unsent[] {
    return this.#kept.unsent;
  }

  keep(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#kept));
    } catch {
      // as above
    }
  }
}
