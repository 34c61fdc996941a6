import type { CatalogueName } from "@kommutator/contract/api/catalogue";
import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";

/**
 * One editable catalogue (AD-05): its table has id, name, pos, translations, archived_at and version; what else it has is named here.
 * Entries are archived, never deleted: old rows still name them.
 */
export interface Catalogue {
  table: string;
  /** The own fields of the body and their columns. */
  columns: Record<string, string>;
  /** The column by which entries belong together: the order is kept within one of its values. */
  within?: string;
  /** In the transaction of a new entry. */
  created?(tx: Tx, id: Id): Promise<void>;
  /** Refuses with validation an entry, as it is going to be, that could not work. */
  check?(entry: Record<string, unknown>): void;
  /** Before the entry is locked to be changed: what concerns others of the catalogue too, behind a lock of its own. */
  beforeChange?(tx: Tx, id: Id, body: Record<string, unknown>): Promise<void>;
  /** Refuses with in_use what must not go out of use. */
  beforeArchive?(tx: Tx, id: Id): Promise<void>;
}

async function refuseIf(found: PromiseLike<readonly unknown[]>): Promise<void> {
  if ((await found).length > 0) throw new AppError("in_use");
}

const STATES = ["planned", "done", "failed", "cancelled"];

/** A new type works at once: it has a status of each state (IA-02), named as the other types name theirs. */
async function addStatuses(tx: Tx, typeId: Id): Promise<void> {
  await tx`
    INSERT INTO interaction_status (type_id, code, name, translations, state, pos)
    SELECT ${typeId}, s.state, coalesce(o.name, s.state), coalesce(o.translations, '{}'), s.state, s.n
    FROM unnest(${STATES}::text[]) WITH ORDINALITY AS s(state, n)
    LEFT JOIN LATERAL (SELECT name, translations FROM interaction_status WHERE code = s.state AND archived_at IS NULL ORDER BY type_id LIMIT 1) o ON true`;
  await tx`
    UPDATE interaction_type SET default_status_id = (SELECT id FROM interaction_status WHERE type_id = ${typeId} AND state = 'done')
    WHERE id = ${typeId} AND default_status_id IS NULL`;
}

/** A purpose that goes to a queue or to one person says to which (RG-08): else its inquiries would go to nobody. */
function namesItsTarget({ dispatch, queueId, fixedEmployeeId }: Record<string, unknown>): void {
  if (dispatch === "queue" && queueId == null) throw new AppError("validation", { fields: { queueId: "required" } });
  if (dispatch === "fixed" && fixedEmployeeId == null) throw new AppError("validation", { fields: { fixedEmployeeId: "required" } });
}

/**
 * A region stands in no region that is inside it (CB-06). Moves wait for one another, so that two at once make no circle either; the lock comes
 * before that of the row, which the other move would need for its foreign key.
 */
async function standsOutside(tx: Tx, id: Id, { parentId }: Record<string, unknown>): Promise<void> {
  if (typeof parentId !== "string") return;
  await tx`LOCK TABLE region IN SHARE ROW EXCLUSIVE MODE`;
  const rows = await tx`
    WITH RECURSIVE above AS (SELECT id, parent_id FROM region WHERE id = ${parentId} UNION SELECT r.id, r.parent_id FROM region r JOIN above a ON r.id = a.parent_id)
    SELECT 1 FROM above WHERE id = ${id}`;
  if (rows.length > 0) throw new AppError("validation", { fields: { parentId: "inside_itself" } });
}

/** The catalogues by the name in their address. */
export const CATALOGUES: Record<CatalogueName, Catalogue> = {
  purposes: {
    table: "inquiry_purpose",
    columns: {
      code: "code",
      name: "name",
      outcome: "outcome",
      interestKindId: "interest_kind_id",
      queueId: "queue_id",
      dispatch: "dispatch",
      fixedEmployeeId: "fixed_employee_id",
      slaS: "sla_s",
      requiredFields: "required_fields",
    },
    check: namesItsTarget,
  },
  "interest-kinds": { table: "interest_kind", columns: { code: "code", name: "name", processMode: "process_mode" } },
  "loss-reasons": { table: "loss_reason", columns: { name: "name", kind: "kind", needsText: "needs_text" }, within: "kind" },
  "interaction-types": {
    table: "interaction_type",
    columns: {
      code: "code",
      name: "name",
      icon: "icon",
      color: "color",
      countsAsTouch: "counts_as_touch",
      defaultMinutes: "default_minutes",
      direction: "direction",
      prompt: "prompt",
      defaultStatusId: "default_status_id",
    },
    created: addStatuses,
  },
  "interaction-statuses": {
    table: "interaction_status",
    columns: { typeId: "type_id", code: "code", name: "name", state: "state" },
    within: "type_id",
    // A type always has a status of each state, and the one it begins with.
    beforeArchive: async (tx, id) => {
      await refuseIf(tx`SELECT 1 FROM interaction_type WHERE default_status_id = ${id}`);
      const others = await tx`
        SELECT 1 FROM interaction_status s JOIN interaction_status o ON o.type_id = s.type_id AND o.state = s.state AND o.id <> s.id AND o.archived_at IS NULL WHERE s.id = ${id}`;
      if (others.length === 0) throw new AppError("in_use");
    },
  },
  sources: {
    table: "lead_source",
    columns: { name: "name", code: "code", firstContactS: "first_contact_s", processingS: "processing_s" },
  },
  "customer-statuses": { table: "customer_status", columns: { code: "code", name: "name", color: "color" } },
  regions: {
    table: "region",
    columns: { code: "code", name: "name", parentId: "parent_id" },
    beforeChange: standsOutside,
    beforeArchive: (tx, id) => refuseIf(tx`SELECT 1 FROM region WHERE parent_id = ${id} AND archived_at IS NULL LIMIT 1`),
  },
  industries: { table: "industry", columns: { code: "code", name: "name" } },
  positions: { table: "job_position", columns: { name: "name" } },
};
