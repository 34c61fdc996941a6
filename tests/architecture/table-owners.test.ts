import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url).pathname;
const OWNERS = ["gateway", "routing", "crm-core"] as const;

function files(dir: string, wanted: (name: string) => boolean): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile() && wanted(f.name) && !f.parentPath.includes("node_modules"))
    .map((f) => join(f.parentPath, f.name));
}

/** Which part owns a table: the one whose migration creates it. */
function owners(): Map<string, string> {
  const found = new Map<string, string>();
  for (const owner of OWNERS) {
    for (const file of files(join(ROOT, owner, "migrations"), (n) => n.endsWith(".sql"))) {
      for (const [, table] of readFileSync(file, "utf8").matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/g)) found.set(table as string, owner);
    }
  }
  return found;
}

/** Tables that a source text writes: INSERT INTO x, UPDATE x SET, DELETE FROM x, TRUNCATE x. */
export function written(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
  return [
    ...code.matchAll(
      /\b(?:INSERT\s+INTO|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|MERGE\s+INTO)\s+(?:ONLY\s+)?(\w+)|\bUPDATE\s+(?:ONLY\s+)?(\w+)\s+(?:AS\s+\w+\s+|\w+\s+)?SET\b/gi,
    ),
  ].map((m) => (m[1] ?? m[2] ?? "").toLowerCase());
}

describe("every table has one owner", () => {
  const owned = owners();

  for (const part of [...OWNERS, "adapters"]) {
    test(`${part} writes only its own tables`, () => {
      const foreign: string[] = [];
      for (const file of files(join(ROOT, part, "src"), (n) => n.endsWith(".ts") && !/\.(test|fixture)\.ts$/.test(n))) {
        if (file.includes("/testing/")) continue;
        for (const table of written(readFileSync(file, "utf8"))) {
          const owner = owned.get(table);
          if (owner !== undefined && owner !== part) foreign.push(`${file.slice(ROOT.length)} writes ${table}, which is ${owner}'s`);
        }
      }
      expect(foreign).toEqual([]);
    });
  }

  test("a second writer would be seen", () => {
    expect(written("await tx`UPDATE entry SET x = 1`; sql`insert into dialog (id) values (1)`; tx`DELETE FROM offer WHERE id = 1`")).toEqual([
      "entry",
      "dialog",
      "offer",
    ]);
    expect(owned.get("entry")).toBe("routing");
  });

  test("migrations have one global numbering", () => {
    const numbers = OWNERS.flatMap((o) =>
      readdirSync(join(ROOT, o, "migrations"))
        .filter((f) => f.endsWith(".sql"))
        .map((f) => Number.parseInt(f, 10)),
    ).sort((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });
});
