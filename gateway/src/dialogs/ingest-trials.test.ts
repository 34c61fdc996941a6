import type { MessageStateReported } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { writeAudit } from "@kommutator/crm-core/audit/write";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type IngestFixture, ingestFixture } from "./ingest.fixture.ts";

let house: IngestFixture;
let sms: Id;
beforeAll(async () => {
  house = await ingestFixture();
  sms = await house.channel("sms-http");
}, 60_000);
afterAll(() => house.close());

const receipt = (messageKey: string): MessageStateReported => ({
  kind: "message.state",
  eventKey: `delivered:${messageKey}`,
  occurredAt: Date.now(),
  messageKey,
  state: "delivered",
});
/** As the test button leaves it behind (api/channels/trial.ts). */
const tested = (channelId: Id, messageKey: string) =>
  house.sql.begin((tx) =>
    writeAudit(
      tx,
      { kind: "employee", id: house.company.employees.admin.id, label: "Admin" },
      { objectKind: "channel", objectId: channelId, action: "test", changes: { recipient: "+77011234567", messageKey } },
    ),
  );
const attempts = async (messageKey: string): Promise<unknown> => {
  await house.settled();
  const [row] = await house.sql`SELECT state, attempts FROM raw_event WHERE event_key = ${`delivered:${messageKey}`}`;
  return row;
};

test("a receipt of a test message is done at once: it belongs to no dialog, and nothing is tried again", async () => {
  await tested(sms, "trial-1");
  await house.report(sms, receipt("trial-1"));
  expect(await attempts("trial-1")).toEqual({ state: "done", attempts: 0 });
});

test("a receipt that nobody knows, or of another channel's test, waits for its message first", async () => {
  await tested(await house.channel("sms-http"), "trial-2");
  await house.report(sms, receipt("trial-2"));
  await house.report(sms, receipt("unknown-1"));
  expect(await attempts("trial-2")).toEqual({ state: "done", attempts: 5 });
  expect(await attempts("unknown-1")).toEqual({ state: "done", attempts: 5 });
});
