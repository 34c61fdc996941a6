import { ReceptionSettings } from "@kommutator/contract/api/dispatch-rule";
import { AppError } from "@kommutator/contract/errors";
import { actorOf, principalOf, requireScope } from "@kommutator/contract/http";
import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { differences } from "../audit/index.ts";
import { change, columnsOf } from "../change.ts";
import type { Crm, Query } from "../context.ts";

const COLUMNS = {
  firstContactS: "first_contact_s",
  processingS: "processing_s",
  supervisorAfterS: "supervisor_after_s",
  escalatePercents: "escalate_percents",
  undoS: "undo_s",
  lettersBy: "letters_by",
  lastTalkedDays: "last_talked_days",
  reopenDays: "reopen_days",
  offlineGraceS: "offline_grace_s",
};

/** Thresholds of reception as they are now (B19). */
export async function receptionSettings(tx: Query): Promise<ReceptionSettings> {
  const [row] = await tx<ReceptionSettings[]>`
    SELECT first_contact_s AS "firstContactS", processing_s AS "processingS", supervisor_after_s AS "supervisorAfterS", escalate_percents AS "escalatePercents", undo_s AS "undoS", letters_by AS "lettersBy",
      last_talked_days AS "lastTalkedDays", reopen_days AS "reopenDays", offline_grace_s AS "offlineGraceS", version
    FROM reception_setting`;
  return row as ReceptionSettings;
}

/** GET and PUT /reception-settings: everybody reads them (the wizard says until when it can be taken back), whoever may edit catalogues changes them. */
export function receptionSettingsRoutes(crm: Crm): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();

    app.get("/reception-settings", { schema: { response: { 200: ReceptionSettings } } }, async (request) => {
      principalOf(request);
      return receptionSettings(crm.sql);
    });

    app.put("/reception-settings", { schema: { body: ReceptionSettings, response: { 200: ReceptionSettings } } }, async (request) => {
      requireScope(request, "catalogue", "edit");
      const { version, ...body } = request.body;
      return change(crm, actorOf(request), async (tx) => {
        const [before] = await tx<Record<string, unknown>[]>`SELECT * FROM reception_setting FOR UPDATE`;
        if (before?.["version"] !== version) throw new AppError("version_conflict", { current: await receptionSettings(tx) });
        const after = columnsOf({ ...body, escalatePercents: [...new Set(body.escalatePercents)].sort((a, b) => a - b) }, COLUMNS);
        const changes = differences(before, after);
        if (Object.keys(changes).length > 0) {
          await tx`UPDATE reception_setting SET ${tx(after)}, version = version + 1`;
          // The settings are one: their audit bears an id of its own.
          await crm.audit(tx, actorOf(request), { objectKind: "reception_setting", objectId: SETTINGS_ID, action: "edit", changes });
          if (changes["offline_grace_s"] !== undefined) await crm.enqueue(tx, [{ kind: "facts.changed", what: "queue", id: SETTINGS_ID, at: crm.clock.now() }]);
        }
        return receptionSettings(tx);
      });
    });
  };
}

const SETTINGS_ID = "00000000-0000-4000-8000-000000000001";
