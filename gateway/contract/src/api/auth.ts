import { z } from "zod";
import { ACTIONS, OBJECTS, SCOPES } from "../access.ts";
import { Id, IsoTime } from "./common.ts";

/**
 * POST /api/v1/login · POST /api/v1/logout · GET /api/v1/me · PATCH /api/v1/me
 * Session: httpOnly cookie `kommutator_session`. CSRF: every unsafe request carries the header `x-csrf-token`
 * with the value of the readable cookie `kommutator_csrf` (double submit, bound to the session).
 */
export const LoginBody = z.object({
  login: z.string().min(1).max(200),
  password: z.string().min(1).max(500),
  /** Six digits of the second factor, or a recovery code; asked for by the answer second_factor_required. */
  code: z.string().trim().min(1).max(40).optional(),
});
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

/**
 * The own account's safety (AD-01): GET /me/security · POST /me/second-factor (password; begins) · POST /me/second-factor/confirm (code; on) ·
 * POST /me/second-factor/off (password) · DELETE /me/sessions/:id · POST /me/sessions/end-others.
 * Of others, by the right to edit them: GET /employees/:id/sessions · DELETE /employees/:id/sessions · DELETE /employees/:id/second-factor
 */
export const SessionView = z.object({
  id: Id,
  createdAt: IsoTime,
  lastSeenAt: IsoTime,
  /** Where it was begun; null for those from before addresses were kept. */
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  current: z.boolean(),
});
export type SessionView = z.infer<typeof SessionView>;
export const Security = z.object({
  /** Since when a second factor is asked for; null: never. */
  secondFactorSince: IsoTime.nullable(),
  recoveryCodesLeft: z.number().int(),
  sessions: z.array(SessionView),
});
export type Security = z.infer<typeof Security>;
export const PasswordProof = z.object({ password: z.string().min(1).max(500) });
/** What the authenticator needs: the secret to type, the same as an address and as a picture (SVG). Nothing is asked for until it is confirmed. */
export const SecondFactorOffer = z.object({ secret: z.string(), uri: z.string(), picture: z.string() });
export const SecondFactorConfirm = z.object({
  code: z
    .string()
    .trim()
    .regex(/^\d{6}$/),
});
/** Shown once; each lets one in without the authenticator, once. */
export const RecoveryCodes = z.object({ codes: z.array(z.string()) });

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
