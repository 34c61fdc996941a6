import { expect, test } from "vitest";
import { saidOf } from "./point.ts";

const since = "2026-03-02T09:30:00.000Z";

test("a visitor of the site is read by the site's channel and the first contact, never by the key of a browser", () => {
  const visitor = { kind: "site_visitor" as const, value: "k3n9-XQ_7fLm2vB8", since };
  expect(saidOf({ ...visitor, channelName: "Shop" })).toEqual({ channel: "Shop", since });
  expect(saidOf({ ...visitor, channelName: null })).toEqual({ channel: null, since });
});

test("numbers and addresses are read as they are, also those that one channel alone knows", () => {
  expect(saidOf({ kind: "phone", value: "+77010000001", channelName: null, since })).toEqual({ value: "+77010000001" });
  expect(saidOf({ kind: "viber", value: "K7jH==", channelName: "Sales bot", since })).toEqual({ value: "K7jH==" });
});
