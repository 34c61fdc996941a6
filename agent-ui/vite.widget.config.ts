import { resolve } from "node:path";
import { defineConfig } from "vite";

/**
 * The visitor's chat: `dist/chat.html`, served at /chat/:channelId, with its files under /assets.
 * With `--mode embed`: `dist/widget.js`, the one classic script that sites embed; with `--mode form`: `dist/widget/form.js`, the one
 * for sites' own forms.
 * Both are built after the workspace, which empties `dist`.
 */
const root = resolve(import.meta.dirname, "src/widget");
export default defineConfig(({ mode }) => ({
  root,
  base: "/",
  build: {
    outDir: resolve(import.meta.dirname, "dist"),
    emptyOutDir: false,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions:
      mode === "embed"
        ? { input: resolve(root, "embed.ts"), output: { format: "iife", entryFileNames: "widget.js" } }
        : mode === "form"
          ? { input: resolve(root, "form.ts"), output: { format: "iife", entryFileNames: "widget/form.js" } }
          : { input: { chat: resolve(root, "chat.html") } },
  },
}));
