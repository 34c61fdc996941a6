import { expect, test } from "vitest";
import { phoneSocketUrl } from "./security.ts";

test.each([
  ["what the channel says", { url: "http://pbx:8088/ari", browserWsUrl: "wss://phones.example/ws" }, "https://house.example", "wss://phones.example/ws"],
  ["our own address behind HTTPS", { url: "http://pbx:8088/ari" }, "https://house.example", "wss://house.example/sip/ws"],
  ["the telephone system's own host otherwise", { url: "http://10.0.0.5:8088/ari" }, "http://localhost:8080", "ws://10.0.0.5:8088/ws"],
  ["its TLS port when ARI is on TLS", { url: "https://pbx.example:8089/ari" }, "http://localhost:8080", "wss://pbx.example:8089/ws"],
  ["nowhere without an address", {}, "http://localhost:8080", null],
  ["nowhere odd", { browserWsUrl: "wss://x; script-src *", url: "nonsense" }, "http://localhost:8080", null],
])("a browser's phone connects to %s", (_what, config, publicUrl, url) => {
  expect(phoneSocketUrl(config, publicUrl)).toBe(url);
});
