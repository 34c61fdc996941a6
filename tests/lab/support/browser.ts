import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { sine, wav } from "./audio.ts";

/** Chromium without a screen whose microphone is a tone; nothing leaves loopback. `soundAfterGesture`: no page sounds before it was clicked, as in the field. */
export async function launchBrowser(options: { microphoneHz?: number; soundAfterGesture?: boolean; args?: string[] } = {}): Promise<Browser> {
  const dir = mkdtempSync(join(tmpdir(), "kommutator-tone-"));
  const file = join(dir, "tone.wav");
  writeFileSync(file, wav(sine(options.microphoneHz ?? 600, 48_000 * 30, 48_000), 48_000));
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    // Without a locale that knows Cyrillic, Chromium calls every download with a Russian name "download".
    env: { ...(process.env as Record<string, string>), LC_ALL: "C.UTF-8" },
    args: [
      "--no-sandbox",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${file}`,
      `--autoplay-policy=${options.soundAfterGesture === true ? "document-user-activation-required" : "no-user-gesture-required"}`,
      "--allow-loopback-in-peer-connection",
      "--ignore-certificate-errors",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--disable-default-apps",
      "--no-proxy-server",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*, EXCLUDE localhost",
      ...(options.args ?? []),
    ],
  });
  browser.once("disconnected", () => rmSync(dir, { recursive: true, force: true }));
  return browser;
}

/** The lab's telephone page on a free port of 127.0.0.1 (a secure context, so the microphone is allowed). */
export async function servePhonePage(): Promise<{ url: string; close(): Promise<void> }> {
  const { build } = await import("esbuild");
  const built = await build({
    entryPoints: [new URL("./phone-page.ts", import.meta.url).pathname],
    bundle: true,
    write: false,
    format: "iife",
    target: "chrome120",
    logLevel: "error",
  });
  const script = built.outputFiles[0]?.text ?? "";
  const server: Server = createServer((request, response) => {
    if (request.url === "/phone.js") {
      response.setHeader("content-type", "text/javascript");
      response.end(script);
    } else {
      response.setHeader("content-type", "text/html");
      response.end('<!doctype html><meta charset="utf-8"><title>lab phone</title><audio autoplay></audio><script src="/phone.js"></script>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
