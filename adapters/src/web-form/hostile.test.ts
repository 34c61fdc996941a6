import fc from "fast-check";
import { expect, it } from "vitest";
import { Refused, readFields } from "./body.ts";
import { parseWebFormConfig } from "./config.ts";
import { messageEvent } from "./from-form.ts";

const config = parseWebFormConfig({ secret: "a secret of sixteen" });
const names = fc.oneof(
  fc.string(),
  fc.constantFrom("phone", "email", "name", "message", "_page", "_labels", "_form", "utm_source", "__proto__", "constructor"),
);
const value = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("+77011112233", "a@b.example", "https://shop.example/?utm_source=x", "javascript:alert(1)"),
  fc.jsonValue(),
);
const bodies = fc.oneof(
  fc.dictionary(names, value).map((fields): [string, Uint8Array] => ["application/json", Buffer.from(JSON.stringify(fields))]),
  fc
    .array(fc.tuple(names, fc.string()))
    .map((pairs): [string, Uint8Array] => ["application/x-www-form-urlencoded", Buffer.from(new URLSearchParams(pairs).toString())]),
  fc.tuple(fc.constantFrom("application/json", "multipart/form-data; boundary=b", "application/x-www-form-urlencoded", "text/html"), fc.uint8Array()),
);

it("whatever is posted is refused with a code or becomes a message that can be stored and shown", async () => {
  await fc.assert(
    fc.asyncProperty(bodies, async ([type, body]) => {
      try {
        const event = messageEvent(await readFields(type, body), { key: "form:x", origin: "https://shop.example", at: 1 }, config);
        const json = JSON.stringify(event);
        expect(json).not.toMatch(/\\u00[01]|\\ud[89a-f]/i);
        expect(event.text.trim()).not.toBe("");
        expect(event.from.displayName ?? "").not.toMatch(/[\r\n]/);
        for (const link of [event.origin?.page, event.origin?.referrer]) expect(link ?? "https://").toMatch(/^https?:\/\//);
      } catch (error) {
        expect(error).toBeInstanceOf(Refused);
      }
    }),
    { numRuns: 2_000 },
  );
});
