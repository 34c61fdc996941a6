import type { NewContactPoint } from "@kommutator/contract/api/contact-point";
import { AppError } from "@kommutator/contract/errors";
import { normaliseValue } from "@kommutator/contract/phone";
import type { z } from "zod";

export interface NormalisedPoint {
  kind: string;
  value_raw: string;
  value_norm: string;
  label: string | null;
  is_shared: boolean;
}

/** Typed contact points as they are stored; all invalid ones are refused at once by their index (RG-02). Equal ones become one. */
export function normalisePoints(points: readonly z.infer<typeof NewContactPoint>[], country: string): NormalisedPoint[] {
  const fields: Record<string, string> = {};
  const rows = new Map<string, NormalisedPoint>();
  for (const [i, p] of points.entries()) {
    const value = normaliseValue(p.kind, p.value, country);
    if (value === null) fields[`contactPoints.${i}.value`] = "invalid";
    else rows.set(`${p.kind} ${value}`, { kind: p.kind, value_raw: p.value.trim(), value_norm: value, label: p.label, is_shared: p.isShared });
  }
  if (Object.keys(fields).length > 0) throw new AppError("validation", { fields });
  return [...rows.values()];
}
