import { ChannelError, type ChannelErrorCode } from "@kommutator/contract/channel";
import { AppError, type ErrorCode } from "@kommutator/contract/errors";
import type { FastifyError, FastifyInstance } from "fastify";
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from "fastify-type-provider-zod";

const OF_CHANNEL: Record<ChannelErrorCode, ErrorCode> = {
  unsupported: "unsupported",
  rejected: "unsupported",
  "rate-limited": "rate_limited",
  unreachable: "channel_down",
  "bad-credentials": "channel_down",
  uncertain: "channel_down",
};
/** PostgreSQL and its driver saying "not now": SQLSTATE classes 08, 53, 57 and lock or statement time-outs. */
const NOT_NOW = /^(08|53|57)|^(55P03|40001|40P01)$|^(CONNECTION_|CONNECT_TIMEOUT|ECONNREFUSED|ECONNRESET|EPIPE)/;

/** PostgreSQL's "Key (executor_id)=(…) is not present in table …" (23503): what the request named does not exist. Null for what still is referred to. */
function missingReference(error: { code?: string; detail?: string }): string | null {
  const column = error.code === "23503" ? /^Key \((\w+)\)=.* is not present in table/.exec(error.detail ?? "")?.[1] : undefined;
  return column?.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) ?? null;
}

/** Any error -> one of the closed registry. What it was stays in the log; an answer never tells of internals. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ChannelError) {
    return new AppError(OF_CHANNEL[error.code], { channel: error.code, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) });
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields: Record<string, string> = {};
    for (const fault of error.validation) fields[fault.instancePath.replace(/^\//, "").replaceAll("/", ".") || "body"] = fault.message ?? fault.keyword;
    return new AppError("validation", { fields });
  }
  if (isResponseSerializationError(error)) return new AppError("internal");
  const { code, statusCode } = error as FastifyError & { code?: string };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE" || code === "FST_REQ_FILE_TOO_LARGE" || statusCode === 413) return new AppError("too_large");
  if (code !== undefined && NOT_NOW.test(code)) return new AppError("overloaded");
  const reference = missingReference(error as { code?: string; detail?: string });
  if (reference !== null) return new AppError("validation", { fields: { [reference]: "unknown" } });
  if (statusCode === 429) return new AppError("rate_limited");
  if (statusCode === 503) return new AppError("overloaded");
  if (statusCode === 404) return new AppError("not_found");
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new AppError("validation", code === undefined ? {} : { reason: code });
  return new AppError("internal");
}

/** ErrorBody for everything that a route throws. */
export function setErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const answer = asAppError(error);
    if (answer.status >= 500) request.log.error({ err: error, code: answer.code }, "the request failed");
    else request.log.debug({ code: answer.code }, "the request was refused");
    const retryAfterMs = answer.details["retryAfterMs"];
    if (typeof retryAfterMs === "number") reply.header("retry-after", Math.ceil(retryAfterMs / 1000));
    return reply
      .code(answer.status)
      .type("application/json")
      .send(JSON.stringify({ code: answer.code, details: answer.details }));
  });
}
