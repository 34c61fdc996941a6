import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrmHouse, crmHouse } from "../../../tests/support/crm.ts";

let house: CrmHouse;
beforeAll(async () => {
  house = await crmHouse();
  for (const [object, field] of [
    ["contact", "birthDate"],
    ["contact", "phone"],
    ["lead", "note"],
    ["customer", "regionId"],
  ])
    await house.sql`INSERT INTO required_field_rule (object, field, condition, moment, severity) VALUES (${object as string}, ${field as string}, '{}', ${object === "lead" ? "convert" : "save"}, 'warn')`;
});
afterAll(() => house.close());

/** The answer as Aigul's browser gets it, with what it is warned of. */
async function aigul(method: "POST" | "PATCH" | "DELETE", url: string, body?: object) {
  const answer = await house.app.inject({ method, url, headers: { "x-person": "aigul" }, ...(body === undefined ? {} : { payload: body }) } as InjectOptions);
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return {
    warned: String(answer.headers["x-warnings"] ?? "")
      .split(/, ?/)
      .sort()
      .join(" "),
    body: answer.body === "" ? null : answer.json(),
  };
}

test("a contact, its numbers, the assistant and a conversion tell what rules only warn of (B7)", async () => {
  const responsibleId = house.company.employees.aigul.id;
  const company = await aigul("POST", "/customers", { kind: "company", name: "Warned", responsibleId });
  expect(company.warned).toBe("customer.regionId");
  const phone = { kind: "phone", value: "+7 702 111 00 01" };
  const contact = await aigul("POST", `/customers/${company.body.id}/contacts`, { lastName: "Sadykov", contactPoints: [phone] });
  expect(contact.warned).toBe("contact.birthDate");
  const edited = await aigul("PATCH", `/contacts/${contact.body.id}`, { firstName: "Arman", version: contact.body.version });
  expect(edited.warned).toBe("contact.birthDate");
  expect((await aigul("PATCH", `/contacts/${contact.body.id}`, { birthDate: "1990-01-01", version: edited.body.version })).warned).toBe("");
  expect((await aigul("DELETE", `/contact-points/${contact.body.contactPoints[0].id}`)).warned).toBe("contact.phone");

  const assisted = await aigul("POST", "/customers/assistant", { customer: { kind: "company", name: "Assisted" }, contact: { lastName: "New" } });
  expect(assisted.warned).toBe("contact.birthDate contact.phone customer.regionId");

  const lead = await aigul("POST", "/leads", { contactName: "Ivanova Anna", companyName: "Lotus", noContact: true });
  expect((await aigul("POST", `/leads/${lead.body.id}/convert`, { qualify: true })).warned).toBe("contact.birthDate contact.phone customer.regionId lead.note");
});
