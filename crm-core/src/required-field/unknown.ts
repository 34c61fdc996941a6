import type { Principal } from "@kommutator/contract/access";
import { REQUIRED_FIELDS, type UnknownValueBody } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Actor } from "@kommutator/contract/ports";
import type { z } from "zod";
import type { Crm } from "../context.ts";
import { requireObject } from "../object-rights.ts";
import { sayUnknown } from "./sql.ts";

/** "We asked, and it is not known", with a reason; or the word taken back. By whoever may edit the record. Throws not_found, validation. */
export async function noteUnknown(crm: Crm, tx: Tx, who: { principal: Principal; actor: Actor }, body: z.infer<typeof UnknownValueBody>): Promise<void> {
  const { object, objectId, field, reason } = body;
  if (!(REQUIRED_FIELDS[object].fields as readonly string[]).includes(field)) throw new AppError("validation", { fields: { field: "unknown" } });
  await requireObject(tx, who.principal, { kind: object, id: objectId }, "edit");
  const [before] = await tx<{ reason: string }[]>`SELECT reason FROM unknown_value WHERE object_id = ${objectId} AND field = ${field}`;
  if (reason === null) await tx`DELETE FROM unknown_value WHERE object_id = ${objectId} AND field = ${field}`;
  else await sayUnknown(tx, who.principal.employeeId, object, objectId, { [field]: reason });
  await crm.audit(tx, who.actor, { objectKind: object, objectId, action: "unknown", changes: { [field]: [before?.reason ?? null, reason] } });
}
