/** What became of a submission; `code` is the server's word, or "failed" when nobody answered. */
export type Outcome = { ok: true } | { ok: false; code: string };

interface Ticket {
  token: string;
  lifeMs: number;
  minFillMs: number;
  trap: string;
  /** When it came, on the page's monotonic clock. */
  at: number;
}

const RETRY_MS = [1_000, 3_000, 8_000];
const ANSWER_MS = 15_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The line to /hooks/:channelId for one form. A token is taken when somebody begins to fill the form in, and names the
 * submission: after a lost answer the same one is sent again with the same token, and counts once.
 */
export class FormWire {
  readonly #address: string;
  #ticket: Promise<Ticket | null> | null = null;

  constructor(origin: string, channel: string) {
    this.#address = `${origin}/hooks/${encodeURIComponent(channel)}`;
  }

  /** Somebody begins: the time of filling in counts from here. */
  begin(): void {
    this.#ticket ??= this.#ask();
  }

  /** The name of the trap field, once it is known. */
  async trap(): Promise<string | null> {
    return (await this.#ticket)?.trap ?? null;
  }

  async send(fields: Record<string, string | string[]>): Promise<Outcome> {
    let code = "failed";
    for (let attempt = 0; attempt <= RETRY_MS.length; attempt++) {
      if (attempt > 0) await pause(RETRY_MS[attempt - 1] as number);
      const ticket = await this.#fresh();
      if (ticket === null) continue;
      if (ticket === "refused") return { ok: false, code: "closed" };
      const answer = await this.#post({ ...fields, _token: ticket.token });
      if (answer === null || answer.status >= 500) continue;
      if (answer.status === 200) {
        this.#ticket = null;
        return { ok: true };
      }
      code = answer.error;
      // A token that grew old while the page stood open, or that another configuration gave: a new one, at once.
      if (answer.status === 401) this.#ticket = null;
      else if (answer.status === 425) await pause(answer.waitMs);
      else return { ok: false, code: answer.status === 404 || answer.status === 403 ? "closed" : code };
    }
    return { ok: false, code: code === "expired" || code === "too_fast" || code === "forged" ? "failed" : code };
  }

  /** A token that still counts, and not before a person can have filled in the form. */
  async #fresh(): Promise<Ticket | "refused" | null> {
    this.begin();
    let ticket = await this.#ticket;
    if (ticket !== null && performance.now() - ticket.at > ticket.lifeMs * 0.9) ticket = await this.#renew();
    if (ticket === null) {
      ticket = await this.#renew();
      if (ticket === null) return this.#closed ? "refused" : null;
    }
    const waitMs = ticket.at + ticket.minFillMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
    return ticket;
  }

  #renew(): Promise<Ticket | null> {
    this.#ticket = this.#ask();
    return this.#ticket;
  }

  /** The server is there and wants nothing from this page: a wrong channel or a site that is not on the list. */
  #closed = false;

  async #ask(): Promise<Ticket | null> {
    try {
      const answer = await fetch(`${this.#address}/token`, { credentials: "omit", signal: AbortSignal.timeout(ANSWER_MS) });
      this.#closed = answer.status === 404 || answer.status === 403;
      return answer.ok ? { ...((await answer.json()) as Omit<Ticket, "at">), at: performance.now() } : null;
    } catch {
      // A browser does not say whether nobody answered or the site is not on the list; whoever builds the page wants to know.
      this.#closed = false;
      console.warn(`The form got no token from ${this.#address}: is the server up, and ${location.origin} among the channel's allowed sites?`);
      return null;
    }
  }

  async #post(body: unknown): Promise<{ status: number; error: string; waitMs: number } | null> {
    try {
      const answer = await fetch(this.#address, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const said = (await answer.json().catch(() => ({}))) as { error?: string; waitMs?: number };
      return { status: answer.status, error: said.error ?? "failed", waitMs: said.waitMs ?? 1_000 };
    } catch {
      return null;
    }
  }
}
