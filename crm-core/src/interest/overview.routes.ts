import { IdParams } from "@kommutator/contract/api/common";
import { InterestHub, LossReport, PeriodQuery, StageTimes, StageTimesQuery } from "@kommutator/contract/api/interest";
import { Board, BoardCards, BoardCardsQuery, BoardQuery } from "@kommutator/contract/api/interest-board";
import { AppError } from "@kommutator/contract/errors";
import { principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Crm } from "../context.ts";
import { readBoard, readCards } from "./board.ts";
import { readHub } from "./hub.ts";
import { lossReport, stageTimes } from "./reports.ts";
import { readInterest } from "./view.ts";

/** Many Interests at a glance: GET /interests/board, /interests/board/cards, /interests/loss-reasons, /interests/stage-times; /interests/:id/hub (IN-07, IN-10, IN-11, IN-15). */
export function interestOverviewRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const { sql } = crm;

    app.get("/interests/board", { schema: { querystring: BoardQuery, response: { 200: Board } } }, async (request) =>
      readBoard(sql, requireScope(request, "interest", "read").principal, request.query, crm.clock.now()),
    );

    app.get("/interests/board/cards", { schema: { querystring: BoardCardsQuery, response: { 200: BoardCards } } }, async (request) =>
      readCards(sql, requireScope(request, "interest", "read").principal, request.query, crm.clock.now()),
    );

    app.get("/interests/loss-reasons", { schema: { querystring: PeriodQuery, response: { 200: LossReport } } }, async (request) =>
      lossReport(crm, requireScope(request, "interest", "read").principal, request.query),
    );

    app.get("/interests/stage-times", { schema: { querystring: StageTimesQuery, response: { 200: StageTimes } } }, async (request) =>
      stageTimes(sql, requireScope(request, "interest", "read").principal, request.query.kindId, crm.clock.now()),
    );

    app.get("/interests/:id/hub", { schema: { params: IdParams, response: { 200: InterestHub } } }, async (request) => {
      const principal = principalOf(request);
      if ((await readInterest(sql, principal, request.params.id, crm.clock.now())) === null) throw new AppError("not_found");
      return readHub(sql, principal, request.params.id);
    });
  };
}
