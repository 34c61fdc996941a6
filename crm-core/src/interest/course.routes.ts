import { IdParams } from "@kommutator/contract/api/common";
import { VersionBody } from "@kommutator/contract/api/interaction";
import {
  ActionParams,
  CheckBody,
  CheckParams,
  CloseBody,
  type CustomerGaps,
  DeclineBody,
  HoldBody,
  type InterestFields,
  InterestView,
  ModeBody,
  ReverseBody,
  StageBody,
} from "@kommutator/contract/api/interest";
import type { RequiredFault } from "@kommutator/contract/api/required-field";
import type { Tx } from "@kommutator/contract/db";
import { actorOf, principalOf } from "@kommutator/contract/http";
import type { FastifyPluginAsync, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Crm } from "../context.ts";
import { declineAction } from "./actions.ts";
import { changeInterest, requireRight } from "./change-interest.ts";
import { setCheck } from "./checks.ts";
import { closeInterest, reopenInterest } from "./close.ts";
import { fillCustomer } from "./customer-gaps.ts";
import { emitInterest } from "./emit.ts";
import { writeFields } from "./fields.ts";
import { reverseMove } from "./history.ts";
import { releaseHold, setHold } from "./hold.ts";
import { judgeInterests } from "./judge.ts";
import { changeMode } from "./mode.ts";
import type { InterestRecord } from "./record.ts";
import { moveStage } from "./write.ts";

/** The course of an Interest: /interests/:id/stage, /stage/reverse, /mode, /hold, /checks, /actions, /close, /reopen (IN-02 … IN-08, IN-16, IN-17). */
export function courseRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const response = { 200: InterestView };

    /** What a move or a closing was refused for comes with it; what the customer's card lacks then goes into the same answer. */
    const fill = async (
      request: FastifyRequest,
      tx: Tx,
      interest: InterestRecord,
      given: { fields?: InterestFields | undefined; customer?: CustomerGaps | undefined },
    ) => {
      const who = [principalOf(request), actorOf(request)] as const;
      const lacking: RequiredFault[] = [];
      const written = given.fields === undefined ? null : await writeFields(crm, tx, ...who, interest, given.fields);
      if (given.customer !== undefined) await fillCustomer(crm, tx, ...who, interest, given.customer, lacking);
      return { record: written ?? interest, lacking };
    };

    app.post("/interests/:id/stage", { schema: { params: IdParams, body: StageBody, response } }, async (request, reply) => {
      const { fields, customer, version, ...move } = request.body;
      return changeInterest(crm, { request, reply, id: request.params.id, version, right: ["interest", "edit"] }, async (tx, interest) => {
        if (move.force) await requireRight(crm, tx, request, interest.id, ["stage", "edit"]);
        const { record, lacking } = await fill(request, tx, interest, { fields, customer });
        return moveStage(crm, tx, principalOf(request), actorOf(request), record, move, lacking);
      });
    });

    app.post("/interests/:id/stage/reverse", { schema: { params: IdParams, body: ReverseBody, response } }, async (request, reply) =>
      changeInterest(
        crm,
        { request, reply, id: request.params.id, version: request.body.version, right: ["stage", "delete"] },
        unwarned(async (tx, interest) => {
          await reverseMove(crm, tx, actorOf(request), interest, request.body.reason);
          await judgeInterests(crm, tx, [interest.id]);
          await emitInterest(crm, tx, interest.id, interest.status);
        }),
      ),
    );

    app.post("/interests/:id/mode", { schema: { params: IdParams, body: ModeBody, response } }, async (request, reply) =>
      changeInterest(
        crm,
        { request, reply, id: request.params.id, version: request.body.version, right: ["interest", "edit"] },
        unwarned(async (tx, interest) => {
          // Strict control is given up by right alone (B9).
          if (interest.process_mode === "typical") await requireRight(crm, tx, request, interest.id, ["stage", "edit"]);
          await changeMode(crm, tx, actorOf(request), interest, request.body);
        }),
      ),
    );

    app.put("/interests/:id/hold", { schema: { params: IdParams, body: HoldBody, response } }, async (request, reply) =>
      changeInterest(
        crm,
        { request, reply, id: request.params.id, version: request.body.version, right: ["interest", "edit"] },
        unwarned((tx, interest) => setHold(crm, tx, actorOf(request), interest, request.body)),
      ),
    );

    app.post("/interests/:id/hold/release", { schema: { params: IdParams, body: VersionBody, response } }, async (request, reply) =>
      changeInterest(
        crm,
        { request, reply, id: request.params.id, version: request.body.version, right: ["interest", "edit"] },
        unwarned((tx, interest) => releaseHold(crm, tx, actorOf(request), interest)),
      ),
    );

    app.put("/interests/:id/checks/:itemId", { schema: { params: CheckParams, body: CheckBody, response } }, async (request, reply) =>
      changeInterest(
        crm,
        { request, reply, id: request.params.id, version: null, right: ["interest", "edit"] },
        unwarned((tx, interest) => setCheck(crm, tx, actorOf(request), interest, request.params.itemId, request.body.checked)),
      ),
    );

    app.post("/interests/:id/actions/:interactionId/decline", { schema: { params: ActionParams, body: DeclineBody, response } }, async (request, reply) =>
      changeInterest(
        crm,
        { request, reply, id: request.params.id, version: null, right: ["interest", "edit"] },
        unwarned((tx, interest) => declineAction(crm, tx, actorOf(request), interest.id, request.params.interactionId, request.body.reason)),
      ),
    );

    app.post("/interests/:id/close", { schema: { params: IdParams, body: CloseBody, response } }, async (request, reply) => {
      const { fields, customer, version, ...closing } = request.body;
      // To cancel is a right of its own (IN-02).
      const right = closing.status === "cancelled" ? "delete" : "edit";
      return changeInterest(crm, { request, reply, id: request.params.id, version, right: ["interest", right] }, async (tx, interest) => {
        const { record, lacking } = await fill(request, tx, interest, { fields, customer });
        return closeInterest(crm, tx, principalOf(request), actorOf(request), record, closing, lacking);
      });
    });

    app.post("/interests/:id/reopen", { schema: { params: IdParams, body: VersionBody, response } }, async (request, reply) =>
      changeInterest(
        crm,
        { request, reply, id: request.params.id, version: request.body.version, right: ["interest", "edit"] },
        unwarned((tx, interest) => reopenInterest(crm, tx, actorOf(request), interest)),
      ),
    );
  };
}

/** Work that no required field is warned of. */
function unwarned(work: (tx: Tx, interest: InterestRecord) => Promise<void>) {
  return async (tx: Tx, interest: InterestRecord): Promise<string[]> => {
    await work(tx, interest);
    return [];
  };
}
