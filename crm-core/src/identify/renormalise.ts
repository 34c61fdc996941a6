import { RenormaliseBody, RenormaliseResult } from "@kommutator/contract/api/dispatch-rule";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, requireScope } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import { normaliseIdentity } from "@kommutator/contract/phone";
import type { Actor } from "@kommutator/contract/ports";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import type { Crm } from "../context.ts";

/** So many points are read and locked at a time. */
const BATCH = 2000;

interface Point {
  id: Id;
  kind: Parameters<typeof normaliseIdentity>[0]["kind"];
  scope: string;
  value_raw: string;
  value_norm: string;
  owner: Id;
  owner_name: string;
}

/**
 * Reads every living contact point's spelling anew (RG-02: re-runnable migration): after a change of the country or of the rules the compared values
 * are today's. What cannot be read, or would meet another verified one, stays as it is and is named. Batches of their own commit.
 */
async function renormalise(crm: Crm, actor: Actor, dryRun: boolean): Promise<z.infer<typeof RenormaliseResult>> {
  const result: z.infer<typeof RenormaliseResult> = { checked: 0, changed: 0, unreadable: 0, clashes: [] };
  let last: Id = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const points: Point[] = await crm.sql.begin(async (tx) => {
      const { country } = await crm.company(tx);
      const batch = await tx<Point[]>`
        SELECT p.id, p.kind, p.scope, p.value_raw, p.value_norm, coalesce(p.customer_id, p.contact_id, p.lead_id) AS owner,
               coalesce(c.name, concat_ws(' ', n.last_name, n.first_name), l.contact_name, l.company_name, '') AS owner_name
        FROM contact_point p LEFT JOIN customer c ON c.id = p.customer_id LEFT JOIN contact n ON n.id = p.contact_id LEFT JOIN lead l ON l.id = p.lead_id
        WHERE p.archived_at IS NULL AND p.id > ${last} ORDER BY p.id LIMIT ${BATCH}`;
      for (const point of batch) await look(crm, tx, actor, point, country, dryRun, result);
      return [...batch];
    });
    result.checked += points.length;
    const end = points.at(-1);
    if (end === undefined || points.length < BATCH) return result;
    last = end.id;
  }
}

async function look(crm: Crm, tx: Tx, actor: Actor, point: Point, country: string, dryRun: boolean, result: z.infer<typeof RenormaliseResult>): Promise<void> {
  const { value } = normaliseIdentity({ kind: point.kind, value: point.value_raw }, country);
  if (value === null) {
    result.unreadable++;
    return;
  }
  if (value === point.value_norm) return;
  const clash = await tx`
    SELECT 1 FROM contact_point o WHERE o.kind = ${point.kind} AND o.scope = ${point.scope} AND o.value_norm = ${value} AND o.archived_at IS NULL AND o.id <> ${point.id}
      AND (coalesce(o.customer_id, o.contact_id, o.lead_id) = ${point.owner} OR (o.verified_at IS NOT NULL AND NOT o.is_shared)) LIMIT 1`;
  if (clash.length > 0) {
    result.clashes.push({ pointId: point.id, raw: point.value_raw, value, owner: { id: point.owner, name: point.owner_name } });
    return;
  }
  result.changed++;
  if (dryRun) return;
  await tx`UPDATE contact_point SET value_norm = ${value} WHERE id = ${point.id}`;
  await crm.audit(tx, actor, { objectKind: "contact_point", objectId: point.id, action: "renormalise", changes: { value_norm: [point.value_norm, value] } });
}

/** POST /contact-points/renormalise: for whoever may change catalogues and every customer. */
export function renormaliseRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    plain
      .withTypeProvider<ZodTypeProvider>()
      .post("/contact-points/renormalise", { schema: { body: RenormaliseBody, response: { 200: RenormaliseResult } } }, async (request) => {
        requireScope(request, "catalogue", "edit");
        const { scope } = requireScope(request, "customer", "edit");
        if (scope !== "all") throw new AppError("forbidden");
        return renormalise(crm, actorOf(request), request.body.dryRun);
      });
  };
}
