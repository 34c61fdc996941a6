import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Described, missing, nameOf, openWorld, requestOf, send, type World } from "./matrix.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";

/**
 * Whoever may everything still cannot name what does not exist: each id of each body, well formed and nobody's, is answered like any other
 * wrong value. Ids that a body may name and the table of valid requests leaves out are put in, too: they may be of no concern there, and are no fault either.
 */
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.house.close());

/** Keys that clients make for themselves name nothing. */
const OWN_KEYS = /(^|\.)(clientKey|id)$/;
const isId = (value: unknown): value is Id => typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);

/** Does the body name something at the place? What it leaves out may be of no concern to it. */
function named(value: unknown, [key, ...rest]: string[]): boolean {
  if (key === undefined) return isId(value);
  if (typeof value !== "object" || value === null) return false;
  return named(key === "*" ? Object.values(value)[0] : (value as Record<string, unknown>)[key], rest);
}

/** The body with an unknown id at the place ("next.about.id", "members.*.employeeId"); null where the body has no such part. */
function withUnknown(value: unknown, [key, ...rest]: string[], unknown: Id): unknown {
  if (key === undefined) return value === undefined || value === null || isId(value) ? unknown : null;
  if (key === "*") {
    if (rest.length === 0) return [unknown];
    if (!Array.isArray(value) || value.length === 0) return null;
    const first = withUnknown(value[0], rest, unknown);
    return first === null ? null : [first, ...value.slice(1)];
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const inner = (value as Record<string, unknown>)[key];
  if (rest.length > 0 && rest[0] !== "*" && inner === undefined) return null;
  const changed = withUnknown(inner, rest, unknown);
  return changed === null ? null : { ...value, [key]: changed };
}

async function answers(described: Described, operation: Operation): Promise<string[]> {
  const { ours, browsers } = world;
  const wrong: string[] = [];
  let request = await requestOf(described, operation, ours);
  for (const place of described.ids) {
    if (OWN_KEYS.test(place) || operation.unheeded?.includes(place)) continue;
    const body = withUnknown(request.body, place.split("."), missing());
    if (body === null) continue;
    const answer = await send(browsers.admin, { ...request, body });
    const told = answer.statusCode < 300 && (operation.itemised === true || !named(request.body, place.split(".")));
    if (!told && (answer.statusCode < 400 || answer.statusCode >= 500)) wrong.push(`${place}: ${answer.statusCode} ${answer.body.slice(0, 200)}`);
    // What was refused has changed nothing; what was done is no valid request again.
    if (answer.statusCode < 400) request = await requestOf(described, operation, ours);
  }
  return wrong;
}

const WITH_BODY = Object.entries(OPERATIONS).filter(([, { body }]) => body !== undefined);
test.each(WITH_BODY)("%s: an id that is nobody's is refused to an administrator, and is no fault of the server", async (line, operation) => {
  const described = world.described.find((d) => d.name === nameOf(line));
  expect(described, `${line} is not in the OpenAPI document`).toBeDefined();
  expect(await answers(described as Described, operation)).toEqual([]);
});
