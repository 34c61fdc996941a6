import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { firstScreen } from "./first-screen.ts";

const api = process.env["KOMMUTATOR_API"] ?? "http://127.0.0.1:8080";

// The visitor's chat is a page of its own with its own configuration: vite.widget.config.ts.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), firstScreen(import.meta.dirname)],
  server: { host: "127.0.0.1", proxy: { "/api": api, "/live": { target: api, ws: true } } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    manifest: true,
    chunkSizeWarningLimit: 700,
    // What most pages share stands in one file: a hundred small ones compress worse and cost a request each.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 20 }] } } },
  },
});
