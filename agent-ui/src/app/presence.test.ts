import { expect, test } from "vitest";
import { phoneOf } from "./presence.ts";

const agent = { phoneExpected: true, phoneReachable: false, online: true, state: "idle" as const };

test("a phone is missed where calls are this agent's business and none can ring, whatever else they do", () => {
  expect(phoneOf(agent)).toBe("missing");
  expect(phoneOf({ ...agent, state: "paused" })).toBe("missing");
  expect(phoneOf({ ...agent, state: "unreachable" })).toBe("missing");
  expect(phoneOf({ ...agent, phoneReachable: true })).toBe("ready");
});

test("nobody is told of a phone in a house without telephony, off duty or with the page closed", () => {
  expect(phoneOf({ ...agent, phoneExpected: false })).toBe("none");
  expect(phoneOf({ ...agent, phoneExpected: false, phoneReachable: true })).toBe("none");
  expect(phoneOf({ ...agent, state: "offline" })).toBe("none");
  expect(phoneOf({ ...agent, online: false, state: "unreachable" })).toBe("none");
});
