import type { Identification } from "@kommutator/contract/identity";
import type { Id } from "@kommutator/contract/ids";
import { type Fragment, statement } from "@kommutator/contract/statement";
import { findSubstitute } from "../absence/stand-in.ts";
import type { Query } from "../context.ts";

/** A known person, and the card's responsible. */
export interface Party {
  customerId: Id | null;
  contactId: Id | null;
  leadId: Id | null;
  own: Id | null;
}

/** One row of `peopleOf`. */
export interface People {
  /** The open Interests of the person. */
  interests: Id[] | null;
  responsible: Id | null;
  why: "interest" | "customer" | "last_talked" | null;
  /** The responsible is away at this moment. */
  absent: boolean;
  /** Who is asked next when the responsible is here and does not answer. */
  personal: Id | null;
}

type OurPeople = Pick<Identification, "responsible" | "substituteId"> & { interests: Id[] };

/** Whose concern a person is (B0), asked by itself; `about`: a dialog whose Interest it belongs to. */
export async function findPeople(tx: Query, party: Party, now: Date, about: Id | null = null): Promise<OurPeople> {
  const [row] = await statement<[People]>(tx, (sql) => peopleOf(sql, party, now, about === null ? null : sql`${about}::uuid`));
  return withSubstitute(tx, row, now);
}

/** Who stands in for the responsible: only of one who is away it has to be asked for. */
export async function withSubstitute(tx: Query, { interests, responsible, why, absent, personal }: People, now: Date): Promise<OurPeople> {
  return {
    interests: interests ?? [],
    responsible: responsible === null || why === null ? null : { employeeId: responsible, why },
    substituteId: responsible !== null && absent ? (await findSubstitute(tx, responsible, now)).substituteId : personal,
  };
}

/**
 * The query of the first rung's people (B0), one row, of a party given by values or by columns of the query around it: the responsible of
 * the open Interest that the dialog `about` belongs to (when it is one of this person's), else of the one open Interest of the person (those of another contact of the company do not count), else the card's, else the last one who
 * talked, within the days of the settings; only active employees.
 */
export function peopleOf(tx: Query, party: Party | Record<keyof Party, Fragment>, now: Date, about: Fragment | null = null) {
  const customer = tx`${party.customerId as Id}::uuid`;
  const contact = tx`${party.contactId as Id}::uuid`;
  const lead = tx`${party.leadId as Id}::uuid`;
  const lastTalked = (who: Fragment) => tx`
    (SELECT i.executor_id FROM interaction i JOIN employee e ON e.id = i.executor_id AND e.state = 'active'
     WHERE ${who} AND coalesce(lower(i.occurred), lower(i.planned)) >= ${now}::timestamptz - (SELECT last_talked_days FROM reception_setting) * interval '24 hours'
       AND i.state = 'done' AND i.dialog_id IS NOT NULL
     ORDER BY coalesce(lower(i.occurred), lower(i.planned)) DESC LIMIT 1)`;
  const only = tx`(SELECT id FROM employee WHERE cardinality(open.interests) = 1 AND id = open.responsible[1] AND state = 'active')`;
  // Who asks about no dialog asks nothing more: calls do not wait for it.
  const ofInterest =
    about === null
      ? only
      : tx`coalesce((SELECT e.id FROM dialog_party d JOIN interest i ON i.id = d.interest_id AND i.status = 'open' AND (i.customer_id = ${customer} OR (${customer} IS NULL AND i.lead_id = ${lead}))
           JOIN employee e ON e.id = i.responsible_id AND e.state = 'active' WHERE d.dialog_id = ${about}), ${only})`;
  return tx`
    SELECT found.interests, chosen.responsible, chosen.why, away.id IS NOT NULL AS absent, stand_in.id AS personal
    FROM (
      SELECT open.interests,
             ${ofInterest} AS of_interest,
             (SELECT id FROM employee WHERE id = ${party.own as Id}::uuid AND state = 'active') AS of_card
      FROM (
        SELECT array_agg(id) AS interests, array_agg(responsible_id) AS responsible FROM (
          SELECT id, responsible_id FROM interest WHERE status = 'open' AND customer_id = ${customer} AND (${contact} IS NULL OR contact_id IS NULL OR contact_id = ${contact})
          UNION ALL
          SELECT id, responsible_id FROM interest WHERE status = 'open' AND ${customer} IS NULL AND lead_id = ${lead}
        ) i
      ) open
    ) found
    CROSS JOIN LATERAL (
      SELECT CASE WHEN coalesce(found.of_interest, found.of_card) IS NULL
        THEN coalesce(${lastTalked(tx`i.customer_id = ${customer}`)}, ${lastTalked(tx`${customer} IS NULL AND i.lead_id = ${lead}`)}) END AS talked
    ) last
    CROSS JOIN LATERAL (
      SELECT coalesce(found.of_interest, found.of_card, last.talked) AS responsible,
             CASE WHEN found.of_interest IS NOT NULL THEN 'interest' WHEN found.of_card IS NOT NULL THEN 'customer' WHEN last.talked IS NOT NULL THEN 'last_talked' END AS why
    ) chosen
    LEFT JOIN employee e ON e.id = chosen.responsible
    LEFT JOIN absence away ON away.employee_id = e.id AND away.during @> ${now}::timestamptz AND away.state IN ('scheduled', 'active')
    LEFT JOIN employee stand_in ON stand_in.id = e.substitute_id AND stand_in.state = 'active'
      AND NOT EXISTS (SELECT 1 FROM absence x WHERE x.employee_id = stand_in.id AND x.during @> ${now}::timestamptz AND x.state IN ('scheduled', 'active'))
    LIMIT 1`;
}
