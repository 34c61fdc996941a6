import { describe, expect, it } from "vitest";
import { backOffMs, LINE_OFF, type Line, type LineCommand, type LineEvent, lineStep } from "./registration.ts";

/** Runs a story from `off`; time passes one second an event. */
function story(...events: LineEvent[]): { line: Line; said: LineCommand[][] } {
  let line = LINE_OFF;
  const said: LineCommand[][] = [];
  events.forEach((event, index) => {
    const [next, commands] = lineStep(line, event, (index + 1) * 1000, 0.5);
    line = next;
    said.push(commands);
  });
  return { line, said };
}
const UP: LineEvent[] = [{ kind: "start" }, { kind: "session.given" }, { kind: "connected" }, { kind: "registered" }];

describe("the line", () => {
  it("asks for a password, opens the socket, registers, and is ready", () => {
    const { line, said } = story(...UP);
    expect(line).toMatchObject({ phase: "ready", since: 4000, attempt: 0, cause: null });
    expect(said.flat()).toEqual([{ kind: "fetch-session" }, { kind: "connect" }, { kind: "register" }]);
  });

  it("says lost with the time since when, at the moment the socket closes", () => {
    const { line, said } = story(...UP, { kind: "disconnected" });
    expect(line).toMatchObject({ phase: "lost", since: 5000, step: "wait", cause: "socket", retryAt: 5250 });
    expect(said.at(-1)).toEqual([{ kind: "wait", ms: 250 }]);
  });

  it("stays lost since the same moment through every failed attempt, and comes back by itself without a new password", () => {
    const { line, said } = story(...UP, { kind: "disconnected" }, { kind: "retry" }, { kind: "disconnected" }, { kind: "retry" }, { kind: "disconnected" });
    expect(line).toMatchObject({ phase: "lost", since: 5000, attempt: 3 });
    expect(said.flat().filter((each) => each.kind === "fetch-session")).toHaveLength(1);
    const back = story(...UP, { kind: "disconnected" }, { kind: "retry" }, { kind: "connected" }, { kind: "registered" });
    expect(back.line).toMatchObject({ phase: "ready", attempt: 0 });
  });

  it("never waits longer than 4.8 s, so an Asterisk that restarts in 5 s has us back within 10 s", () => {
    for (let attempt = 1; attempt < 40; attempt++) for (const chance of [0, 0.5, 1]) expect(backOffMs(attempt, chance)).toBeLessThanOrEqual(4800);
    // Asterisk away from t = 0 to 5 s, each refused attempt costs nothing: when is the first attempt after 5 s?
    let at = 0;
    for (let attempt = 1; at < 5000; attempt++) at += backOffMs(attempt, 1);
    expect(at).toBeLessThan(10_000);
  });

  it("a refused password is replaced by a fresh one; any other refusal keeps it", () => {
    const stale = story(...UP.slice(0, 3), { kind: "rejected", status: 403 }, { kind: "retry" });
    expect(stale.said.at(-1)).toEqual([{ kind: "fetch-session" }]);
    const busy = story(...UP.slice(0, 3), { kind: "rejected", status: 503 }, { kind: "retry" });
    expect(busy.said.at(-1)).toEqual([{ kind: "connect" }]);
  });

  it("a heartbeat without answer counts as lost and closes the dead socket", () => {
    const { line, said } = story(...UP, { kind: "silent" });
    expect(line).toMatchObject({ phase: "lost", cause: "silent" });
    expect(said.at(-1)).toEqual([{ kind: "disconnect" }, { kind: "wait", ms: 250 }]);
  });

  it("the return of the network ends the pause at once", () => {
    const { line, said } = story(...UP, { kind: "offline" }, { kind: "online" });
    expect(line).toMatchObject({ phase: "lost", cause: "offline", step: "connect" });
    expect(said.at(-1)).toEqual([{ kind: "cancel-wait" }, { kind: "connect" }]);
  });

  it("a phone that is not set up is off, and looked for again now and then", () => {
    const { line, said } = story({ kind: "start" }, { kind: "session.unavailable" }, { kind: "online" });
    expect(line).toMatchObject({ phase: "off", cause: "unavailable" });
    expect(said[1]).toContainEqual({ kind: "wait", ms: 15_000 });
    const again = story({ kind: "start" }, { kind: "session.unavailable" }, { kind: "retry" });
    expect(again.line.phase).toBe("registering");
    expect(again.said.at(-1)).toEqual([{ kind: "fetch-session" }]);
  });

  it("a line that was ready stays lost, and goes on trying, while the server cannot give a password", () => {
    const { line, said } = story(...UP, { kind: "rejected", status: 401 }, { kind: "retry" }, { kind: "session.unavailable" });
    expect(line).toMatchObject({ phase: "lost", since: 5000, step: "wait", cause: "server" });
    expect(said.at(-1)).toEqual([{ kind: "wait", ms: 500 }]);
  });

  it("answers every event in every state: what comes late changes nothing", () => {
    const events: LineEvent[] = [
      { kind: "start" },
      { kind: "stop" },
      { kind: "session.given" },
      { kind: "session.failed" },
      { kind: "session.unavailable" },
      { kind: "connected" },
      { kind: "disconnected" },
      { kind: "registered" },
      { kind: "rejected", status: 0 },
      { kind: "silent" },
      { kind: "retry" },
      { kind: "online" },
      { kind: "offline" },
    ];
    const states = [LINE_OFF, ...UP.map((_, index) => story(...UP.slice(0, index + 1)).line), story(...UP, { kind: "disconnected" }).line];
    for (const state of states)
      for (const event of events) {
        const [next, commands] = lineStep(state, event, 99_000, 0);
        // Waiting always has its timer, connecting always has its order: the line cannot stand still for ever.
        if (next.step === "wait") expect(next.retryAt).not.toBeNull();
        if (next.step !== state.step && next.step === "wait") expect(commands.some((each) => each.kind === "wait")).toBe(true);
        if (next.step !== state.step && next.step === "connect") expect(commands.some((each) => each.kind === "connect")).toBe(true);
      }
  });
});
