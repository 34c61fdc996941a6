import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startCore } from "./support/core.ts";
import { everyIndex, firstOf, type Line, openLine, SUBJECTS, WATCH } from "./support/every-message.ts";

/**
 * Between the receipt of an event and its commit the connections may be cut at every message of the database's protocol. The
 * provider delivers again what was not acknowledged, and one thing must stand.
 */
let line: Line;
beforeAll(async () => {
  line = await openLine();
});
afterAll(() => line.close());

describe("every connection is cut at every message between receipt and commit", () => {
  for (const subject of SUBJECTS) {
    for (const when of ["before", "after"] as const) {
      test(`${subject.what}, ${when} each message: it stands once`, async () => {
        const core = await startCore({
          url: line.proxy.url(line.database.url),
          directUrl: line.database.url,
          blobDir: line.blobDir,
          atOnce: subject.atOnce === true,
        });
        await eventually("the adapter is connected", () => line.provider.connections === 1);
        line.provider.announces = subject.announced === true;
        const warm = `warm-${subject.what}-${when}`;
        await line.provider.deliver(subject.event(warm)).acknowledged;
        await eventually("the first is ingested", () => line.ingested(warm));
        const visited = await everyIndex(async (index, key) => {
          line.proxy.arm({ index, when, from: firstOf(subject), watch: WATCH });
          const delivery = line.provider.deliver(subject.event(key));
          await delivery.acknowledged;
          await eventually(`${key} is ingested`, () => line.ingested(key));
          const hit = !line.proxy.armed;
          line.proxy.disarm();
          await line.standsOnce(key);
          return hit;
        }, `${subject.what} ${when}`);
        await core.stop();
        console.log(`cut ${when} each protocol message, ${subject.what}: ${visited} indexes visited, each once in the end`);
        // The short way has fewer messages to be cut at.
        expect(visited).toBeGreaterThan(subject.atOnce === true ? 20 : 40);
      });
    }
  }
});
