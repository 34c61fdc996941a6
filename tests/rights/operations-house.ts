import { randomUUID } from "node:crypto";
import { admin, agent, anyone, at, head, type Operation } from "./operation.ts";
import { FILE, type Side } from "./world.ts";

const DIALOGS = "gateway/src/api/dialogs/dialogs.test.ts";
/** These wait for a decision of the router, which decides nothing here. */
const ROUTER = "routing/src/shell/routes.test.ts";
const waiting = (s: Side) => s.waiting();
const own = async (s: Side) => s.me.id;

const line = (s: Side) => s.of("line");
const yesterday = (s: Side) => ({ channelId: s.voiceId, day: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10) });
const skill = (s: Side) => s.row("/skills", { name: s.name("Skill") });

/** The operations of the gateway and of routing. */
export const houseOperations: Record<string, Operation> = {
  "GET /setup": anyone(),
  "POST /login": anyone({ body: (s) => ({ login: s.me.login, password: s.me.password }) }),
  "POST /logout": anyone({ elsewhere: "gateway/src/api/login.test.ts" }),

  "GET /dialogs": agent({ of: "dialog", query: () => ({ view: "all" }) }),
  "GET /dialogs#by words": agent({ of: "dialog", query: () => ({ view: "all", q: "Words" }) }),
  "GET /dialogs#waiting": agent({ of: "dialog", query: () => ({ view: "queue" }) }),
  "POST /dialogs": agent({
    body: async (s) => ({
      clientKey: randomUUID(),
      channelId: s.chatId,
      contactPointId: await s.of("contactPoint"),
      text: "Good day",
      attachments: [await s.of("blob")],
    }),
    // Channels are the house's: one writes by any that is on.
    unheeded: ["channelId"],
    elsewhere: "gateway/src/api/dialogs/start.test.ts",
  }),
  "GET /dialog-starts": agent({ query: async (s) => ({ customerId: await s.customer() }), of: "customer" }),
  "POST /dialogs/assign-many": agent({
    body: async (s) => ({ dialogIds: [await s.dialog()], employeeId: s.me.id }),
    itemised: true,
    reachesAnybody: true,
    elsewhere: "routing/src/shell/explain.test.ts",
  }),
  "GET /dialogs/{id}": agent(),
  "POST /dialogs/{id}/assign": agent({ body: (s) => ({ employeeId: s.me.id }), reachesAnybody: true, elsewhere: ROUTER }),
  "GET /dialogs/{id}/card": agent(),
  "POST /dialogs/{id}/close": agent(),
  "PUT /dialogs/{id}/draft": agent({ body: () => ({ text: "Dear" }) }),
  "GET /dialogs/{id}/messages": agent(),
  "POST /dialogs/{id}/messages": agent({ body: () => ({ clientKey: randomUUID(), text: "Good day" }) }),
  "POST /dialogs/{id}/read": agent(),
  "POST /dialogs/{id}/transfer": agent({ body: () => ({ number: "+77010000009" }), elsewhere: "routing/src/shell/transfer.test.ts" }),
  "POST /dialogs/{id}/take": agent({ id: waiting, elsewhere: ROUTER }),
  "POST /dialogs/{id}/typing": agent(),
  "GET /dialogs/{id}/why": agent(),
  "GET /messages/{id}/edits": agent(),
  "POST /messages/{id}/files/{pos}/retry": agent({ params: { pos: "0" }, elsewhere: "gateway/src/outbound/media.test.ts" }),
  "POST /messages/{id}/retry": agent({ elsewhere: DIALOGS }),
  "POST /messages/{id}/settle": agent({ body: () => ({ outcome: "sent" }), elsewhere: DIALOGS }),
  "POST /blobs": agent({ headers: FILE.headers, body: () => FILE.payload }),
  "GET /blobs/{id}": agent(),

  "GET /calls": head({ of: "call" }),
  "GET /calls/export": head({ of: "call" }),
  "GET /calls/differences": admin({ query: yesterday, elsewhere: "gateway/src/api/calls/differences.test.ts" }),
  "POST /calls/differences/repair": admin({ body: yesterday, elsewhere: "gateway/src/api/calls/differences.test.ts" }),
  "POST /calls": agent({
    body: async (s) => {
      const customerId = await s.customer();
      return { number: s.phone().value, customerId, interestId: await s.interestOf(customerId) };
    },
    unheeded: ["customerId", "interestId"],
    elsewhere: "gateway/src/api/calls/calls.test.ts",
  }),
  "POST /calls/{id}/dtmf": agent({ body: () => ({ digits: "1" }) }),
  "POST /calls/{id}/hangup": agent(),
  "POST /calls/{id}/hold": agent(),
  "POST /calls/{id}/rejoin": agent(),
  "POST /calls/{id}/resume": agent(),
  "GET /softphone/call": anyone(),
  "POST /softphone/session": anyone(),

  "GET /presence/me": anyone(),
  "PUT /presence/me": anyone({ elsewhere: ROUTER }),
  "POST /presence/me/wrapup": anyone({ elsewhere: ROUTER }),
  "PUT /presence/{id}": head({ id: own, body: () => ({ intent: "paused", reason: "Training" }), elsewhere: ROUTER }),
  "POST /offers/{id}/accept": agent({ elsewhere: ROUTER }),
  "POST /offers/{id}/reject": agent({ elsewhere: ROUTER }),
  "GET /transfer-targets": agent(),
  "GET /board": head({ of: "board" }),
  "GET /presence-log": head({ of: "board" }),
  "GET /routing/aside": admin({ everybodys: true }),
  "POST /routing/aside/{inputId}/retry": admin({ params: { inputId: "1" }, elsewhere: "routing/src/shell/aside.test.ts" }),
  "DELETE /routing/aside/{inputId}": admin({ params: { inputId: "1" }, elsewhere: "routing/src/shell/aside.test.ts" }),
  "POST /routing/what-if#by a channel": head({ body: (s) => ({ channelId: s.chatId, medium: "chat" }) }),
  "POST /routing/what-if": head({ body: (s) => ({ queueId: s.queueId, medium: "chat" }) }),

  "GET /queues": agent({ of: "queue" }),
  "POST /queues": admin({ body: (s) => ({ name: s.name("Queue"), departmentId: s.me.departmentId, calendarId: s.house.company.calendars.always }) }),
  "PATCH /queues/{id}": head({ body: at({ ringTimeoutS: 25 }) }),
  "PUT /queues/{id}/members": head({ body: (s) => ({ members: [{ employeeId: s.me.id, media: ["chat"] }] }), reachesAnybody: true }),
  "PUT /queues/{id}/skills": head({ body: () => ({ skills: [] }) }),
  "GET /emergency": anyone({ everybodys: true }),
  "POST /emergency": head({ body: async (s) => ({ queueId: await s.queue(), mode: "closed", until: new Date(Date.now() + 3_600_000).toISOString() }) }),
  "DELETE /emergency/{id}": head(),
  "GET /skills": agent(),
  "POST /skills": admin({ body: (s) => ({ name: s.name("Skill") }) }),
  "PATCH /skills/{id}": admin({ id: skill, body: (s) => ({ name: s.name("Renamed") }) }),
  "DELETE /skills/{id}": admin({ id: skill }),
  "GET /employee-skills": agent({ of: "employee" }),
  "PUT /employees/{id}/skills": head({ id: own, body: () => ({ skills: [] }) }),
  "GET /employees/{id}/forwarding": agent({ id: own }),
  "PUT /employees/{id}/forwarding": agent({ id: own, body: (s) => ({ rules: [{ on: "busy", toEmployeeId: s.colleague.id }] }), reachesAnybody: true }),

  "GET /channels": head(),
  "GET /channels/kinds": head(),
  "POST /channels": admin({ body: (s) => ({ kind: "web-chat", name: s.name("Chat"), queueId: s.queueId, config: {} }) }),
  "PATCH /channels/{id}": admin({ body: async (s, id) => ({ name: s.name("Renamed"), version: await s.version(id) }) }),
  "DELETE /channels/{id}": admin(),
  "GET /channels/{id}/errors": admin(),
  "POST /channels/{id}/errors/{eventId}/retry": admin({ params: { eventId: "1" }, elsewhere: "gateway/src/api/channels/channels.test.ts" }),
  "POST /channels/{id}/test": admin(),
  "GET /channels/{id}/test-targets": admin(),
  "POST /channels/{id}/listening": admin(),
  "GET /channels/{id}/listening": admin({ query: () => ({ after: "0" }) }),
  "GET /channels/{id}/transcript": admin(),
  "GET /channels/{id}/lines": head(),
  "POST /channels/{id}/lines": admin({ id: (s) => Promise.resolve(s.voiceId), body: (s) => ({ number: s.phone().value, queueId: s.queueId }) }),
  "PATCH /lines/{id}": admin({ id: line, body: at({ sourceId: null }) }),
  "DELETE /lines/{id}": admin({ id: line }),
};
