export interface Colleague {
  id: string;
  name: string;
  state: string;
}

/** Active colleagues of whom a part of the name begins so. */
export function findColleagues(people: readonly Colleague[], word: string): Colleague[] {
  const wanted = word.toLowerCase();
  return people
    .filter(
      (each) =>
        each.state === "active" &&
        each.name
          .toLowerCase()
          .split(" ")
          .some((part) => part.startsWith(wanted)),
    )
    .slice(0, 7);
}

/** Whom a note calls: a name after `@`, whole (of "Anna" and "Anna Kim" the longer one counts). */
export function mentioned(people: readonly Colleague[], note: string): string[] {
  const ids: string[] = [];
  let rest = note;
  for (const each of [...people].sort((a, b) => b.name.length - a.name.length)) {
    const call = `@${each.name}`;
    if (!rest.includes(call)) continue;
    ids.push(each.id);
    rest = rest.replaceAll(call, " ");
  }
  return ids;
}
