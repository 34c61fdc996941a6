import { mkdir } from "node:fs/promises";
import { build } from "esbuild";

/**
 * One file of everything that `core-main.ts` needs: such a process is up in a tenth of a second, so that one can be killed
 * at every message. It lies inside the repository, where its native packages are found.
 */
export async function bundleCore(): Promise<string> {
  const out = new URL("../../out/", import.meta.url).pathname;
  await mkdir(out, { recursive: true });
  const outfile = `${out}core-main-${process.pid}.mjs`;
  await build({
    entryPoints: [new URL("core-main.ts", import.meta.url).pathname],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile,
    external: ["@node-rs/argon2", "pg-native", "pg", "graphile-worker"],
    banner: { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" },
    logLevel: "error",
  });
  return outfile;
}
