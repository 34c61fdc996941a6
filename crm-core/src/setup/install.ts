import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { CUSTOMER_STATUSES, INDUSTRIES, INTERACTION_TYPES, INTEREST_KINDS, LOSS_REASONS, PURPOSES, REGIONS, SOURCES, statusesOf } from "./baseline.ts";
import type { Locale } from "./texts.ts";

export { installRoles } from "./roles-install.ts";

export interface Installed {
  purposes: Record<string, Id>;
  interestKinds: Record<string, { id: Id; stageIds: Id[] }>;
  interactionTypes: Record<string, { id: Id; statuses: Record<string, Id> }>;
  sources: Record<string, Id>;
  customerStatuses: Record<string, Id>;
  regions: Record<string, Id>;
  industries: Record<string, Id>;
  lossReasons: Id[];
}

/** Planned times of stages are working time: a day of eight hours. */
const DAY_SECONDS = 28_800;

/** The name in the company's language, and in the others for those who work in them. */
function named(name: Record<Locale, string>, locale: Locale): { name: string; translations: Partial<Record<Locale, string>> } {
  const { [locale]: own, ...translations } = name;
  return { name: own, translations: translations as Partial<Record<Locale, string>> };
}

async function insertNamed(tx: Tx, table: string, rows: Record<string, unknown>[]): Promise<Id[]> {
  const ordered = rows.map(({ translations, ...row }, i) => ({ pos: i + 1, ...row, translations: tx.json(translations as never) }));
  const inserted = await tx<{ id: Id }[]>`INSERT INTO ${tx(table)} ${tx(ordered)} RETURNING id`;
  return inserted.map((r) => r.id);
}

function byCode(items: readonly { code: string }[], ids: Id[]): Record<string, Id> {
  return Object.fromEntries(items.map((item, i) => [item.code, ids[i] as Id]));
}

/** All baseline catalogues in the company's language. Once only: the codes are unique. */
export async function installCatalogues(tx: Tx, locale: Locale): Promise<Installed> {
  const interestKinds: Installed["interestKinds"] = {};
  for (const [i, kind] of INTEREST_KINDS.entries()) {
    const [id] = await insertNamed(tx, "interest_kind", [{ pos: i + 1, code: kind.code, ...named(kind.name, locale), process_mode: kind.mode }]);
    const stageIds = await insertNamed(
      tx,
      "stage",
      kind.stages.map((s) => ({ kind_id: id, ...named(s.name, locale), planned_seconds: s.days * DAY_SECONDS, requires_next_step: s.next })),
    );
    interestKinds[kind.code] = { id: id as Id, stageIds };
  }
  const purposes = await insertNamed(
    tx,
    "inquiry_purpose",
    PURPOSES.map((p) => ({
      code: p.code,
      ...named(p.name, locale),
      outcome: p.outcome,
      interest_kind_id: p.kind === null ? null : (interestKinds[p.kind]?.id ?? null),
      sla_s: p.slaS,
    })),
  );
  const interactionTypes: Installed["interactionTypes"] = {};
  for (const [i, type] of INTERACTION_TYPES.entries()) {
    const [id] = await insertNamed(tx, "interaction_type", [
      {
        pos: i + 1,
        code: type.code,
        ...named(type.name, locale),
        direction: null,
        icon: type.icon,
        color: type.color,
        default_minutes: type.minutes,
        counts_as_touch: type.touch,
      },
    ]);
    const codes = statusesOf(type);
    const statuses = await insertNamed(
      tx,
      "interaction_status",
      codes.map((s) => ({ type_id: id, code: s.code, ...named(s.name, locale), state: s.state })),
    );
    const map = byCode(codes, statuses);
    await tx`UPDATE interaction_type SET default_status_id = ${map["done"] as Id} WHERE id = ${id as Id}`;
    const stageIds = "stages" in type ? (interestKinds["sale"]?.stageIds ?? []) : [];
    await tx`
      INSERT INTO load_point (type_id, stage_id, points) SELECT ${id as Id}, p.stage_id, p.points
      FROM unnest(${[null, ...stageIds]}::uuid[], ${[type.points, ...("stages" in type ? type.stages : [])]}::numeric[]) AS p(stage_id, points)`;
    interactionTypes[type.code] = { id: id as Id, statuses: map };
  }
  const lossReasons = await insertNamed(
    tx,
    "loss_reason",
    LOSS_REASONS.map((r) => ({ kind: r.kind, needs_text: "needsText" in r, ...named(r.name, locale) })),
  );
  const sources = await insertNamed(
    tx,
    "lead_source",
    SOURCES.map((s) => ({ code: s.code, ...named(s.name, locale), channel_kind: s.channelKind })),
  );
  /** A catalogue of codes and names, with what else its rows have. */
  const coded = async (table: string, items: readonly { code: string; name: Record<Locale, string> }[]) =>
    byCode(
      items,
      await insertNamed(
        tx,
        table,
        items.map(({ name, ...rest }) => ({ ...rest, ...named(name, locale) })),
      ),
    );
  return {
    purposes: byCode(PURPOSES, purposes),
    interestKinds,
    interactionTypes,
    sources: byCode(SOURCES, sources),
    customerStatuses: await coded("customer_status", CUSTOMER_STATUSES),
    regions: await coded("region", REGIONS),
    industries: await coded("industry", INDUSTRIES),
    lossReasons,
  };
}
