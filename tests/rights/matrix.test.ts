import { readFileSync } from "node:fs";
import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asSeen,
  below,
  changesAll,
  type Described,
  HOUSES_OWN,
  mayKnow,
  missing,
  nameOf,
  openWorld,
  placesOf,
  readsAll,
  requestOf,
  send,
  type World,
} from "./matrix.ts";
import { type Operation, ROLES } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";

/**
 * Every operation of the OpenAPI document x every role x every id in path, query and body: what one may not see answers, byte for byte, like
 * what does not exist (AD-02); each refusal has a twin in which the permitted role succeeds.
 */
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.house.close());

test("every operation of the document has a valid request here, and nothing else has", () => {
  const described = world.described.map((d) => d.name);
  const tabled = Object.keys(OPERATIONS).map(nameOf);
  const [untabled, vanished] = [described.filter((d) => !tabled.includes(d)), tabled.filter((t) => !described.includes(t))];
  if (untabled.length + vanished.length > 0)
    throw new Error(
      `tests/rights/operations.ts lacks a line for: ${untabled.join(", ") || "nothing"}; these lines have no operation: ${vanished.join(", ") || "none"}`,
    );
  const empty = Object.entries(OPERATIONS).filter(([line, { elsewhere }]) => elsewhere !== undefined && !asksFor(nameOf(line), elsewhere));
  expect(empty.map(([line, { elsewhere }]) => `${line}: ${elsewhere} asks for nothing of the kind`)).toEqual([]);
});

/** Does a test file that is named for the permitted twin send such a request? Steps of a batch are named by a variable there. */
function asksFor(operation: string, file: string): boolean {
  const [method, path] = operation.split(" ") as [string, string];
  const request = path
    .split("/")
    .slice(1)
    .map((part) => (part.startsWith("{") ? "[^\\s/\"'`]+" : `(?:${part}|\\$\\{\\w+\\})`))
    .join("/");
  return new RegExp(`"${method}",\\s*(?:url: )?["'\`](?:/api/v1)?/${request}["'\`?]`).test(readFileSync(file, "utf8"));
}

/** Places of bodies where an id was exchanged, by operation. */
const tried = new Map<string, Set<string>>();
const refused = (status: number) => status >= 400 && status < 500;

/** What is wrong when a place that nobody heeds makes a difference: each id goes with a request of its own, since both do what they say. */
async function heeded(described: Described, operation: Operation, { where, foreignId }: { where: string; foreignId: Id }): Promise<string[]> {
  const wrong: string[] = [];
  for (const id of [foreignId, missing()]) {
    const fresh = await requestOf(described, operation, world.ours);
    const place = (await placesOf(fresh, fresh, world.ours.kinds, world.theirs)).find((p) => p.where === where);
    if (place === undefined) throw new Error(`${described.name} has no ${where}`);
    const [answer, as] = [await send(world.browsers[operation.by], place.put(id)), operation.elsewhere === undefined];
    if (answer.body.includes(id) || (as && answer.statusCode >= 300)) wrong.push(`${where} is heeded: ${answer.statusCode} ${answer.body}`);
  }
  return wrong;
}

test.each(Object.entries(OPERATIONS))("%s: a foreign id answers like a missing one; whoever may, succeeds", async (line, operation) => {
  const described = world.described.find((d) => d.name === nameOf(line));
  if (described === undefined) throw new Error(`${line} is not in the OpenAPI document: take its line away`);
  const { ours, theirs, browsers } = world;
  const untried = operation.elsewhere !== undefined;
  const own = await requestOf(described, operation, ours);
  const foreign = await requestOf(described, operation, theirs);
  const isList = described.method === "GET" && own.id === null;
  const wrong: string[] = [];

  const changing = described.method !== "GET" && operation.readsPath !== true && operation.everybodys !== true;
  for (const place of await placesOf(own, foreign, ours.kinds, theirs)) {
    if (place.inBody !== undefined) tried.set(described.name, (tried.get(described.name) ?? new Set()).add(place.inBody));
    if (operation.reachesAnybody === true && place.inBody !== undefined && (place.kind === "employee" || place.kind === "queue")) continue;
    if (place.inBody !== undefined && operation.unheeded?.includes(place.inBody)) {
      wrong.push(...(await heeded(described, operation, place)));
      continue;
    }
    for (const role of ROLES) {
      const changed = place.inBody === undefined ? changing && place.where === "path" : (operation.changes?.includes(place.inBody) ?? false);
      if (changed && mayKnow(role, place.kind) && !changesAll(role, place.kind)) {
        const answer = await send(browsers[role], place.put(place.foreignId));
        if (!refused(answer.statusCode))
          wrong.push(`${role} may read the foreign ${place.kind} in ${place.where}, not change it: ${answer.statusCode} ${answer.body}`);
      }
      if (mayKnow(role, place.kind) || (isList && operation.of !== undefined && readsAll(role, operation.of, operation.action))) continue;
      const asked = missing();
      const [unseen, absent] = [await send(browsers[role], place.put(place.foreignId)), await send(browsers[role], place.put(asked))];
      const where = `${role}, ${place.kind} in ${place.where}`;
      if (asSeen(unseen, place.foreignId) !== asSeen(absent, asked))
        wrong.push(`${where}: a foreign one answers ${unseen.statusCode} ${unseen.body}, a missing one ${absent.statusCode} ${absent.body}`);
      // Filters of a list may find nothing; everything else says no.
      if (!place.where.startsWith("query") && operation.itemised !== true && !refused(unseen.statusCode))
        wrong.push(`${where}: ${unseen.statusCode} ${unseen.body}`);
    }
  }
  for (const role of below(operation.by)) {
    const answer = await send(browsers[role], own);
    const nothing = isList && /^(\[\]|\{"items":\[\].*)$/.test(answer.body);
    if (!refused(answer.statusCode) && !nothing) wrong.push(`${role} must be refused: ${answer.statusCode} ${answer.body}`);
  }
  if (!untried) {
    const mine = await send(browsers[operation.by], own);
    if (mine.statusCode >= 300) wrong.push(`${operation.by} with the own: ${mine.statusCode} ${mine.body}`);
    const owner = operation.by === "agent" || operation.by === "nobody" ? theirs.browser : browsers.admin;
    const other = await send(owner, foreign);
    if (other.statusCode >= 300) wrong.push(`the owner of the foreign one: ${other.statusCode} ${other.body}`);
  }
  if (wrong.length > 0) throw new Error(wrong.map((w) => w.slice(0, 600)).join("\n"));
});

test("every id that a body may name is tried with a foreign one and a missing one somewhere above", () => {
  const lines = Object.entries(OPERATIONS);
  const untried = world.described.flatMap(({ name, ids }) => {
    // Whoever alone may keep the settings reads all that can be named there; everybody else is refused whatever the body says.
    if (lines.every(([line, { by }]) => nameOf(line) !== name || by === "admin")) return [];
    return ids.filter((id) => !HOUSES_OWN.test(id) && tried.get(name)?.has(id) !== true).map((id) => `${name} ${id}`);
  });
  if (untried.length > 0) throw new Error(`tests/rights/operations-ids.ts lacks a body with: ${untried.join("; ")}`);
});
