import type { PendingQuery, Row } from "postgres";
import type { Db, Tx } from "./db.ts";

/** A piece of a statement, as a tagged template makes it. */
export type Fragment = PendingQuery<Row[]>;

/** Text as it stands. */
class Text {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
/** A piece of a statement: its texts and what stands between them. */
class Part {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }
}

/**
 * A statement that is put together from many fragments. The driver makes a whole query (a promise, its error, its options) of each; of the
 * 150 of a history that was more work than asking the database. `build` gets what looks like the transaction and may only make
 * fragments with it: tagged templates, `sql("column")`, `sql.unsafe(text)`, `sql.json(value)`. Prepared like every other statement.
 */
export function statement<R extends (object | undefined)[] = Row[]>(tx: Tx | Db, build: (sql: Tx) => unknown): PendingQuery<R> {
  const sql = Object.assign(
    (first: TemplateStringsArray | string, ...values: unknown[]) => (typeof first === "string" ? new Text(quoted(first)) : new Part(first, values)),
    {
      unsafe: (text: string) => new Text(text),
      json: (value: never) => tx.json(value),
    },
  );
  const parameters: unknown[] = [];
  const text = written(build(sql as unknown as Tx), parameters);
  return tx.unsafe<R>(text, parameters as never[], { prepare: true });
}

const quoted = (name: string): string => `"${name.replace(/"/g, '""')}"`;

function written(value: unknown, parameters: unknown[]): string {
  if (value instanceof Text) return value.text;
  if (value instanceof Part) return value.strings.reduce((text, next, i) => text + written(value.values[i - 1], parameters) + next);
  if (Array.isArray(value) && value[0] instanceof Part) return value.map((each) => written(each, parameters)).join(" ");
  return `$${parameters.push(value)}`;
}
