import type { Principal } from "@kommutator/contract/access";
import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import type { Crm } from "../context.ts";
import type { Locale } from "../setup/texts.ts";
import { dateInWords, firstNameOf, greeting, type Values } from "./render.ts";

interface Facts {
  locale: Locale;
  company: string | null;
  customer: string | null;
  lead_contact: string | null;
  lead_company: string | null;
  first_name: string | null;
  interest: string | null;
}

/**
 * What the variables stand for in a dialog, in the agent's language. Of a lead only a single word is taken for a first name: which word of
 * several it is nobody knows, and a wrong one is worse than a gap that the agent fills.
 */
export async function valuesFor(crm: Crm, tx: Tx, principal: Principal, dialogId: Id | null): Promise<Values> {
  const now = new Date(crm.clock.now());
  const { tz } = await crm.company(tx);
  const [row] = await tx<Facts[]>`
    SELECT e.locale, (SELECT name FROM company) AS company, cu.name AS customer, l.contact_name AS lead_contact, l.company_name AS lead_company, ct.first_name, i.title AS interest
    FROM employee e LEFT JOIN dialog_party p ON p.dialog_id = ${dialogId}::uuid LEFT JOIN customer cu ON cu.id = p.customer_id LEFT JOIN contact ct ON ct.id = p.contact_id
    LEFT JOIN lead l ON l.id = p.lead_id AND p.customer_id IS NULL LEFT JOIN interest i ON i.id = p.interest_id WHERE e.id = ${principal.employeeId}`;
  const facts = row as Facts;
  const single = facts.lead_contact !== null && /^\S+$/.test(facts.lead_contact.trim()) ? facts.lead_contact : null;
  return {
    "customer.name": facts.customer ?? facts.lead_company ?? facts.lead_contact,
    "contact.firstName": facts.first_name ?? single,
    "agent.name": principal.name,
    "agent.firstName": firstNameOf(principal.name),
    "company.name": facts.company,
    "interest.title": facts.interest,
    today: dateInWords(now, tz, facts.locale),
    greeting: greeting(now, tz, facts.locale),
  };
}
