import { EmergencyBody, type EmergencyView } from "@kommutator/contract/api/emergency";
import { describe, expect, test } from "vitest";
import { bodyOf, inForce, type SwitchForm, untilOf } from "./emergency.ts";

const NOW = Date.UTC(2026, 2, 2, 9, 0);
const ID = "3f8b2a6e-0c4d-4e0a-9b7e-6a1d2c3b4a5f";
const form = (change: Partial<SwitchForm> = {}): SwitchForm => ({
  mode: "closed",
  to: "queue",
  queueId: null,
  number: "",
  span: "60",
  own: "",
  note: " авария ",
  ...change,
});

describe("an emergency switch always ends", () => {
  test("after minutes, with the day, or at a moment of one's own", () => {
    expect(untilOf("30", "", NOW)).toBe(NOW + 1_800_000);
    expect(new Date(untilOf("day", "", NOW) as number).getHours()).toBe(23);
    expect(untilOf("own", "2026-03-02T18:30", NOW)).toBe(new Date("2026-03-02T18:30").getTime());
    expect(untilOf("own", "", NOW)).toBeNull();
  });

  test("a moment that is past, missing, or more than 31 days off is refused beside its field", () => {
    for (const own of ["", "2020-01-01T00:00", "2030-01-01T00:00"])
      expect(bodyOf({ queueId: ID }, form({ span: "own", own }), NOW)).toEqual({ faults: ["until"] });
  });

  test("the banner goes by its own clock", () => {
    const until = (ms: number) => ({ id: String(ms), until: new Date(ms).toISOString() }) as EmergencyView;
    expect(inForce([until(NOW - 1), until(NOW + 1)], NOW).map((each) => each.id)).toEqual([String(NOW + 1)]);
  });
});

describe("what is sent is what the server takes", () => {
  test.each([
    ["closed", form()],
    ["announcement", form({ mode: "announcement", number: "123" })],
    ["to a number as people type it", form({ mode: "redirect", to: "number", number: "+7 (701) 123-45-67" })],
    ["to a queue", form({ mode: "redirect", queueId: ID })],
  ])("%s", (_name, values) => {
    const made = bodyOf({ channelId: ID }, values, NOW);
    expect("body" in made && EmergencyBody.safeParse(made.body).error).toBeUndefined();
    expect("body" in made && made.body.note).toBe("авария");
  });

  test("a redirect without its target is refused", () => {
    expect(bodyOf({ queueId: ID }, form({ mode: "redirect" }), NOW)).toEqual({ faults: ["to"] });
    expect(bodyOf({ queueId: ID }, form({ mode: "redirect", to: "number", number: "позвонить Асету" }), NOW)).toEqual({ faults: ["to"] });
  });
});
