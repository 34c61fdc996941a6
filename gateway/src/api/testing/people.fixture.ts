import { randomUUID } from "node:crypto";
import type { Id } from "@kommutator/contract/ids";
import type { ApiFixture } from "./api.fixture.ts";

/** The body that hires somebody into department A as an agent. */
export const newcomerOf = (house: ApiFixture, more: object = {}) => ({
  login: `n${randomUUID().slice(0, 8)}`,
  name: "New Comer",
  departmentId: house.company.departments.a,
  calendarId: house.company.calendars.always,
  roleIds: [house.company.roles.agent],
  password: "long enough",
  ...more,
});

/** What was written down about an object, oldest first. */
export const auditOf = async (house: ApiFixture, objectId: Id) =>
  (
    await house.sql<
      { action: string; changes: Record<string, unknown>; actor_label: string }[]
    >`SELECT action, changes, actor_label FROM audit_log WHERE object_id = ${objectId} ORDER BY id`
  ).map((r) => ({ ...r }));
