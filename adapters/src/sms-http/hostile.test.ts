import fc from "fast-check";
import { expect, it } from "vitest";
import { messageEvent, stateEvents, unparseableEvent } from "./from-sms.ts";
import type { Operation, SmsVendor } from "./vendor.ts";
import { vendors } from "./vendors.ts";

const NOW = 1_795_311_650_717;
const each: [string, SmsVendor][] = Object.entries(vendors);
/** Any JSON, and JSON that nearly is what the vendor sends. */
const near = fc.dictionary(
  fc.constantFrom(
    "id",
    "status",
    "err",
    "phone",
    "mes",
    "message",
    "to",
    "error",
    "error_code",
    "code",
    "data",
    "messageId",
    "eventType",
    "ts",
    "sent",
    "received",
  ),
  fc.oneof(fc.jsonValue(), fc.constantFrom("sms-delivery-report", "1", 20, "79995190557", "DELIVRD")),
);
const answers = fc.oneof(fc.jsonValue(), near, fc.array(near));
/** What the database stores: no NUL and no half of a surrogate pair in any text. */
const written = (events: unknown): void =>
  void JSON.stringify(events, (_key, value: unknown) => {
    if (typeof value === "string") expect(/\0|\p{Surrogate}/u.test(value), JSON.stringify(value)).toBe(false);
    return value;
  });

it.each(each)("%s: no answer and no callback, however wrong, does more than be refused in words", (_name, vendor) => {
  fc.assert(
    fc.property(answers, (answer) => {
      for (const operation of ["send", "find", "status", "incoming", "balance"] satisfies Operation[]) vendor.fault(operation, answer);
      vendor.sentKey(answer, { reference: "r", to: "77011112233", text: "x", sender: "" });
      vendor.find?.found(answer);
      vendor.balance.read(answer);
      written(vendor.status.read(answer).flatMap((report) => stateEvents(report, NOW)));
      for (const sms of vendor.incoming?.read(answer) ?? [])
        written("unreadable" in sms ? unparseableEvent(sms.unreadable, sms.raw, NOW) : messageEvent(sms, 3, NOW));
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(near, (fields) => {
      vendor.signed?.(fields, "secret");
      try {
        const told = vendor.callback(fields);
        if (told !== null) written("status" in told ? stateEvents(told.status, NOW) : messageEvent(told.incoming, 3, NOW));
      } catch (error) {
        expect((error as Error).message).toMatch(/without/);
        written(unparseableEvent((error as Error).message, fields, NOW));
      }
    }),
    { numRuns: 2_000 },
  );
});
