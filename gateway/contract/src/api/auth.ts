import { z } from "zod";
import { ACTIONS, OBJECTS, SCOPES } from "../access.ts";
import { Id } from "./common.ts";

/**
 * POST /api/v1/login · POST /api/v1/logout · GET /api/v1/me · PATCH /api/v1/me
 * Session: httpOnly cookie `kommutator_session`. CSRF: every unsafe request carries the header `x-csrf-token`
 * with the value of the readable cookie `kommutator_csrf` (double submit, bound to the session).
 */
export const LoginBody = z.object({ login: z.string().min(1).max(200), password: z.string().min(1).max(500) });
export const LOCALES = ["ru", "en", "kk", "uk"] as const;
export const Me = z.object({
  id: Id,
  login: z.string(),
  name: z.string(),
  departmentId: Id,
  departmentName: z.string(),
  extension: z.string().nullable(),
  locale: z.enum(LOCALES),
  timezone: z.string(),
  roles: z.array(z.string()),
  permissions: z.partialRecord(z.enum(OBJECTS), z.partialRecord(z.enum(ACTIONS), z.enum(SCOPES))),
});
export type Me = z.infer<typeof Me>;
export const MePatch = z.object({
  locale: z.enum(LOCALES).optional(),
  password: z.object({ current: z.string(), next: z.string().min(8).max(500) }).optional(),
});

/** GET /api/v1/setup (public): does this house have a company yet? POST /api/v1/setup/company · /api/v1/setup/sample (administrator, once). */
export const SetupState = z.object({ done: z.boolean(), companyName: z.string().nullable(), version: z.string() });
export const SetupCompany = z.object({
  companyName: z.string().min(1).max(200),
  timezone: z.string(),
  country: z.string().length(2),
  currency: z.string().length(3),
});
export const SetupSampleResult = z.object({
  people: z.array(z.object({ login: z.string(), name: z.string(), role: z.string(), password: z.string() })),
  chatUrl: z.string(),
});
