import { describe, expect, it } from "vitest";
import { Seen } from "./seen.ts";

describe("the same content", () => {
  it("within a minute of the first is the same message, later a new one", () => {
    const seen = new Seen({});
    expect(seen.first("h", 600_000)).toBe(600_000);
    seen.answered("h");
    expect(seen.first("h", 659_999)).toBe(600_000);
    expect(seen.first("h", 660_000)).toBe(660_000);
  });

  it("that could not be answered is the same message for an hour, also after a restart", () => {
    const durable: Record<string, number> = {};
    new Seen(durable).first("h", 1_000);
    const restarted = new Seen(JSON.parse(JSON.stringify(durable)) as typeof durable);
    expect(restarted.first("h", 3_000_000)).toBe(1_000);
    restarted.answered("h");
    expect(restarted.first("h", 3_000_001)).toBe(3_000_001);
  });

  it("leaves nothing behind in the durable memory once answered", () => {
    const durable: Record<string, number> = {};
    const seen = new Seen(durable);
    for (let i = 0; i < 1_000; i++) {
      seen.first(`h${i}`, i);
      if (i !== 500) seen.answered(`h${i}`);
    }
    expect(durable).toEqual({ h500: 500 });
    seen.first("other", 5_000_000);
    expect(durable).toEqual({ other: 5_000_000 });
  });
});
