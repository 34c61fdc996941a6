import type { CallView, Message, Why } from "@kommutator/contract/api/dialogs";
import { describe, expect, test } from "vitest";
import { callingOf } from "../../app/party.ts";
import type { Outgoing } from "../composer/outbox.ts";
import { urgencyOf } from "../dialogs/WaitClock.tsx";
import { timelineOf } from "./timeline.ts";

const at = (minute: number, day = 5) => new Date(2026, 0, day, 10, minute).toISOString();
const message = (id: string, seq: number, iso: string, change: Partial<Message> = {}) =>
  ({ id, seq, at: iso, direction: "in", authorKind: "customer", author: null, clientKey: null, note: null, ...change }) as Message;
const outgoing = (clientKey: string) => ({ body: { clientKey }, at: at(59) }) as Outgoing;
const names = (items: ReturnType<typeof timelineOf>) => items.map((item) => (item.kind === "message" ? item.message.id : item.kind));

describe("a thread", () => {
  test("names each day once", () => {
    expect(names(timelineOf([message("a", 1, at(1)), message("b", 2, at(2)), message("c", 3, at(1, 6))], null, [], []))).toEqual(["day", "a", "b", "day", "c"]);
  });

  test("keeps the order of seq even when clocks disagree", () => {
    expect(names(timelineOf([message("a", 1, at(5)), message("b", 2, at(4))], null, [], []))).toEqual(["day", "a", "b"]);
  });

  test("puts the call and who it was brought to at their time, and only decisions that were accepted", () => {
    const call = { id: "call", startedAt: at(2) } as CallView;
    const decision = (minute: number, outcome: string) => ({ at: at(minute), outcome, chosen: { id: "e", name: "E" } }) as Why["decisions"][number];
    expect(names(timelineOf([message("a", 1, at(1)), message("b", 2, at(9))], call, [decision(3, "timed_out"), decision(4, "accepted")], []))).toEqual([
      "day",
      "a",
      "call",
      "decision",
      "b",
    ]);
  });

  test("the same author within three minutes goes on without a name, another or later does not", () => {
    const items = timelineOf(
      [message("a", 1, at(1)), message("b", 2, at(2)), message("c", 3, at(9)), message("d", 4, at(9), { direction: "out", authorKind: "employee" })],
      null,
      [],
      [],
    );
    expect(items.flatMap((item) => (item.kind === "message" ? [item.compact] : []))).toEqual([false, true, false, false]);
  });

  test("what is on its way stands last, and not beside its stored self", () => {
    const items = timelineOf([message("a", 1, at(1), { clientKey: "k1" })], null, [], [outgoing("k1"), outgoing("k2")]);
    expect(names(items)).toEqual(["day", "a", "outgoing"]);
  });
});

test("a waiting clock turns amber at four fifths of the time to answer and red at its end", () => {
  const since = at(0);
  const due = at(10);
  const colours = [0, 7, 8, 9, 10, 30].map((minute) => urgencyOf(since, due, Date.parse(at(minute))));
  expect(colours).toEqual(["calm", "calm", "soon", "soon", "late", "late"]);
  expect(urgencyOf(since, null, Date.parse(at(50)))).toBe("calm");
});

test("a visitor without a name is told apart by the end of the browser's key, a withheld number is said to be one", () => {
  const party = { result: "new" as const, name: "Jv820Lv9_gBzz-vTs", identityKind: "site_visitor", identityValue: "Jv820Lv9_gBzz-vTs" };
  expect(callingOf(party)).toEqual({ kind: "visitor", text: "zvTs" });
  expect(callingOf({ ...party, name: "Anna" })).toEqual({ kind: "name", text: "Anna" });
  expect(callingOf({ ...party, result: "hidden" })).toEqual({ kind: "hidden", text: "" });
});
