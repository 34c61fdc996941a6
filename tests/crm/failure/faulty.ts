import type { Db, Tx } from "@kommutator/contract/db";

/** error: the database refuses the statement. killed: its connection is cut by an administrator just before it. */
type How = "error" | "killed";

/** What the driver's statement consists of before it is sent. */
interface Statement {
  strings: readonly string[];
  args: unknown[];
  tagged: boolean;
  handler(statement: Statement): void;
  reject(error: Error): void;
}
const isStatement = (value: unknown): value is Statement => typeof value === "object" && value !== null && "handler" in value && "strings" in value;

/**
 * A real database of which the Nth statement of the transactions begun meanwhile fails. Statements are counted when they are sent, so parts of
 * a statement are not; the commit counts as the last one.
 */
export class FaultyDatabase {
  readonly sql: Db;
  readonly #real: Db;
  #armed: { at: number; how: How } | null = null;
  #sent = 0;
  #struck = false;

  constructor(sql: Db) {
    this.#real = sql;
    this.sql = new Proxy(sql, {
      get: (target, key) => {
        const value = Reflect.get(target, key) as unknown;
        return key === "begin" ? (...args: unknown[]) => this.#begin(target, args) : typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  /** Runs the work with the Nth statement failing; `struck`: it came so far. */
  async failing<T>(at: number, how: How, work: () => Promise<T>): Promise<{ result: T; struck: boolean; statements: number }> {
    this.#armed = { at, how };
    this.#sent = 0;
    this.#struck = false;
    try {
      const result = await work();
      return { result, struck: this.#struck, statements: this.#sent };
    } finally {
      this.#armed = null;
    }
  }

  #begin(sql: Db, args: unknown[]): unknown {
    const work = args.pop() as (tx: Tx) => Promise<unknown>;
    return (sql.begin as (...a: unknown[]) => unknown)(...args, async (tx: Tx) => {
      if (this.#armed === null) return work(tx);
      const [row] = await tx<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      const { pid } = row as { pid: number };
      const result = await work(this.#watched(tx, pid));
      // Whatever was refused must not be committed: the last chance is the commit itself.
      if (this.#strikes()) {
        if (this.#armed.how === "killed") await this.#kill(pid);
        else throw new Error("refused on purpose at the commit");
      }
      return result;
    });
  }

  /** The transaction with its statements counted; in savepoints too. */
  #watched(tx: Tx, pid: number): Tx {
    const watch = (value: unknown): unknown => {
      if (isStatement(value)) this.#hook(value, pid);
      return value;
    };
    return new Proxy(tx, {
      apply: (target, self, args) => watch(Reflect.apply(target as never, self, args)),
      get: (target, key) => {
        const value = Reflect.get(target, key) as unknown;
        if (key === "unsafe") return (...args: unknown[]) => watch((value as (...a: unknown[]) => unknown).apply(target, args));
        if (key === "savepoint")
          return (...args: unknown[]) => {
            const work = args.pop() as (sp: Tx) => unknown;
            return (value as (...a: unknown[]) => unknown).apply(target, [...args, (sp: Tx) => work(this.#watched(sp, pid))]);
          };
        return value;
      },
    });
  }

  #strikes(): boolean {
    if (this.#armed === null || this.#struck) return false;
    this.#sent++;
    this.#struck = this.#sent === this.#armed.at;
    return this.#struck;
  }
  async #kill(pid: number): Promise<void> {
    await this.#real`SELECT pg_terminate_backend(${pid}, 5000)`;
  }

  /** The driver calls the handler when the statement is to be sent: here it may become another one, or find its connection dead. */
  #hook(statement: Statement, pid: number): void {
    const { handler } = statement;
    statement.handler = (sent) => {
      if (!this.#strikes()) return handler(sent);
      if (this.#armed?.how === "killed") {
        this.#kill(pid).then(
          () => handler(sent),
          (error: Error) => sent.reject(error),
        );
        return;
      }
      sent.strings = ["SELECT 1 / 0"];
      sent.args = [];
      sent.tagged = true;
      handler(sent);
    };
  }
}
