import { IdParams } from "@kommutator/contract/api/common";
import {
  ContactBody,
  ContactView,
  CustomerBody,
  CustomerHistory,
  CustomerPage,
  CustomerPatch,
  CustomerQuery,
  CustomerView,
} from "@kommutator/contract/api/customer";
import { WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { change } from "../change.ts";
import { addContact } from "../contact/write.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { found } from "../rights.ts";
import { LIKELIEST, searchedPage } from "../search/page.ts";
import { prepareList } from "../search/seen.ts";
import { search } from "../search/sql.ts";
import { readHistory } from "./periods.ts";
import { listCustomers } from "./register.ts";
import { contactsOf, readCustomer } from "./sql.ts";
import { createCustomer, editCustomer, requireEdit } from "./write.ts";

/** GET and POST /customers, GET and PATCH /customers/:id, GET /customers/:id/history, POST /customers/:id/contacts (CB-01 to CB-03, CB-05, CB-07). */
export function customerRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/customers", { schema: { querystring: CustomerQuery, response: { 200: CustomerPage } } }, async (request) => {
      const { principal } = requireScope(request, "customer", "read");
      const { q, cursor, limit, ...filter } = request.query;
      const { tz } = await crm.company(sql);
      return sql.begin("READ ONLY", async (tx) => {
        const seen = await prepareList(tx, principal, "customer");
        if (q === undefined || q.trim() === "")
          return pageOf(await listCustomers(tx, seen, { ...filter, cursor: decodeCursor(cursor), limit }, tz), limit, (r) => r);
        return searchedPage(
          tx,
          seen,
          q,
          "customer",
          { cursor, limit },
          async () => (await search(tx, principal, q, LIKELIEST, "customer")).flatMap((hit) => hit.customerId ?? []),
          (asked) => listCustomers(tx, seen, { ...filter, ...asked }, tz),
        );
      });
    });

    app.post("/customers", { schema: { body: CustomerBody, response: { 201: CustomerView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "customer", "create");
      const { view, warnings } = await change(crm, actorOf(request), async (tx) => {
        const { id, warnings } = await createCustomer(tx, crm, principal, actorOf(request), request.body);
        return { view: found(await readCustomer(tx, null, id)), warnings };
      });
      if (warnings.length > 0) reply.header(WARNINGS_HEADER, warnings.join(", "));
      return reply.code(201).send(view);
    });

    app.get("/customers/:id", { schema: { params: IdParams, response: { 200: CustomerView } } }, async (request) =>
      found(await readCustomer(sql, principalOf(request), request.params.id)),
    );

    app.get("/customers/:id/history", { schema: { params: IdParams, response: { 200: CustomerHistory } } }, async (request) => {
      const card = found(await readCustomer(sql, principalOf(request), request.params.id));
      return readHistory(sql, card.id);
    });

    app.patch("/customers/:id", { schema: { params: IdParams, body: CustomerPatch, response: { 200: CustomerView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "customer", "edit");
      const { id } = request.params;
      const { view, warnings } = await change(crm, actorOf(request), async (tx) => {
        const warnings = await editCustomer(tx, crm, principal, actorOf(request), id, request.body);
        // The card right after the own change, whatever the rights say of it now: it may have been given away.
        return { view: found(await readCustomer(tx, null, id)), warnings };
      });
      if (warnings.length > 0) reply.header(WARNINGS_HEADER, warnings.join(", "));
      return view;
    });

    app.post("/customers/:id/contacts", { schema: { params: IdParams, body: ContactBody, response: { 201: ContactView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "customer", "edit");
      const { id } = request.params;
      const warned: string[] = [];
      const view = await change(crm, actorOf(request), async (tx) => {
        await requireEdit(tx, principal, id);
        const contactId = await addContact(tx, crm, principal, actorOf(request), id, request.body, { warned });
        return found((await contactsOf(tx, id)).find((c) => c.id === contactId));
      });
      if (warned.length > 0) reply.header(WARNINGS_HEADER, warned.join(","));
      return reply.code(201).send(view);
    });
  };
}
