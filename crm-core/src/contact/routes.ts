import { IdParams } from "@kommutator/contract/api/common";
import { ContactCard, ContactPage, ContactPatch, ContactQuery, ContactView } from "@kommutator/contract/api/customer";
import { WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf, lockVersion } from "../change.ts";
import { mayEditOwner } from "../contact-point/sql.ts";
import type { Crm } from "../context.ts";
import { overruled } from "../customer/write.ts";
import { requireNoNewTwin } from "../duplicate/find.ts";
import { facetsOf } from "../duplicate/sql.ts";
import { decodeCursor, pageOf } from "../page.ts";
import { emitContactChanged } from "../party/sql.ts";
import { checkRequired } from "../required-field/check.ts";
import { found } from "../rights.ts";
import { LIKELIEST, searchedPage } from "../search/page.ts";
import { prepareList } from "../search/seen.ts";
import { search } from "../search/sql.ts";
import { listContacts, readContact, readContactCard } from "./sql.ts";

const NAMES = { lastName: "last_name", firstName: "first_name", middleName: "middle_name", birthDate: "birth_date", language: "language" };
/** What of these may make it another one's twin (B14). */
const SIGNALS = ["last_name", "first_name", "middle_name", "birth_date"];
const LINK = { position: "position", role: "role", isPrimary: "is_primary", leftAt: "left_at" };

/** GET /contacts (CB-04), GET and PATCH /contacts/:id: the human, and the link with one company (CB-02). */
export function contactRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/contacts", { schema: { querystring: ContactQuery, response: { 200: ContactPage } } }, async (request) => {
      const { principal } = requireScope(request, "customer", "read");
      const { q, customerId, gone, limit, cursor } = request.query;
      const filter = { customerId, gone: gone === undefined ? undefined : gone === "true" };
      return crm.sql.begin("READ ONLY", async (tx) => {
        const seen = await prepareList(tx, principal, "customer");
        if (q === undefined || q.trim() === "")
          return pageOf(await listContacts(tx, seen, { ...filter, limit, cursor: decodeCursor(cursor) }), limit, (r) => r);
        return searchedPage(
          tx,
          seen,
          q,
          "contact",
          { cursor, limit },
          async () => {
            // A code is said whole: "P000123".
            const coded = await tx<{ id: Id }[]>`SELECT id FROM contact WHERE code = ${q.replaceAll("\0", " ").trim().toUpperCase()}`;
            const hits = await search(tx, principal, q, LIKELIEST - coded.length, "customer");
            return [...coded, ...hits.filter((hit) => hit.kind === "contact")].map((each) => each.id);
          },
          (asked) => listContacts(tx, seen, { ...filter, ...asked }),
        );
      });
    });

    app.get("/contacts/:id", { schema: { params: IdParams, response: { 200: ContactCard } } }, async (request) =>
      found(await readContactCard(crm.sql, principalOf(request), request.params.id)),
    );

    app.patch("/contacts/:id", { schema: { params: IdParams, body: ContactPatch, response: { 200: ContactView } } }, async (request, reply) => {
      const { principal } = requireScope(request, "customer", "edit");
      const { id } = request.params;
      const { body } = request;
      return change(crm, actorOf(request), async (tx) => {
        const customerId = body.customerId ?? null;
        if (!(await mayEditOwner(tx, principal, { customer_id: null, contact_id: id, lead_id: null }))) throw new AppError("not_found");
        const before = await lockVersion<Record<string, unknown> & { version: number }>(tx, "contact", id, body.version, () =>
          readContact(tx, null, id, customerId),
        );
        const names = columnsOf(body, NAMES);
        const link = columnsOf(body, LINK);
        const merged = { ...before, ...names };
        if (!merged["last_name"] && !merged["first_name"]) throw new AppError("validation", { fields: { lastName: "required" } });
        const changes = differences({ ...before, birth_date: dayOf(before["birth_date"]) }, names);
        const facets = (await facetsOf(tx, [id])).get(id);
        if (Object.keys(link).length > 0) {
          if (customerId === null) throw new AppError("validation", { fields: { customerId: "required" } });
          const [old] =
            await tx`SELECT position, role, is_primary, left_at::text FROM customer_contact WHERE customer_id = ${customerId} AND contact_id = ${id} FOR UPDATE`;
          if (old === undefined) throw new AppError("not_found");
          // Whoever has left is nobody's primary contact; a new primary one takes the mark from the old.
          if (link["left_at"] != null) link["is_primary"] = false;
          if (link["is_primary"] === true) await tx`UPDATE customer_contact SET is_primary = false WHERE customer_id = ${customerId} AND is_primary`;
          await tx`UPDATE customer_contact SET ${tx(link)} WHERE customer_id = ${customerId} AND contact_id = ${id}`;
          Object.assign(changes, differences({ ...old }, link));
        }
        if (Object.keys(changes).length > 0) {
          await tx`UPDATE contact SET ${tx({ ...names, version: before.version + 1 })} WHERE id = ${id}`;
          const others = SIGNALS.some((column) => column in changes) ? await requireNoNewTwin(tx, principal, id, facets, body.differentReason) : [];
          const warnings = await checkRequired(tx, crm, principal, { object: "contact", moment: "save", row: { id } });
          if (warnings.length > 0) reply.header(WARNINGS_HEADER, warnings.join(","));
          await crm.audit(tx, actorOf(request), {
            objectKind: "contact",
            objectId: id,
            action: "edit",
            changes: { ...changes, ...overruled(others, body.differentReason ?? null) },
          });
          await emitContactChanged(crm, tx, id);
        }
        return found(await readContact(tx, null, id, customerId));
      });
    });
  };
}

/** A date column is read as midnight in UTC. */
function dayOf(value: unknown): unknown {
  return value instanceof Date ? value.toISOString().slice(0, 10) : value;
}
