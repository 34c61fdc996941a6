/** The closed registry of errors a user can meet. The UI has a text for each code in every language; a test keeps them equal. */
export const ERRORS = {
  unauthenticated: 401,
  bad_credentials: 401,
  locked_out: 429,
  /** The password is right; the account also asks for a code (LoginBody.code). */
  second_factor_required: 401,
  csrf: 403,
  /** What one may not see answers like what does not exist. */
  not_found: 404,
  forbidden: 403,
  validation: 422,
  /** Optimistic locking: `details.current` is the row as it is now. */
  version_conflict: 409,
  /** Somebody else won (accepted the offer, finished the inquiry): `details` says who. */
  already_taken: 409,
  offer_expired: 409,
  dialog_closed: 409,
  assigned_to_other: 409,
  duplicate: 409,
  too_large: 413,
  unsupported: 422,
  channel_down: 503,
  rate_limited: 429,
  setup_done: 409,
  loss_reason_required: 422,
  parallel_interest_reason_required: 422,
  /** Only qualified leads convert: `details.questions` are the required ones without an answer. */
  lead_not_qualified: 422,
  /** The minute in which a finished reception could be taken back is over, or somebody went on with it. */
  undo_too_late: 409,
  planned_interactions_remain: 409,
  /** Required-field control refused the write: `details.fields` names every field that is missing or not credible (RequiredFault). */
  required_fields: 422,
  in_use: 409,
  contact_point_taken: 409,
  contact_point_required: 422,
  phone_unavailable: 409,
  /** The talk could not be handed on: the colleague cannot be rung this moment. It stays where it is. */
  colleague_busy: 409,
  overloaded: 503,
  internal: 500,
} as const;
export type ErrorCode = keyof typeof ERRORS;

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;
  constructor(code: ErrorCode, details: Record<string, unknown> = {}) {
    super(code);
    this.name = "AppError";
    this.code = code;
    this.details = details;
  }
  get status(): number {
    return ERRORS[this.code];
  }
}
