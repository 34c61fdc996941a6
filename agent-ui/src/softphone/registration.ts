/**
 * The line: is my browser's phone registered? A pure machine, always visible on screen.
 *
 *   off -> registering -> ready -> lost -> ready …
 *
 * `registering` is the first attempt; once we were ready, every trouble is `lost` with the time since when, until we are
 * ready again. Inside both, `step` says what is under way: asking our server for a SIP password, opening the WebSocket,
 * sending REGISTER, or waiting for the next attempt. SIP.js does not reconnect by itself, so every retry starts here.
 */
export interface Line {
  phase: "off" | "registering" | "ready" | "lost";
  step: "none" | "session" | "connect" | "register" | "wait";
  /** Epoch ms: since when in this phase. */
  since: number;
  /** Attempts that failed in a row. */
  attempt: number;
  /** Epoch ms of the next attempt while `step` is wait. */
  retryAt: number | null;
  /** Why the line is not ready: a key of the texts `line.cause.*`. */
  cause: LineCause | null;
  /** Whether the SIP password in hand may still be good. */
  hasSession: boolean;
}

export type LineCause = "offline" | "server" | "socket" | "rejected" | "silent" | "unavailable" | "other_tab";

export type LineEvent =
  | { kind: "start" }
  | { kind: "stop"; cause?: LineCause }
  | { kind: "session.given" }
  | { kind: "session.failed" }
  /** The employee has no extension, or no telephony channel is set up: no phone, and nothing to repair. */
  | { kind: "session.unavailable" }
  | { kind: "connected" }
  | { kind: "disconnected" }
  | { kind: "registered" }
  | { kind: "rejected"; status: number }
  /** A heartbeat was not answered although the socket looks open. */
  | { kind: "silent" }
  | { kind: "retry" }
  | { kind: "online" }
  | { kind: "offline" };

export type LineCommand =
  | { kind: "fetch-session" }
  | { kind: "connect" }
  | { kind: "register" }
  | { kind: "disconnect" }
  | { kind: "wait"; ms: number }
  | { kind: "cancel-wait" };

export const LINE_OFF: Line = { phase: "off", step: "none", since: 0, attempt: 0, retryAt: null, cause: null, hasSession: false };

const LOOK_AGAIN_MS = 15_000;

/** Milliseconds before the next attempt: 250, 500, 1000, 2000, then 4000 at most, spread by +-20 % so that 500 browsers do not return as one. `chance` is 0..1. */
export function backOffMs(attempt: number, chance: number): number {
  const base = Math.min(4000, 250 * 2 ** Math.max(0, attempt - 1));
  return Math.round(base * (0.8 + 0.4 * chance));
}

/** The one door through which the line changes. `now` in epoch ms, `chance` 0..1 for the spread of retries. */
export function lineStep(line: Line, event: LineEvent, now: number, chance: number): [Line, LineCommand[]] {
  if (event.kind === "start") {
    if (line.phase !== "off") return [line, []];
    return [{ ...LINE_OFF, phase: "registering", step: "session", since: now }, [{ kind: "fetch-session" }]];
  }
  if (event.kind === "stop") return [{ ...LINE_OFF, since: now, cause: event.cause ?? null }, [{ kind: "cancel-wait" }, { kind: "disconnect" }]];
  if (event.kind === "session.unavailable") {
    // A line that was ready is in trouble, not set up wrongly; otherwise look again now and then: it may be set up meanwhile.
    if (line.phase === "lost") return line.step === "session" ? fail(line, "server", now, chance) : [line, []];
    return [{ ...LINE_OFF, since: now, cause: "unavailable" }, [{ kind: "cancel-wait" }, { kind: "wait", ms: LOOK_AGAIN_MS }]];
  }
  if (line.phase === "off") return event.kind === "retry" && line.cause === "unavailable" ? lineStep(LINE_OFF, { kind: "start" }, now, chance) : [line, []];
  switch (event.kind) {
    case "session.given":
      if (line.step !== "session") return [line, []];
      return [{ ...line, step: "connect", hasSession: true }, [{ kind: "connect" }]];
    case "session.failed":
      if (line.step !== "session") return [line, []];
      return fail(line, "server", now, chance);
    case "connected":
      if (line.step !== "connect") return [line, []];
      return [{ ...line, step: "register" }, [{ kind: "register" }]];
    case "registered":
      // A refresh of a registration we already have changes nothing.
      if (line.phase === "ready") return [line, []];
      if (line.step !== "register") return [line, []];
      return [{ phase: "ready", step: "none", since: now, attempt: 0, retryAt: null, cause: null, hasSession: true }, []];
    case "rejected": {
      if (line.step !== "register" && line.phase !== "ready") return [line, []];
      // 401, 403 and 404: the password or the endpoint is not what Asterisk knows now; a fresh session provisions both.
      const stale = event.status === 401 || event.status === 403 || event.status === 404;
      return fail({ ...line, hasSession: line.hasSession && !stale }, "rejected", now, chance);
    }
    case "disconnected":
      // While we ask for a session or wait, the socket is closed anyway.
      if (line.step === "wait" || line.step === "session") return [line, []];
      return fail(line, "socket", now, chance);
    case "silent": {
      if (line.phase !== "ready") return [line, []];
      const [next, commands] = fail(line, "silent", now, chance);
      return [next, [{ kind: "disconnect" }, ...commands]];
    }
    case "retry":
      if (line.step !== "wait") return [line, []];
      return again(line);
    case "online":
      // The network is back (or changed): do not sit out the pause.
      if (line.step === "wait") {
        const [next, commands] = again({ ...line, attempt: 0 });
        return [next, [{ kind: "cancel-wait" }, ...commands]];
      }
      return [line, []];
    case "offline": {
      if (line.step === "wait") return [{ ...line, cause: "offline" }, []];
      const [next, commands] = fail(line, "offline", now, chance);
      return [next, [{ kind: "disconnect" }, ...commands]];
    }
  }
}

function fail(line: Line, cause: LineCause, now: number, chance: number): [Line, LineCommand[]] {
  const attempt = line.attempt + 1;
  const ms = backOffMs(attempt, chance);
  const phase = line.phase === "ready" ? "lost" : line.phase;
  const since = line.phase === "ready" ? now : line.since;
  return [{ ...line, phase, step: "wait", since, attempt, retryAt: now + ms, cause }, [{ kind: "wait", ms }]];
}

function again(line: Line): [Line, LineCommand[]] {
  const step = line.hasSession ? "connect" : "session";
  return [{ ...line, step, retryAt: null }, [{ kind: step === "connect" ? "connect" : "fetch-session" }]];
}
