import type { Id } from "@kommutator/contract/ids";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Connections } from "./connections.ts";
import { closeHouse, closeScreens, house, openHouse, Screen, until } from "./live.fixture.ts";

beforeAll(openHouse);
afterEach(closeScreens);
afterAll(closeHouse);

describe("who is online", () => {
  const inputsOf = async (employeeId: Id) =>
    (await house.inputs()).filter((i) => i.kind === "agent.connection" && i["employeeId"] === employeeId).map((i) => i["online"]);

  test("the first window tells routing, the last one gone tells it again; a second window tells nothing", async () => {
    const { id } = house.company.employees.admin;
    await until("nobody", async () => (await house.sql`SELECT 1 FROM agent_connection WHERE employee_id = ${id}`).length === 0);
    const before = (await inputsOf(id)).length;
    const one = await new Screen("admin").ready();
    const two = await new Screen("admin").ready();
    expect((await inputsOf(id)).slice(before)).toEqual([true]);
    one.socket.disconnect();
    await until("one left", async () => (await house.sql`SELECT 1 FROM agent_connection WHERE employee_id = ${id}`).length === 1);
    expect((await inputsOf(id)).slice(before)).toEqual([true]);
    two.socket.disconnect();
    await until("told", async () => (await inputsOf(id)).length === before + 2);
    expect((await inputsOf(id)).slice(before)).toEqual([true, false]);
  });

  test("the agents of a node that died are offline once its heartbeat is fifteen seconds old; those with another window are not", async () => {
    const { dana, head: chief } = house.company.employees;
    await until("nobody", async () => (await house.sql`SELECT 1 FROM agent_connection`).length === 0);
    const told: unknown[] = [];
    const node = (name: string) =>
      new Connections({
        sql: house.sql,
        node: name,
        clock: { now: () => Date.now() },
        log: { warn: () => undefined } as never,
        enqueue: async (_tx, inputs) => {
          told.push(...inputs.map((i) => ("employeeId" in i && i.kind === "agent.connection" ? [i.employeeId, i.online] : i)));
        },
      });
    const [dead, alive] = [node("dead"), node("alive")];
    await dead.add("s1", dana.id);
    await dead.add("s2", chief.id);
    await alive.add("s3", chief.id);
    await house.sql`UPDATE agent_connection SET last_seen = now() - interval '16 s' WHERE node = 'dead'`;
    await alive.beat();
    expect(told).toEqual([
      [dana.id, true],
      [chief.id, true],
      [dana.id, false],
    ]);
    // It was only stopped: its heart beats again and its windows count again; dana had no other.
    await dead.beat();
    expect(told.slice(3)).toEqual([[dana.id, true]]);
    await dead.stop();
    await alive.stop();
    expect(told.at(-1)).toEqual([chief.id, false]);
  });
});
