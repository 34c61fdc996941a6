import type { Operation } from "./operation.ts";
import { crmOperations } from "./operations-crm.ts";
import { houseOperations } from "./operations-house.ts";
import { idOperations } from "./operations-ids.ts";
import { settingsOperations } from "./operations-settings.ts";
import { workOperations } from "./operations-work.ts";

/**
 * One valid request for every operation, by "METHOD /path" of the OpenAPI document without /api/v1. What stands after a # tells several
 * requests of one operation apart.
 */
export const OPERATIONS: Record<string, Operation> = { ...crmOperations, ...settingsOperations, ...workOperations, ...houseOperations, ...idOperations };
