import { randomUUID } from "node:crypto";
import type { CommandKind, Commands } from "@kommutator/contract/channel";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type IngestFixture, ingestFixture } from "../dialogs/ingest.fixture.ts";
import type { Caller } from "../dialogs/ingest-deps.ts";
import { createPerformer } from "./performer.ts";

let house: IngestFixture;
beforeAll(async () => {
  house = await ingestFixture();
});
afterAll(() => house.close());

test("a caller's ring goes to where the agent is now, whatever telephone was made ready; before the first ring nobody knows which", async () => {
  const [employee] = await house.sql<{ id: Id }[]>`SELECT id FROM employee WHERE extension IS NOT NULL AND state = 'active' LIMIT 1`;
  const employeeId = employee?.id as Id;
  const told: { kind: CommandKind; endpoint: string; callerName: string }[] = [];
  const ended: unknown[] = [];
  const performer = createPerformer({
    sql: house.sql,
    supervisor: {
      opened: async () => undefined,
      async perform<K extends CommandKind>(_: Id, kind: K, command: Commands[K]) {
        const { endpoint, callerName } = command as Commands["call.ring"];
        told.push({ kind, endpoint, callerName });
        return undefined as never;
      },
    },
    lease: { holds: () => true, check: async () => undefined },
    emit: async () => undefined,
    enqueue: async (_, inputs) => void ended.push(...inputs),
    now: Date.now,
    log: { warn: () => undefined, error: () => undefined },
    onCommitted: () => undefined,
  });
  const rung = async (name: string) => {
    told.length = 0;
    const dialogId = randomUUID();
    const caller: Caller = { callId: randomUUID(), channelId: randomUUID(), callKey: "1.1", dialogId, number: "+77011112233", name, country: "KZ" };
    const ring = { id: `ring:${dialogId}`, kind: "ring", dialogId, offerId: randomUUID(), employeeId, timeoutMs: 20_000 } as const;
    performer.makeReady(caller, [ring]);
    performer.prepare([ring]);
    performer.perform(ring);
    await performer.idle();
    return told.map((t) => `${t.kind} ${t.endpoint} ${t.callerName}`);
  };
  const moveTo = (extension: string | null) => house.sql`UPDATE employee SET extension = ${extension} WHERE id = ${employeeId}`;

  await moveTo("701");
  expect(await rung("Ivan")).toEqual(["call.ring 701 Ivan"]);
  expect(await rung("")).toEqual(["call.prepare 701 +7 701 111 2233", "call.ring 701 +7 701 111 2233"]);
  await moveTo("702");
  expect(await rung("Ivan")).toEqual(["call.prepare 701 Ivan", "call.ring 702 Ivan"]);
  expect(await rung("Ivan")).toEqual(["call.prepare 702 Ivan", "call.ring 702 Ivan"]);
  await moveTo(null);
  expect(await rung("Ivan")).toEqual(["call.prepare 702 Ivan"]);
  expect(ended).toMatchObject([{ kind: "leg.ended", cause: "unreachable" }]);
  expect(await rung("Ivan")).toEqual([]);
});
