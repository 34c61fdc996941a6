import type { ChannelEvent, Host } from "@kommutator/contract/channel";
import { expect, it } from "vitest";
import { Reporter } from "./reporter.ts";

/** A gateway whose database can be away. */
function gateway() {
  const stored: string[] = [];
  const state = { away: false };
  const host = {
    async report(event: ChannelEvent) {
      if (state.away) throw new Error("away");
      stored.push(event.eventKey);
    },
    record() {},
  } as unknown as Host;
  return { stored, state, reporter: new Reporter(host) };
}
const event = (eventKey: string): ChannelEvent => ({ kind: "phone.status", eventKey, occurredAt: 0, endpoint: "1001", reachable: true });

it("events of one call stay in order over a failing database, and other calls do not wait for them", async () => {
  const { stored, state, reporter } = gateway();
  state.away = true;
  const first = reporter.report("a", event("a1"));
  const second = reporter.report("a", event("a2"));
  await Promise.resolve();
  state.away = false;
  expect(await reporter.report("b", event("b1"))).toBe(true);
  expect(await Promise.all([first, second])).toEqual([true, true]);
  expect(stored).toEqual(["b1", "a1", "a2"]);
});

it("closing gives up at once what cannot be stored", async () => {
  const { stored, state, reporter } = gateway();
  state.away = true;
  const given = reporter.report("a", event("a1"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  reporter.close();
  expect(await given).toBe(false);
  await reporter.settled();
  expect(stored).toEqual([]);
});
