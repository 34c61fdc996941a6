import { AppError } from "@kommutator/contract/errors";
import { writeAudit } from "../../../crm-core/src/audit/index.ts";
export const x = [AppError, writeAudit];
