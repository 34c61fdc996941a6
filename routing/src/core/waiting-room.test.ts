import { expect, test } from "vitest";
import { chance } from "../simulation/random.ts";
import type { Agent, Entry, Needs } from "./model.ts";
import { NO_NEEDS } from "./skills.ts";
import { servedBefore, WaitingRoom } from "./waiting-room.ts";

const KAZAKH: Needs = { key: "kazakh:2", list: [{ skillId: "kazakh", level: 2, relaxMs: null }] };
const LAW: Needs = { key: "law:1", list: [{ skillId: "law", level: 1, relaxMs: null }] };
const waits = (id: string, rank: number, needs: Needs = NO_NEEDS) => ({ id, rank, needs }) as unknown as Entry;
const somebody = (skills: Record<string, number> = {}) => ({ facts: { skills } }) as unknown as Agent;
const anybody = () => true;
const filled = (...entries: Entry[]) => {
  const room = new WaitingRoom();
  for (const e of entries) room.insert(e);
  return room;
};

test("the older rank is served first; of equal ones the smaller id", () => {
  expect(servedBefore(waits("b", 1), waits("a", 2))).toBe(true);
  expect(servedBefore(waits("a", 2), waits("b", 1))).toBe(false);
  expect(servedBefore(waits("a", 1), waits("b", 1))).toBe(true);
  expect(servedBefore(waits("b", 1), waits("a", 1))).toBe(false);
});

test("whoever becomes ready gets the first whom he can serve, whichever list it stands in", () => {
  const [plain, kazakh, law] = [waits("plain", 3), waits("kazakh", 1, KAZAKH), waits("law", 2, LAW)];
  const room = filled(plain, kazakh, law);
  expect(room.firstFor(somebody(), anybody)).toBe(plain);
  expect(room.firstFor(somebody({ kazakh: 1 }), anybody)).toBe(plain);
  expect(room.firstFor(somebody({ kazakh: 2 }), anybody)).toBe(kazakh);
  expect(room.firstFor(somebody({ law: 5 }), anybody)).toBe(law);
  expect(room.firstFor(somebody({ kazakh: 3, law: 1 }), anybody)).toBe(kazakh);
  expect(room.firstFor(somebody({ kazakh: 3, law: 1 }), (e) => e !== kazakh)).toBe(law);
  expect(room.firstFor(somebody({ kazakh: 3, law: 1 }), (e) => e === plain)).toBe(plain);
  expect(room.firstFor(somebody(), (e) => e !== plain)).toBeUndefined();
});

test("a plain one that came before goes before the special one", () => {
  const [plain, kazakh] = [waits("plain", 1), waits("kazakh", 2, KAZAKH)];
  expect(filled(kazakh, plain).firstFor(somebody({ kazakh: 5 }), anybody)).toBe(plain);
});

test("one's place counts everybody who came before, whatever they need", () => {
  const all = [waits("a", 1), waits("b", 2, KAZAKH), waits("c", 3, LAW), waits("d", 4), waits("e", 5, KAZAKH)];
  const room = filled(...[...all].reverse());
  expect(all.map((e) => room.placeOf(e))).toEqual([1, 2, 3, 4, 5]);
  expect(room.toArray()).toEqual(all);
  expect(room.size).toBe(5);
});

test("whoever goes is gone once; who was never there changes nothing", () => {
  const [plain, kazakh, other] = [waits("plain", 1), waits("kazakh", 2, KAZAKH), waits("other", 3, KAZAKH)];
  const room = filled(plain, kazakh);
  room.remove(other);
  room.remove(waits("law", 1, LAW));
  room.remove(waits("nobody", 1));
  expect(room.size).toBe(2);
  room.remove(kazakh);
  room.remove(kazakh);
  expect(room.size).toBe(1);
  expect(room.toArray()).toEqual([plain]);
  room.remove(plain);
  room.remove(plain);
  expect(room.size).toBe(0);
  expect(room.firstFor(somebody({ kazakh: 5 }), anybody)).toBeUndefined();
});

test("a need that nobody has any more leaves no list behind", () => {
  const room = filled(waits("a", 1, KAZAKH), waits("b", 2, LAW));
  const groups = (room as unknown as { groups: unknown[] }).groups;
  room.remove(room.toArray()[0] as Entry);
  expect(groups).toHaveLength(1);
  expect(room.toArray().map((e) => e.id)).toEqual(["b"]);
});

test("a room of hundreds, entered and left at random, tells the same as a sorted list", () => {
  const c = chance(3);
  const room = new WaitingRoom();
  let list: Entry[] = [];
  for (let i = 0; i < 400; i++) {
    if (list.length > 0 && c.happens(0.45)) {
      const gone = list[Math.floor(c.uniform() * list.length)] as Entry;
      room.remove(gone);
      list = list.filter((e) => e !== gone);
    } else {
      const entry = waits(String(i), Math.floor(c.uniform() * 50), [NO_NEEDS, KAZAKH, LAW][Math.floor(c.uniform() * 3)]);
      room.insert(entry);
      list.push(entry);
      list.sort((a, b) => (servedBefore(a, b) ? -1 : 1));
    }
    expect(room.size).toBe(list.length);
    expect(room.firstFor(somebody({ law: 1 }), anybody)).toBe(list.find((e) => e.needs !== KAZAKH));
    if (i % 20 === 0) expect(list.map((e) => room.placeOf(e))).toEqual(list.map((_, at) => at + 1));
  }
});
