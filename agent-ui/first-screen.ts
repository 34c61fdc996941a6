import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Budget of the first screen's script, gzipped: what a browser must load before the list of dialogs stands (design: 220 KB). */
export const FIRST_SCREEN_BUDGET = 220 * 1024;

// The frame with its call bar (a ringing call in it) and the list of dialogs. Menus, tooltips and everything else come while the list is read, or when asked for.
const FIRST = ["index.html", "src/app/Frame.tsx", "src/features/dialogs/DialogsPage.tsx"];
// Words of the first screen: the longest language counts.
const WORDS = [
  "src/locales/{}/common.json",
  "src/locales/{}/errors.json",
  "src/features/login/locales/{}.json",
  "src/features/dialogs/locales/{}.json",
  "src/features/call/locales/{}.json",
];

interface Chunk {
  type: "chunk";
  fileName: string;
  code: string;
  imports: string[];
  facadeModuleId: string | null;
}

/** Adds up the first screen after a build, prints it, and in CI fails the build when it is over the budget. */
export function firstScreen(root: string): Plugin {
  return {
    name: "first-screen",
    apply: "build",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk") as unknown as Chunk[];
      const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const of = (path: string) => chunks.find((chunk) => chunk.facadeModuleId?.replaceAll("\\", "/") === `${root}/${path}`);
      const wanted = new Set<Chunk>();
      const take = (chunk: Chunk | undefined) => {
        if (chunk === undefined || wanted.has(chunk)) return;
        wanted.add(chunk);
        for (const file of chunk.imports) take(byFile.get(file));
      };
      for (const path of FIRST) {
        const chunk = of(path);
        if (chunk === undefined) this.error(`first screen: no chunk for ${path}`);
        take(chunk);
      }
      const size = (chunk: Chunk | undefined) => (chunk === undefined ? 0 : gzipSync(chunk.code).length);
      const words = Math.max(...["ru", "en", "kk", "uk"].map((language) => WORDS.reduce((sum, path) => sum + size(of(path.replace("{}", language))), 0)));
      const total = [...wanted].reduce((sum, chunk) => sum + size(chunk), words);
      const text = `first screen: ${(total / 1024).toFixed(1)} KB gz of script in ${wanted.size} files with its words (budget ${FIRST_SCREEN_BUDGET / 1024} KB)`;
      // In CI the budget is a limit; on a workplace a word of warning.
      if (total > FIRST_SCREEN_BUDGET && process.env["CI"] !== undefined) this.error(text);
      console.log(text);
    },
  };
}
