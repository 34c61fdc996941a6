import type { AccessAction, AccessObject } from "@kommutator/contract/access";
import type { InterestView } from "@kommutator/contract/api/interest";
import { WARNINGS_HEADER } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { Id } from "@kommutator/contract/ids";
import type { FastifyReply, FastifyRequest } from "fastify";
import { change, lockVersion } from "../change.ts";
import type { Crm } from "../context.ts";
import { allowed, found } from "../rights.ts";
import type { InterestRecord } from "./record.ts";
import { readInterest } from "./view.ts";

/** A change asked for over HTTP. `version: null`: changes that cannot contradict each other (ticking an item). */
export interface Asked {
  request: FastifyRequest;
  reply: FastifyReply;
  id: Id;
  version: number | null;
  /** The right over the Interest's responsible that it takes. */
  right: [AccessObject, AccessAction];
}

/**
 * One change of one Interest: right, lock, version, work, the row as it is then. Whoever may not see it gets not_found, whoever may only
 * see it forbidden. `work` returns warnings of required fields, which come in the header.
 */
export async function changeInterest(crm: Crm, asked: Asked, work: (tx: Tx, interest: InterestRecord) => Promise<string[]>): Promise<InterestView> {
  const { request, reply, id, version, right } = asked;
  return change(crm, actorOf(request), async (tx) => {
    await requireRight(crm, tx, request, id, right);
    const interest = await lockVersion<InterestRecord>(tx, "interest", id, version, () => readInterest(tx, null, id, crm.clock.now()));
    const warnings = await work(tx, interest);
    if (warnings.length > 0) reply.header(WARNINGS_HEADER, warnings.join(","));
    return found(await readInterest(tx, null, id, crm.clock.now()));
  });
}

/** Throws not_found or forbidden unless the principal has this right over the Interest. */
export async function requireRight(crm: Crm, tx: Tx, request: FastifyRequest, id: Id, [object, action]: Asked["right"]): Promise<void> {
  const principal = principalOf(request);
  const rows = await tx`SELECT 1 FROM interest i WHERE i.id = ${id} AND ${allowed(tx, principal, object, action, "i.responsible_id")}`;
  if (rows.length === 0) throw new AppError((await readInterest(tx, principal, id, crm.clock.now())) === null ? "not_found" : "forbidden");
}
