import { expect, test } from "vitest";
import { readinessOf } from "./readiness.ts";

const medium = (name: "voice" | "chat" | "mail", ready: number, waiting = 0) => ({ medium: name, ready, waiting });

test("who is ready for chats alone leaves calls lacking, and a waiting caller late", () => {
  expect(readinessOf({ readyAgents: 2, media: [medium("voice", 0), medium("chat", 2)] })).toEqual({ late: false, lacking: [medium("voice", 0)] });
  expect(readinessOf({ readyAgents: 2, media: [medium("voice", 0, 1), medium("chat", 2)] }).late).toBe(true);
});

test("somebody waits and nobody is ready: late, and the zero alone says it", () => {
  expect(readinessOf({ readyAgents: 0, media: [medium("chat", 0, 3), medium("mail", 0)] })).toEqual({ late: true, lacking: [] });
});

test("whoever waits for people who are ready is being served; an empty queue is calm", () => {
  expect(readinessOf({ readyAgents: 1, media: [medium("chat", 1, 3)] })).toEqual({ late: false, lacking: [] });
  expect(readinessOf({ readyAgents: 0, media: [medium("chat", 0), medium("mail", 0)] })).toEqual({ late: false, lacking: [] });
});
