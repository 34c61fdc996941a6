import { once } from "node:events";
import { connect } from "node:net";
import Fastify from "fastify";
import { expect, onTestFinished, test } from "vitest";
import { endIdleConnections } from "./idle-connections.ts";

test("a connection that a browser opened in advance does not hold up the end, and a request under way is answered first", async () => {
  const app = Fastify({ forceCloseConnections: "idle" });
  endIdleConnections(app);
  let asked = () => {};
  let answer = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  app.get("/slow", async () => {
    asked();
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return { ok: true };
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const port = Number(new URL(url).port);
  const waiting = connect(port, "127.0.0.1");
  onTestFinished(() => void waiting.destroy());
  await once(waiting, "connect");
  const gone = once(waiting, "close");

  const response = fetch(`${url}/slow`);
  await isAsked;
  const closed = app.close();
  await gone;
  answer();
  expect(await (await response).json()).toEqual({ ok: true });
  await closed;
});
