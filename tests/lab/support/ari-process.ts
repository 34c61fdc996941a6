/**
 * The adapter in a process of its own, to be killed and stopped by tests: rings 1001 for each call and bridges it when it answers.
 * Usage: node --import tsx ari-process.ts '<settings as JSON>'. One line of JSON on stdout for each event.
 */
import { randomUUID } from "node:crypto";
import adapter from "@kommutator/adapters/asterisk-ari";
import { EMPLOYEE } from "./ari-house.ts";
import { RecordingHost } from "./recording-host.ts";

const host = new RecordingHost();
const { ringing, ...raw } = JSON.parse(process.argv[2] ?? "{}") as Record<string, unknown>;
const channel = await adapter.open(adapter.parseConfig(raw), host);
host.onEvent = (event) => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
  void (async () => {
    if (event.kind === "call.offered" && ringing === true) {
      const id = randomUUID();
      await channel.handlers["call.ring"]?.({
        id,
        callKey: event.callKey,
        offerId: id,
        employeeId: EMPLOYEE,
        endpoint: "1001",
        callerNumber: event.from.value,
        callerName: "",
        timeoutMs: 20_000,
      });
    }
    if (event.kind === "call.leg" && event.state === "answered")
      await channel.handlers["call.bridge"]?.({ id: randomUUID(), callKey: event.callKey, legKey: event.legKey, record: false });
  })();
};
process.on("SIGUSR2", () => {
  host.frozen = true;
  process.stdout.write(`${JSON.stringify({ kind: "frozen" })}\n`);
});
const said = new Set<string>();
setInterval(() => {
  for (const { state } of host.statuses) if (!said.has(state)) said.add(state) && process.stdout.write(`${JSON.stringify({ kind: "status", state })}\n`);
}, 20);
