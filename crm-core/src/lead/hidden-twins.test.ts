import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CrmHouse, crmHouse, type Person } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
});
afterAll(() => house.close());

const made = async (who: Person, url: string, body: object) => {
  const answer = await house.as(who, "POST", url, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const point = (n: number) => ({ kind: "phone", value: `+770270000${n}` });
const customerOf = (who: "aigul" | "dana", name: string, phone: number): Promise<{ id: Id }> =>
  made(who, "/customers", { kind: "company", name, contactPoints: [point(phone)], responsibleId: house.company.employees[who].id });

describe("what another department has is not told on the way (AD-02)", () => {
  test("converting a lead names the twin that one may see, and passes over the other one as if it did not exist", async () => {
    const hidden = await customerOf("aigul", "Of department A", 11);
    const own = await customerOf("dana", "Of department B", 11);
    const lead = await made("dana", "/leads", { contactName: "Both know me", contactPoints: [point(11)] });
    const asked = await house.as("dana", "POST", `/leads/${lead.id}/convert`, { qualify: true });
    expect(asked).toMatchObject({ status: 409, body: { code: "duplicate" } });
    expect(asked.body.details).toEqual({ candidates: [{ customerId: own.id, name: "Of department B" }] });
    expect((await house.as("dana", "POST", `/leads/${lead.id}/convert`, { qualify: true, customerId: hidden.id })).status).toBe(404);

    await customerOf("aigul", "Of department A only", 12);
    const alone = await made("dana", "/leads", { contactName: "Nobody knows me", contactPoints: [point(12)] });
    const done = await house.as("dana", "POST", `/leads/${alone.id}/convert`, { qualify: true });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
  });

  test("a parallel Interest of another department asks for the reason without its name; one's own is named", async () => {
    const kindId = house.company.catalogues.interestKinds["sale"]?.id;
    const theirs = await customerOf("aigul", "Called", 13);
    await made("aigul", "/interests", { kindId, title: "Secret chairs", customerId: theirs.id });
    const { id: dialogId } = await house.dialog(point(13) as { kind: "phone"; value: string });
    await house.assign(dialogId, "dana");
    const body = { kindId, title: "Tables", customerId: theirs.id };
    expect((await house.as("dana", "POST", "/interests", body)).body).toEqual({ code: "parallel_interest_reason_required", details: {} });
    const second = await made("dana", "/interests", { ...body, parallelReason: "Another shop" });
    // Her own one is named, the other stays untold.
    expect((await house.as("dana", "POST", "/interests", body)).body).toMatchObject({
      code: "parallel_interest_reason_required",
      details: { interest: { id: second.id, title: "Tables" } },
    });
  });
});
