import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ADAPTERS = new URL("../../adapters/src/", import.meta.url).pathname;
const run = promisify(execFile);

/** The npm packages that a fresh process has loaded (those in CommonJS, which all of the providers' libraries are) after these imports. */
async function packagesAfter(files: string[]): Promise<string[]> {
  const script = `
    import { createRequire } from "node:module";
    for (const file of ${JSON.stringify(files)}) await import(file);
    const packages = Object.keys(createRequire(import.meta.url).cache).map((path) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path)?.[1]);
    console.log(JSON.stringify([...new Set(packages)].filter((name) => name !== undefined)));`;
  const { stdout } = await run(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script]);
  return JSON.parse(stdout) as string[];
}

test("the channels' forms are shown without loading the providers' libraries", { timeout: 60_000 }, async () => {
  const kinds = (await readdir(ADAPTERS, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const libraries = ["imapflow", "mailparser", "nodemailer", "smpp", "telegraf", "viber-bot", "vk-io", "ws"];
  const loaded = await packagesAfter(kinds.map((kind) => join(ADAPTERS, kind, "index.ts")));
  expect(loaded.filter((name) => libraries.includes(name))).toEqual([]);
  const opened = await packagesAfter(["telegram", "sms-smpp"].map((kind) => join(ADAPTERS, kind, "open.ts")));
  expect(opened).toEqual(expect.arrayContaining(["telegraf", "smpp"]));
});
