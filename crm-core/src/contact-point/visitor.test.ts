import type { Id } from "@kommutator/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";
import { refsOf } from "../duplicate/sql.ts";

const NOW = Date.parse("2026-03-11T05:00:00Z");
/** The key that a browser made for itself. */
const KEY = "k3n9-XQ_7fLm2vB8";
let house: CrmHouse;
let leadId: Id;
beforeAll(async () => {
  house = await crmHouse();
  house.clock.set(NOW);
  const shop = await house.channel("web-chat", "The shop's chat", "site");
  const { identification } = await house.dialog({ kind: "site_visitor", value: KEY }, { medium: "chat", channelId: shop });
  leadId = identification.leadId as Id;
});
afterAll(() => house.close());

test("a visitor's point says which site's chat knows the browser and since when; a phone is known everywhere", async () => {
  await house.as("aigul", "POST", "/contact-points", { kind: "phone", value: "8 701 700 00 01", leadId });
  const points = (await house.as("aigul", "GET", `/leads/${leadId}`)).body.contactPoints;
  expect(points).toMatchObject([
    { kind: "site_visitor", channelName: "The shop's chat", since: expect.any(String) },
    { kind: "phone", channelName: null },
  ]);
  expect(Date.parse(points[0].since)).not.toBeNaN();
  await house.as("aigul", "DELETE", `/contact-points/${points[1].id}`);
});

test("the key of a browser finds nobody and names nobody: not in the search, not among the duplicates, not in a reminder", async () => {
  expect((await house.as("aigul", "GET", `/search?q=${KEY.slice(5)}`)).body.items).toEqual([]);
  const lead = (await house.as("aigul", "GET", `/leads/${leadId}`)).body;
  await house.as("aigul", "PATCH", `/leads/${leadId}`, { note: "asks for an armchair", version: lead.version });
  expect((await house.as("aigul", "GET", "/search?q=armchair")).body.items).toEqual([]);
  expect((await refsOf(house.sql, null, [leadId])).get(leadId)).toMatchObject({ name: "", detail: "asks for an armchair" });
  await house.sql`UPDATE lead SET due_at = ${new Date(NOW - 3_600_000)}, first_contact_due_at = ${new Date(NOW - 3_600_000)}, reminded = 0 WHERE id = ${leadId}`;
  await house.crm.jobs.find((job) => job.name === "lead-deadlines")?.run();
  const told = await house.sql`SELECT payload->>'title' AS title FROM notification WHERE object_id = ${leadId}`;
  expect(told.length).toBeGreaterThan(0);
  expect(told.every((each) => each["title"] === "")).toBe(true);
});

test("a lead of whom only a browser is known becomes a customer by a name that somebody gives", async () => {
  const refused = await house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true });
  expect(refused.body).toMatchObject({ code: "validation", details: { fields: { "customer.name": "required" } } });
  const done = await house.as("admin", "POST", `/leads/${leadId}/convert`, { qualify: true, customer: { kind: "person", name: "Olga" } });
  expect(done.status).toBe(200);
  const customer = (await house.as("admin", "GET", `/customers/${done.body.customerId}`)).body;
  expect(customer).toMatchObject({ name: "Olga", contactPoints: [{ kind: "site_visitor", channelName: "The shop's chat" }] });
});
