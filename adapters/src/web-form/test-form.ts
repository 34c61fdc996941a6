import type { EpochMs, Id } from "@kommutator/contract/ids";
import type { WebFormConfig } from "./config.ts";
import type { FormDesk } from "./desk.ts";
import { signBody } from "./token.ts";

/** A signed request through the public address and back, then a token for the first allowed site; says in words what is wrong. */
export async function tryForm(config: WebFormConfig, channelId: Id, desk: FormDesk, now: EpochMs, stop: AbortSignal): Promise<{ ok: boolean; detail: string }> {
  const { taken, trapped, refused } = desk.counted;
  const counts = `Since the start: ${taken} taken, ${trapped} from machines, ${refused} refused`;
  if (config.publicUrl === "") return { ok: false, detail: "Enter the public address of this server: sites send their forms there" };
  const address = `${config.publicUrl.replace(/\/+$/, "")}/hooks/${channelId}`;
  const signal = AbortSignal.any([stop, AbortSignal.timeout(10_000)]);
  try {
    const body = Buffer.from(JSON.stringify({ ping: true }));
    const timestamp = String(Math.floor(now / 1_000));
    const headers = { "content-type": "application/json", "x-timestamp": timestamp, "x-signature": signBody(config.secret, timestamp, body) };
    const answer = await fetch(`${address}/ping`, { method: "POST", headers, body, redirect: "error", signal });
    const said = (await answer.json().catch(() => ({}))) as { channel?: string; error?: string };
    if (answer.status === 401 && said.error === "forged")
      return { ok: false, detail: `${address} checks with another secret, or something between changes the body: is it this server?` };
    if (answer.status === 401) return { ok: false, detail: `The clock behind ${address} is more than five minutes off` };
    if (answer.status !== 200 || said.channel !== channelId)
      return { ok: false, detail: `${address} answers ${answer.status} and is not this channel: check the public address and the proxy` };
    const [site] = config.allowedOrigins;
    if (site === undefined) return { ok: true, detail: `Signed forms arrive at ${address}; no site may use the snippet yet: enter its address. ${counts}` };
    const token = await fetch(`${address}/token`, { headers: { origin: site }, redirect: "error", signal });
    await token.body?.cancel();
    if (token.status !== 200) return { ok: false, detail: `Pages of ${site} get no token (${token.status}): does the proxy pass on the header Origin?` };
    return { ok: true, detail: `Forms arrive at ${address}, from pages of ${config.allowedOrigins.join(", ")} too. ${counts}` };
  } catch {
    return { ok: false, detail: `${address} cannot be reached from here: check the public address, its certificate and the proxy` };
  }
}
