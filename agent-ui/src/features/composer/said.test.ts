import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import texts from "./locales/ru.json" with { type: "json" };
import { SAID, saidKey } from "./said.ts";

const root = join(import.meta.dirname, "../../../..");
const sources = ["adapters/src", "gateway/src/api/channels"]
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(root, folder, file)))
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

test("every sentence that has a translation is one that an adapter says", () => {
  const unsaid = SAID.flatMap(([, ...parts]) => parts.filter((part) => !sources.includes(part)));
  expect(unsaid).toEqual([]);
});

test("every key has its text, and no text waits in vain", () => {
  expect(SAID.map(([key]) => key).sort()).toEqual(Object.keys(texts.said).sort());
});

test("the particular goes before the general, and what nobody knows is left as it was said", () => {
  expect(saidKey("The bot was blocked by the user: nothing can be sent until they unblock it")).toBe("blocked");
  expect(saidKey("This person is not subscribed to the bot (any more). Viber delivers only to subscribers: the customer must write first.")).toBe("writeFirst");
  expect(
    saidKey("SMSC lets us in; 3 RUR left on the account, but the callback address https://x/… cannot be reached from here: check the public address"),
  ).toBe("callback");
  expect(saidKey("Telegram refused: PEER_FLOOD")).toBeNull();
});
