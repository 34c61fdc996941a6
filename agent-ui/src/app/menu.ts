import type { AccessAction, AccessObject, Scope } from "@kommutator/contract/access";

/** What somebody may do, as `useCan` tells it. */
export type Can = (object: AccessObject, action: AccessAction) => Scope | null;

/** The pages under Settings and the object whose right opens each: whoever may change it; `seen`: whoever may read it. */
export const SETTINGS = [
  { path: "channels", object: "channel" },
  { path: "people", object: "employee" },
  { path: "roles", object: "role" },
  { path: "departments", object: "department" },
  { path: "calendars", object: "calendar" },
  { path: "dispatch", object: "channel" },
  { path: "queues", object: "queue" },
  { path: "interest-kinds", object: "catalogue" },
  { path: "load", object: "catalogue" },
  { path: "catalogues", object: "catalogue" },
  { path: "required-fields", object: "catalogue" },
  { path: "skills", object: "catalogue" },
  { path: "aside", object: "channel" },
  { path: "what-if", object: "queue" },
  // Everybody who writes has canned answers of their own there.
  { path: "canned", object: "dialog" },
  { path: "audit", object: "audit", seen: true },
] as const satisfies { path: string; object: AccessObject; seen?: true }[];
export type SettingsPath = (typeof SETTINGS)[number]["path"];

export function settingsOf(can: Can): SettingsPath[] {
  return SETTINGS.filter(
    (page) => can(page.object, "edit") !== null || can(page.object, "create") !== null || ("seen" in page && can(page.object, "read") !== null),
  ).map((page) => page.path);
}

/** The parts of the workspace in the order of the rail, and the right that shows each; the dialogs are everybody's. */
const PARTS = [
  { path: "dialogs", object: null },
  { path: "inquiries", object: "inquiry" },
  { path: "customers", object: "customer" },
  { path: "leads", object: "lead" },
  { path: "interests", object: "interest" },
  { path: "events", object: "interaction" },
  { path: "tasks", object: "task" },
  { path: "calls", object: "call" },
  { path: "supervisor", object: "board" },
] as const satisfies { path: string; object: AccessObject | null }[];
export type MenuPath = (typeof PARTS)[number]["path"] | "settings";

/** Only what one may use. */
export function menuOf(can: Can): MenuPath[] {
  const parts = PARTS.filter(({ object }) => object === null || can(object, "read") !== null).map((part): MenuPath => part.path);
  return settingsOf(can).length === 0 ? parts : [...parts, "settings"];
}
