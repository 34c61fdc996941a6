import { type DestinationStream, type Logger, pino } from "pino";

/** Keys whose values never reach a log, wherever they stand up to three levels deep. */
const SECRET_KEYS = ["password", "secret", "secrets", "token", "cookie", "authorization", "csrfToken", "password_hash", "set-cookie", "x-csrf-token"];
const REDACT = SECRET_KEYS.flatMap((key) => {
  const k = /^[a-z_]\w*$/i.test(key) ? `.${key}` : `["${key}"]`;
  return [k.startsWith(".") ? key : k, `*${k}`, `*.*${k}`, `*.*.*${k}`];
});

/** Structured logs; requests are named by method and path without the query, which may carry tokens. */
export function createLogger(level: string, stream?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACT, censor: "…" },
      serializers: {
        err: pino.stdSerializers.err,
        error: pino.stdSerializers.err,
        req: (req: { method: string; url: string; id?: string; ip?: string }) => ({
          id: req.id,
          method: req.method,
          path: req.url.split("?", 1)[0],
          ip: req.ip,
        }),
        res: (res: { statusCode: number }) => ({ status: res.statusCode }),
      },
    },
    stream ?? pino.destination({ fd: 1, sync: false }),
  );
}
