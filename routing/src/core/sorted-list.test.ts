import { expect, test } from "vitest";
import { chance } from "../simulation/random.ts";
import { SortedList } from "./sorted-list.ts";

interface Item {
  key: number;
}
const before = (a: Item, b: Item) => a.key < b.key;
const filled = (...keys: number[]) => {
  const list = new SortedList<Item>(before);
  const items = keys.map((key) => ({ key }));
  for (const item of items) list.insert(item);
  return { list, items };
};
const keys = (list: SortedList<Item>) => list.toArray().map((i) => i.key);

test("an empty list has no first, finds nothing, counts nothing and removes nothing", () => {
  const { list } = filled();
  expect(list.size).toBe(0);
  expect(list.first()).toBeUndefined();
  expect(list.find(() => true)).toBeUndefined();
  expect(list.countBefore({ key: 1 })).toBe(0);
  expect(list.remove({ key: 1 })).toBe(false);
  expect(list.size).toBe(0);
  expect(list.toArray()).toEqual([]);
});

test("what comes in any order stands in order", () => {
  const { list } = filled(3, 1, 2, 5, 4);
  expect(keys(list)).toEqual([1, 2, 3, 4, 5]);
  expect(list.first()?.key).toBe(1);
  expect(list.size).toBe(5);
});

test("the first few are taken, no more and no fewer", () => {
  const { list } = filled(3, 1, 2);
  expect(list.take(2).map((i) => i.key)).toEqual([1, 2]);
  expect(list.take(0)).toEqual([]);
  expect(list.take(9).map((i) => i.key)).toEqual([1, 2, 3]);
});

test("the first that is accepted is found, not a later one", () => {
  const { list } = filled(4, 1, 3, 2);
  expect(list.find((i) => i.key > 1)?.key).toBe(2);
  expect(list.find((i) => i.key > 9)).toBeUndefined();
});

test("removing takes out that very element and tells whether it was there", () => {
  const { list, items } = filled(1, 2, 3);
  expect(list.remove({ key: 2 })).toBe(false);
  expect(list.remove({ key: 9 })).toBe(false);
  expect(list.remove({ key: 0 })).toBe(false);
  expect(list.size).toBe(3);
  expect(list.remove(items[1] as Item)).toBe(true);
  expect(list.remove(items[1] as Item)).toBe(false);
  expect(keys(list)).toEqual([1, 3]);
  expect(list.size).toBe(2);
  expect(list.remove(items[0] as Item)).toBe(true);
  expect(list.remove(items[2] as Item)).toBe(true);
  expect(list.size).toBe(0);
  expect(list.first()).toBeUndefined();
  list.insert({ key: 7 });
  expect(keys(list)).toEqual([7]);
});

test("places are counted for what stands in the list and for what would", () => {
  const { list, items } = filled(...Array.from({ length: 500 }, (_, i) => i * 2));
  for (const [i, item] of items.entries()) expect(list.countBefore(item)).toBe(i);
  for (let i = 0; i < 500; i++) expect(list.countBefore({ key: i * 2 - 1 })).toBe(i);
  expect(list.countBefore({ key: 5000 })).toBe(500);
});

test("a list of hundreds tells the same as a sorted array, through every insertion and removal", () => {
  const c = chance(7);
  const list = new SortedList<Item>(before);
  let array: Item[] = [];
  const look = () => {
    expect(list.size).toBe(array.length);
    expect(list.toArray()).toEqual(array);
    expect(list.first()).toBe(array[0]);
  };
  // Ascending, as callers come; descending; and anywhere: each fills chunks from another side.
  for (let i = 0; i < 200; i++) list.insert(array[array.push({ key: i }) - 1] as Item);
  look();
  for (let i = 0; i < 200; i++) {
    const item = { key: -i - 1 };
    list.insert(item);
    array.unshift(item);
  }
  look();
  for (let i = 0; i < 200; i++) {
    const item = { key: c.uniform() * 400 - 200 };
    list.insert(item);
    array.push(item);
    array.sort((a, b) => a.key - b.key);
    if (i % 150 === 0) look();
  }
  for (let i = 0; array.length > 0; i++) {
    const at = i % 3 === 0 ? 0 : Math.floor(c.uniform() * array.length);
    const item = array[at] as Item;
    expect(list.remove(item)).toBe(true);
    array = array.filter((other) => other !== item);
    if (i % 150 === 0) look();
  }
  look();
});

test("no chunk grows beyond 96, so that no insertion moves more; and none stays empty", () => {
  const list = new SortedList<Item>(before);
  const { chunks } = list as unknown as { chunks: Item[][] };
  for (const key of [...Array.from({ length: 1000 }, (_, i) => i), ...Array.from({ length: 1000 }, (_, i) => 500 + i / 1001)]) {
    list.insert({ key });
    for (const chunk of chunks) if (chunk.length > 96 || chunk.length === 0) throw new Error(`a chunk of ${chunk.length}`);
  }
  expect(chunks.length).toBeLessThan(2000 / 40);
});
