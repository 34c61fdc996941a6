import { existsSync } from "node:fs";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = process.env["KOMMUTATOR_API"] ?? "http://127.0.0.1:8080";
// The visitor's chat is its own small page; it never shares a chunk with the workspace's start.
const pages = ["index.html", "chat.html"].filter((page) => existsSync(new URL(page, import.meta.url)));

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: { host: "127.0.0.1", proxy: { "/api": api, "/live": { target: api, ws: true } } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    manifest: true,
    chunkSizeWarningLimit: 700,
    rollupOptions: { input: pages.map((page) => new URL(page, import.meta.url).pathname) },
  },
});
