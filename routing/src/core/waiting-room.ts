import type { Agent, Entry, Needs } from "./model.ts";
import { hasSkills, NO_NEEDS } from "./skills.ts";
import { SortedList } from "./sorted-list.ts";

/** The older rank first (the moment it came, less its priority's head start), then the id. */
export function servedBefore(a: Entry, b: Entry): boolean {
  return a.rank !== b.rank ? a.rank < b.rank : a.id < b.id;
}

interface Group {
  needs: Needs;
  list: SortedList<Entry>;
}

/**
 * The entries of one medium that wait in one queue, first to serve first. Those with equal needs stand in one list; there are
 * as many lists as different needs (languages times skills: a handful), and every operation costs O(log n) in each at most.
 */
export class WaitingRoom {
  /** Those who need nothing special. */
  private readonly plain = new SortedList<Entry>(servedBefore);
  private readonly groups: Group[] = [];
  size = 0;

  insert(entry: Entry): void {
    this.size++;
    if (entry.needs === NO_NEEDS) {
      this.plain.insert(entry);
      return;
    }
    let group = this.groupOf(entry);
    if (group === undefined) {
      group = { needs: entry.needs, list: new SortedList<Entry>(servedBefore) };
      this.groups.push(group);
    }
    group.list.insert(entry);
  }

  remove(entry: Entry): void {
    if (entry.needs === NO_NEEDS) {
      if (this.plain.remove(entry)) this.size--;
      return;
    }
    const group = this.groupOf(entry);
    if (group === undefined || !group.list.remove(entry)) return;
    this.size--;
    if (group.list.size === 0) this.groups.splice(this.groups.indexOf(group), 1);
  }

  /** The first whom the agent has the skills for, among those that `accept` takes. */
  firstFor(agent: Agent, accept: (entry: Entry) => boolean): Entry | undefined {
    let first = this.plain.find(accept);
    for (const { needs, list } of this.groups) {
      if (!hasSkills(agent, needs)) continue;
      const other = list.find(accept);
      if (other !== undefined && (first === undefined || servedBefore(other, first))) first = other;
    }
    return first;
  }

  /** Which place the entry has, counted from 1. */
  placeOf(entry: Entry): number {
    let before = this.plain.countBefore(entry);
    for (const { list } of this.groups) before += list.countBefore(entry);
    return before + 1;
  }

  toArray(): Entry[] {
    const all = this.plain.toArray();
    if (this.groups.length === 0) return all;
    for (const { list } of this.groups) all.push(...list.toArray());
    return all.sort((a, b) => (servedBefore(a, b) ? -1 : 1));
  }

  private groupOf(entry: Entry): Group | undefined {
    const { key } = entry.needs;
    for (const group of this.groups) if (group.needs.key === key) return group;
    return undefined;
  }
}
