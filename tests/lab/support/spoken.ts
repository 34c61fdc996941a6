import { readFile } from "node:fs/promises";
import { promptFile } from "./asterisk.ts";
import { placeOf, wavSamples } from "./audio.ts";
import type { SipCall } from "./sip.ts";
import { until } from "./wait.ts";

/** The samples of one of our words. */
export async function prompt(language: "ru" | "kk", name: string): Promise<Int16Array> {
  return wavSamples(await readFile(promptFile(language, name))).samples;
}

/** Waits until the word is heard in the call after the moment `from` (performance.now). */
export async function hearsPrompt(call: SipCall, from: number, language: "ru" | "kk", name: string): Promise<void> {
  const sound = await prompt(language, name);
  let searched = from;
  await until(
    `"${name}" is heard`,
    () => {
      const since = searched - 3000;
      searched = performance.now();
      return placeOf(sound, call.rtp.heard(Math.max(from, since))) >= 0;
    },
    { timeoutMs: 20_000, everyMs: 300 },
  );
}
