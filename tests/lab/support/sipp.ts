import { spawn } from "node:child_process";
import type { Asterisk } from "./asterisk.ts";
import type { RtpPeer } from "./rtp.ts";

/** A call by sipp, a SIP implementation that is not ours; its sound is the given peer's. Resolves with sipp's exit code (0: the scenario was kept). */
export function sippCall(asterisk: Asterisk, options: { number: string; from: string; name: string; rtp: RtpPeer; timeoutS?: number }): Promise<number> {
  const args = [
    `${asterisk.ip}:${asterisk.sipPort}`,
    ...["-nostdin", "-m", "1", "-timeout", String(options.timeoutS ?? 30), "-timeout_error"],
    ...["-sf", new URL("../sipp/caller.xml", import.meta.url).pathname],
    ...["-i", asterisk.trunkHost, "-p", String(asterisk.trunkPort), "-s", options.number],
    ...["-key", "caller_number", options.from, "-key", "caller_name", options.name],
    ...["-key", "media_to_ip", options.rtp.ip, "-key", "media_to_port", String(options.rtp.port)],
  ];
  const child = spawn("sipp", args, { stdio: "ignore" });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? -1));
  });
}
