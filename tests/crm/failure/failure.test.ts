import type { Db } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { connect } from "@kommutator/gateway/db/pool";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type CrmHouse, crmHouse } from "../../support/crm.ts";
import { changedTables, dumper } from "./dump.ts";
import { FaultyDatabase, HOWS } from "./faulty.ts";
import { leadWithPast, phone, totals } from "./past.ts";

/**
 * What changes many rows changes all of them or none: a failure is injected at every statement in turn, and at the commit; once by an error of
 * the database and once by the end of the connection. After each the whole database is as it was before.
 */
let house: CrmHouse;
let faulty: FaultyDatabase;
let reader: Db;
let dump: () => Promise<Record<string, string>>;
beforeAll(async () => {
  house = await crmHouse({
    wrap(sql) {
      faulty = new FaultyDatabase(sql);
      return faulty.sql;
    },
  });
  reader = connect(house.db.url, { max: 1 });
  dump = await dumper(reader);
});
afterAll(async () => {
  await reader.end();
  await house.close();
});

/** Lets the act fail at each of its statements, then succeed. Returns the answer of the success and how many statements there were. */
async function survivesEveryStatement(act: () => Promise<Answer>): Promise<{ body: Answer["body"]; statements: number }> {
  const before = await dump();
  for (let n = 1; ; n++) {
    for (const how of HOWS) {
      const { result, struck } = await faulty.failing(n, how, act);
      if (!struck) {
        expect([result.status, result.status < 300 ? "" : result.body]).toEqual([result.status, ""]);
        return { body: result.body, statements: n - 1 };
      }
      if (result.status < 400) throw new Error(`it answered ${result.status} although statement ${n} failed (${how})`);
    }
    const changed = changedTables(before, await dump());
    if (changed.length > 0) throw new Error(`after failures at statement ${n} these are not as before: ${changed.join(", ")}`);
  }
}

describe("a lead becomes a customer (C4)", () => {
  test("wholly or not at all; feed, files and sums are the same before and after", async () => {
    const { leadId } = await leadWithPast(house);
    const before = await totals(house, [{ object: "lead", id: leadId }]);
    expect([before.items.length >= 6, before.files.length, before.sum]).toEqual([true, 1, 1500.5]);
    const { body, statements } = await survivesEveryStatement(() => house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true }));
    expect(statements).toBeGreaterThan(15);
    expect(await totals(house, [{ object: "customer", id: body.customerId as Id }])).toEqual(before);
  });
});

describe("a reception is finished (B1)", () => {
  test("wholly or not at all: a new lead, its Interest, the Interaction and the next step", async () => {
    const { id: dialogId } = await house.dialog({ kind: "phone", value: phone() }, { medium: "chat" });
    await house.assign(dialogId, "aigul");
    const { inquiry } = (await house.as("aigul", "GET", `/dialogs/${dialogId}/reception`)).body;
    const catalogues = house.company.catalogues;
    const body = {
      version: inquiry.version,
      purposeId: catalogues.purposes["buy"],
      who: { kind: "new-lead", contactName: "Asel", companyName: null, phone: phone(), email: null },
      interest: { kind: "new", title: "Air conditioner", interestKindId: null, parallelReason: null },
      note: "Flat of 60 square metres",
      next: { typeId: catalogues.interactionTypes["call"]?.id, subject: "Call back", plannedFrom: new Date(Date.now() + 86_400_000).toISOString() },
    };
    const { statements, body: result } = await survivesEveryStatement(() => house.as("aigul", "POST", `/inquiries/${inquiry.id}/finish`, body));
    expect(statements).toBeGreaterThan(15);
    expect(result).toMatchObject({ inquiry: { status: "processed" }, interestId: expect.any(String), leadId: expect.any(String) });
  });
});
