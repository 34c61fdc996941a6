import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "@kommutator/contract/db";
import { createCrm } from "@kommutator/crm-core";
import { connect } from "@kommutator/gateway/db/pool";
import { emit } from "@kommutator/gateway/dialogs/emit";
import { createIngest } from "@kommutator/gateway/dialogs/ingest";
import { createRawEvents } from "@kommutator/gateway/inbound/raw-events";
import { createBlobStore } from "@kommutator/gateway/media/blob-store";
import { insertInputs } from "@kommutator/routing/shell/inputs";

/**
 * The neighbour of what is measured, as a process of its own: ingests chat messages at a steady rate until it is told to stop.
 * Arguments: the database, the channel, messages a second. Says "running" after the first second, and the count at its end.
 */
const [url, channelId, rate] = process.argv.slice(2) as [string, string, string];
const perSecond = Number(rate);
const stop = new AbortController();
process.once("message", () => stop.abort());

const dir = await mkdtemp(join(tmpdir(), "kommutator-bench-"));
const strict: Db = connect(url, { max: 6, applicationName: "kommutator-ingest", idleInTransactionMs: 1_000, byKeyOnly: true });
const leases: Db = connect(url, { max: 2 });
const enqueue: Parameters<typeof createIngest>[0]["enqueue"] = async (tx, inputs) => void (await insertInputs(tx, inputs));
const { identify } = createCrm({ sql: strict, emit, enqueue, clock: { now: Date.now } });
const ingest = createIngest({
  sql: strict,
  leaseSql: leases,
  holder: "bench",
  log: { warn: () => undefined, error: () => undefined },
  emit,
  enqueue,
  identify,
  now: Date.now,
  onCommitted: () => undefined,
});
const raw = createRawEvents(strict, createBlobStore(dir), (lane) => ingest.wake(lane));
ingest.start();
const began = performance.now();
const reports: Promise<void>[] = [];
let said = false;
while (!stop.signal.aborted) {
  const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
  while (reports.length < due) {
    const n = reports.length;
    reports.push(
      raw.report(channelId, {
        kind: "message.received",
        eventKey: `load-${n}`,
        messageKey: `load-${n}`,
        occurredAt: Date.now(),
        thread: { key: `visitor-${n % 400}` },
        from: { kind: "site_visitor", value: `visitor-${n % 400}` },
        text: `Message ${n}`,
        nature: "human",
      }),
    );
  }
  if (!said && due >= perSecond) {
    said = true;
    process.send?.("running");
  }
  await pause(5);
}
await Promise.all(reports);
await ingest.stop();
await Promise.all([strict.end({ timeout: 1 }), leases.end({ timeout: 1 })]);
await rm(dir, { recursive: true, force: true });
process.send?.(reports.length);
process.disconnect();
