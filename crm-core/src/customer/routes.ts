import type { AccessAction } from "@kommutator/contract/access";
import { IdParams } from "@kommutator/contract/api/common";
import { ContactBody, ContactView, CustomerBody, CustomerPage, CustomerPatch, CustomerQuery, CustomerView } from "@kommutator/contract/api/customer";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf, lockVersion } from "../change.ts";
import { insertContact } from "../contact/sql.ts";
import { insertPoints } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { emitPartyChanged } from "../party/sql.ts";
import { allowed, found, mayAssign } from "../rights.ts";
import { search } from "../search/sql.ts";
import { contactsOf, listCustomers, readCustomer, setOwner } from "./sql.ts";

const COLUMNS = {
  kind: "kind",
  name: "name",
  legalName: "legal_name",
  taxId: "tax_id",
  statusId: "status_id",
  regionId: "region_id",
  industryId: "industry_id",
  sourceId: "source_id",
  isVip: "is_vip",
  doNotContact: "do_not_contact",
  comment: "comment",
};

/** GET and POST /customers, GET and PATCH /customers/:id, POST /customers/:id/contacts (CB-01, CB-02). */
export function customerRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/customers", { schema: { querystring: CustomerQuery, response: { 200: CustomerPage } } }, async (request) => {
      const { principal } = requireScope(request, "customer", "read");
      const { q, responsibleId, limit } = request.query;
      if (q === undefined || q.trim() === "") {
        return pageOf(await listCustomers(sql, principal, { responsibleId, cursor: decodeCursor(request.query.cursor), limit }), limit, (r) => r);
      }
      // The best matches on one page, in order of likeness: nobody turns pages of a search.
      return sql.begin("READ ONLY", async (tx) => {
        const ids = [...new Set((await search(tx, principal, q, limit, "customer")).map((h) => h.customerId).filter((id) => id !== null))];
        const rows = await listCustomers(tx, principal, { responsibleId, ids, cursor: null, limit });
        return { items: rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)), nextCursor: null };
      });
    });

    app.post("/customers", { schema: { body: CustomerBody, response: { 201: CustomerView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "customer", "create");
      const { body } = request;
      const view = await change(crm, actorOf(request), async (tx) => {
        if (body.responsibleId !== null) await mayAssign(tx, principal, "customer", body.responsibleId);
        await requireFreeTaxId(tx, body.taxId, null);
        const [row] = await tx<{ id: Id }[]>`INSERT INTO customer ${tx({ ...columnsOf(body, COLUMNS), created_by: principal.employeeId })} RETURNING id`;
        const { id } = row as { id: Id };
        if (body.responsibleId !== null) await setOwner(tx, id, body.responsibleId, "manual", principal.employeeId, new Date(crm.clock.now()));
        await insertPoints(tx, { customer_id: id }, body.contactPoints, (await crm.company(tx)).country);
        await crm.audit(tx, actorOf(request), {
          objectKind: "customer",
          objectId: id,
          action: "create",
          changes: differences({}, columnsOf(body, { ...COLUMNS, responsibleId: "responsible_id" })),
        });
        return readOwn(tx, id);
      });
      return reply.code(201).send(view);
    });

    app.get("/customers/:id", { schema: { params: IdParams, response: { 200: CustomerView } } }, async (request) =>
      found(await readCustomer(sql, principalOf(request), request.params.id)),
    );

    app.patch("/customers/:id", { schema: { params: IdParams, body: CustomerPatch, response: { 200: CustomerView } } }, async (request) => {
      const { principal } = requireScope(request, "customer", "edit");
      const { body } = request;
      const { id } = request.params;
      return change(crm, actorOf(request), async (tx) => {
        await requireRight(tx, "edit", id, request);
        const before = await lockVersion<Record<string, unknown> & { version: number }>(tx, "customer", id, body.version, () => readOwn(tx, id));
        const after = columnsOf(body, COLUMNS);
        if (typeof after["tax_id"] === "string") await requireFreeTaxId(tx, after["tax_id"], id);
        if (body.responsibleId !== undefined && body.responsibleId !== before["responsible_id"]) {
          await mayAssign(tx, principal, "customer", body.responsibleId);
          await setOwner(tx, id, body.responsibleId, "manual", principal.employeeId, new Date(crm.clock.now()));
          after["responsible_id"] = body.responsibleId;
        }
        const changes = differences(before, after);
        if (Object.keys(changes).length > 0) {
          await tx`UPDATE customer SET ${tx({ ...after, version: before.version + 1 })} WHERE id = ${id}`;
          await crm.audit(tx, actorOf(request), { objectKind: "customer", objectId: id, action: "edit", changes });
          await emitPartyChanged(crm, tx, { customerId: id });
        }
        return readOwn(tx, id);
      });
    });

    app.post("/customers/:id/contacts", { schema: { params: IdParams, body: ContactBody, response: { 201: ContactView } } }, async (request, reply) => {
      requireScope(request, "customer", "edit");
      const { id } = request.params;
      const view = await change(crm, actorOf(request), async (tx) => {
        await requireRight(tx, "edit", id, request);
        const contactId = await insertContact(tx, id, request.body, (await crm.company(tx)).country);
        await crm.audit(tx, actorOf(request), {
          objectKind: "contact",
          objectId: contactId,
          action: "create",
          changes: { ...differences({}, request.body), customer_id: [null, id] },
        });
        await emitPartyChanged(crm, tx, { customerId: id });
        return found((await contactsOf(tx, id)).find((c) => c.id === contactId));
      });
      return reply.code(201).send(view);
    });

    async function requireRight(tx: Tx, action: AccessAction, id: Id, request: Parameters<typeof principalOf>[0]): Promise<void> {
      const rows =
        await tx`SELECT 1 FROM customer c WHERE c.id = ${id} AND c.archived_at IS NULL AND ${allowed(tx, principalOf(request), "customer", action, "c.responsible_id")}`;
      if (rows.length > 0) return;
      // One may know the card and yet not change it: then the answer may say so.
      throw new AppError((await readCustomer(tx, principalOf(request), id)) === null ? "not_found" : "forbidden");
    }

    /** The card right after the own change, whatever the rights say of it now (it may have been given away). */
    async function readOwn(tx: Tx, id: Id): Promise<CustomerView> {
      return found(
        await readCustomer(
          tx,
          {
            employeeId: "00000000-0000-0000-0000-000000000000",
            sessionId: "",
            name: "",
            login: "",
            departmentId: "",
            subtreeIds: [],
            permissions: { customer: { read: "all" } },
          },
          id,
        ),
      );
    }
  };
}

/** A tax number stands on one living card (C1). */
async function requireFreeTaxId(tx: Tx, taxId: string | null, except: Id | null): Promise<void> {
  if (taxId === null) return;
  const rows =
    await tx`SELECT 1 FROM customer WHERE tax_id = ${taxId} AND merged_into_id IS NULL AND archived_at IS NULL AND id IS DISTINCT FROM ${except}::uuid`;
  if (rows.length > 0) throw new AppError("duplicate", { field: "taxId" });
}
