import { AssistantBody, AssistantResult } from "@kommutator/contract/api/customer";
import { type RequiredFault, WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change } from "../change.ts";
import { addContact } from "../contact/write.ts";
import type { Crm } from "../context.ts";
import { requireFields } from "../interest/conditions.ts";
import { createInterest } from "../interest/write.ts";
import { refuseLacking } from "../required-field/check.ts";
import { found } from "../rights.ts";
import { readCustomer } from "./sql.ts";
import { createCustomer, requireEdit } from "./write.ts";

/**
 * POST /customers/assistant: card, contact and optional Interest of a new client at once (CB-20). Everything is saved or nothing, so that
 * whoever is refused in the last step has no half card to clear away.
 */
export function assistantRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.post("/customers/assistant", { schema: { body: AssistantBody, response: { 201: AssistantResult } } }, async (request, reply) => {
      const { customer, customerId, contact, interest } = request.body;
      if ((customer === null) === (customerId === null)) throw new AppError("validation", { fields: { customer: "required" } });
      const { principal } = requireScope(request, "customer", customer === null ? "read" : "create");
      if (interest !== null) requireScope(request, "interest", "create");
      const actor = actorOf(request);
      const { warnings, ...result } = await change(crm, actor, async (tx) => {
        let contactId: Id | null = null;
        // What the card, the contact and the Interest lack is told at once (B7).
        const lacking: RequiredFault[] = [];
        const warned: string[] = [];
        const person = async (id: Id) => {
          if (contact !== null) contactId = await addContact(tx, crm, principal, actor, id, contact, { lacking, warned });
        };
        let id: Id;
        let warnings: string[] = [];
        if (customer === null) {
          id = found(await readCustomer(tx, principal, customerId as Id)).id;
          if (contact !== null) await requireEdit(tx, principal, id);
          await person(id);
        } else ({ id, warnings } = await createCustomer(tx, crm, principal, actor, customer, { lacking }, person));
        const made =
          interest === null
            ? null
            : await createInterest(
                crm,
                tx,
                actor,
                {
                  ...interest,
                  customerId: id,
                  leadId: null,
                  contactId,
                  purposeId: null,
                  sourceId: customer?.sourceId ?? null,
                  responsibleId: principal.employeeId,
                  currency: null,
                  fromDialogId: null,
                },
                principal,
              );
        if (made !== null) warnings = [...warnings, ...(await requireFields(crm, tx, principal, made.id, { moment: "create", lacking }))];
        refuseLacking(lacking);
        return { customerId: id, contactId, interestId: made?.id ?? null, warnings: [...warnings, ...warned] };
      });
      if (warnings.length > 0) reply.header(WARNINGS_HEADER, warnings.join(","));
      return reply.code(201).send(result);
    });
  };
}
