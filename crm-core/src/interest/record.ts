import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";
import type { Mode } from "./rules.ts";

/** A locked row of `interest`, as far as changes of it read it. */
export interface InterestRecord {
  id: Id;
  kind_id: Id;
  process_mode: Mode;
  customer_id: Id | null;
  lead_id: Id | null;
  contact_id: Id | null;
  purpose_id: Id | null;
  source_id: Id | null;
  responsible_id: Id | null;
  status: "open" | "won" | "lost" | "cancelled";
  stage_id: Id | null;
  amount: number | null;
  expected_close: unknown;
  on_hold_until: unknown;
  closed_at: Date | null;
  version: number;
}

/** Throws validation naming the status of an Interest that is over. */
export function requireOpen(interest: Pick<InterestRecord, "status">): void {
  if (interest.status !== "open") throw new AppError("validation", { fields: { status: interest.status } });
}
