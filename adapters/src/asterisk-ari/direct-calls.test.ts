import { expect, it } from "vitest";
import type { AriChannel, AriEvent } from "./ari-types.ts";
import { DirectCalls } from "./direct-calls.ts";

const calls = (...offers: string[]) => new DirectCalls((channelId) => offers.includes(channelId));
const event = (type: string, id: string, name: string): AriEvent => ({ type, channel: { id, name } as AriChannel });
const rings = (id: string, name = "PJSIP/103-0000002a") => event("ChannelCreated", id, name);
const ends = (id: string, name = "PJSIP/103-0000002a") => event("ChannelDestroyed", id, name);

it("a phone is engaged from the first channel of a direct call to the end of the last", () => {
  const direct = calls();
  const told = [rings("a"), event("ChannelStateChange", "a", "PJSIP/103-0000002a"), rings("b"), ends("a"), ends("b")].map((e) => direct.onEvent(e));
  expect(told).toEqual(["103", null, null, null, "103"]);
  expect(direct.has("103")).toBe(false);
});

it("the leg of an offer engages nobody, and neither do trunks and what is no telephone", () => {
  const direct = calls("kmt-a-1");
  const told = [rings("kmt-a-1"), ends("kmt-a-1"), rings("x", "PJSIP/trunk-00000001"), rings("y", "Local/103@phones-00000001;1")].map((e) => direct.onEvent(e));
  expect(told).toEqual([null, null, null, null]);
});

it("a snapshot is the truth: what it does not hold has ended, what it holds was begun unseen, offers apart", () => {
  const direct = calls("kmt-a-1");
  direct.onEvent(rings("a"));
  direct.is("103", ["kmt-a-1"]);
  direct.is("104", ["b"]);
  expect(direct.engaged()).toEqual(["104"]);
});

it("a channel whose end was missed is dropped, one that came meanwhile stays", () => {
  const direct = calls();
  direct.onEvent(rings("a"));
  const known = direct.of("103");
  direct.onEvent(rings("b"));
  direct.drop("103", known);
  expect([direct.has("103"), direct.of("103")]).toEqual([true, ["b"]]);
});
