import { randomUUID } from "node:crypto";
import type { TestOutcome, TestStep } from "@kommutator/contract/channel";
import type { EpochMs, Id } from "@kommutator/contract/ids";
import { sentences } from "@kommutator/contract/sentences";
import type { WebFormConfig } from "./config.ts";
import { type FormDesk, TRIAL } from "./desk.ts";
import { signBody } from "./token.ts";

/**
 * Sends a whole form of its own, signed and marked as a trial, through the public address: it is checked and read as a visitor's is and
 * stored nowhere, so no inquiry comes of it. Then asks for a token as a page of the first allowed site. Says in words what is wrong.
 */
export async function tryForm(config: WebFormConfig, channelId: Id, desk: FormDesk, now: EpochMs, stop: AbortSignal): Promise<TestOutcome> {
  if (config.publicUrl === "") return failed("connect", "Enter the public address of this server: sites send their forms there");
  const address = `${config.publicUrl.replace(/\/+$/, "")}/hooks/${channelId}`;
  const signal = AbortSignal.any([stop, AbortSignal.timeout(10_000)]);
  try {
    const word = `test ${randomUUID().slice(0, 4)}`;
    const body = Buffer.from(JSON.stringify(trialForm(config, word)));
    const timestamp = String(Math.floor(now / 1_000));
    const headers = { "content-type": "application/json", "x-timestamp": timestamp, "x-signature": signBody(config.secret, timestamp, body) };
    const answer = await fetch(address, { method: "POST", headers, body, redirect: "error", signal });
    const said = (await answer.json().catch(() => ({}))) as { trial?: string; text?: string; error?: string };
    if (answer.status === 401 && said.error === "forged")
      return failed("connect", `${address} checks with another secret, or something between changes the body: is it this server?`);
    if (answer.status === 401) return failed("connect", `The clock behind ${address} is more than five minutes off`);
    if (answer.status !== 200 || said.trial !== channelId)
      return failed("connect", `${address} answers ${answer.status} and is not this channel: check the public address and the proxy`);
    const site = await tokenFault(address, config, signal);
    if (site !== null) return failed("connect", site);
    const { taken, trapped, refused } = desk.counted;
    const connect = `${config.allowedOrigins.length === 0 ? `Signed forms arrive at ${address}; no site may use the snippet yet: enter its address` : `Forms arrive at ${address}, from pages of ${config.allowedOrigins.join(", ")} too`}. Since the start: ${taken} taken, ${trapped} from machines, ${refused} refused`;
    if (said.text?.includes(word) !== true) return failed("receive", "The trial form came back without what was written in it", connect);
    return outcome([
      { step: "connect", outcome: "ok", detail: connect },
      { step: "receive", outcome: "ok", detail: `A trial form was sent, checked and read: "${said.text.slice(0, 200)}"; nothing of it was kept` },
    ]);
  } catch {
    return failed("connect", `${address} cannot be reached from here: check the public address, its certificate and the proxy`);
  }
}

/** A form as a visitor would fill it in, with the names that this channel's settings give to the fields. */
const trialForm = (config: WebFormConfig, word: string): Record<string, string> => ({
  [config.textFields[0] ?? "message"]: `Kommutator: ${word}`,
  ...(config.consentFields[0] === undefined ? {} : { [config.consentFields[0]]: "1" }),
  _key: randomUUID(),
  [TRIAL]: "1",
});

/** What keeps the pages of the first allowed site from sending; null when nothing does. */
async function tokenFault(address: string, { allowedOrigins: [site] }: WebFormConfig, signal: AbortSignal): Promise<string | null> {
  if (site === undefined) return null;
  const token = await fetch(`${address}/token`, { headers: { origin: site }, redirect: "error", signal });
  await token.body?.cancel();
  return token.status === 200 ? null : `Pages of ${site} get no token (${token.status}): does the proxy pass on the header Origin?`;
}

const outcome = (steps: TestStep[]): TestOutcome => ({
  ok: steps.every((step) => step.outcome === "ok"),
  detail: sentences(steps.map(({ detail }) => detail)),
  steps,
});

function failed(step: "connect" | "receive", detail: string, connected = ""): TestOutcome {
  const before: TestStep[] = step === "receive" ? [{ step: "connect", outcome: "ok", detail: connected }] : [];
  return outcome([...before, { step, outcome: "failed", detail }]);
}
