import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const ROOT = new URL("../../", import.meta.url).pathname;

describe("what is written about the house is true of it", () => {
  for (const file of ["README.md", "docs/decisions.md"]) {
    test(`every link of ${file} leads to a file`, () => {
      const text = readFileSync(join(ROOT, file), "utf8");
      const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((m) => m[1] as string).filter((l) => !/^https?:/.test(l));
      expect(links.filter((l) => !existsSync(join(ROOT, dirname(file), l)))).toEqual([]);
    });
  }

  test("docker-compose.yml parses and mounts the configuration that the tests run", () => {
    const compose = parse(readFileSync(join(ROOT, "docker-compose.yml"), "utf8")) as {
      services: Record<string, { volumes?: string[] }>;
      volumes: Record<string, unknown>;
    };
    expect(Object.keys(compose.services)).toEqual(["postgres", "redis", "asterisk", "mail", "kommutator", "proxy"]);
    for (const [name, service] of Object.entries(compose.services)) {
      for (const volume of service.volumes ?? []) {
        const source = volume.split(":")[0] as string;
        if (source.startsWith(".")) expect(existsSync(join(ROOT, source)), `${name} mounts ${source}`).toBe(true);
        else expect(Object.keys(compose.volumes), `${name} names a volume`).toContain(source);
      }
    }
  });

  test("the two commands stand in the README", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    expect(readme).toContain("npm start");
    expect(readme).toContain("npm test");
  });
});
