import { resolve } from "node:path";
import { defineConfig } from "vite";

/**
 * The visitor's chat: `dist/widget/index.html` is served at /chat/:channelId, `dist/widget/assets/*` at /chat/assets/*.
 * With `--mode embed`: `dist/widget/widget.js`, the one classic script that sites embed, served at /widget.js.
 * Both are built after the workspace, which empties `dist`.
 */
const root = resolve(import.meta.dirname, "src/widget");
const outDir = resolve(import.meta.dirname, "dist/widget");
export default defineConfig(({ mode }) => ({
  root,
  base: "/chat/",
  build: {
    outDir,
    emptyOutDir: mode !== "embed",
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions:
      mode === "embed"
        ? { input: resolve(root, "embed.ts"), output: { format: "iife", entryFileNames: "widget.js" } }
        : { input: { chat: resolve(root, "index.html") } },
  },
}));
