import type { Me } from "@kommutator/contract/api/auth";
import { expect, test } from "vitest";
import { can } from "./me.ts";
import { type Can, menuOf, settingsOf } from "./menu.ts";

const of =
  (permissions: Me["permissions"]): Can =>
  (object, action) =>
    can({ permissions } as Me, object, action);
const read = { read: "own" } as const;
const PEOPLE = {
  nobody: of({}),
  agent: of({ dialog: { read: "own", edit: "own" }, inquiry: read, customer: read, lead: read, interest: read, interaction: read, task: read }),
  supervisor: of({
    dialog: { read: "subtree", edit: "subtree" },
    call: read,
    board: { read: "subtree" },
    queue: { edit: "subtree" },
    audit: { read: "subtree" },
  }),
  auditor: of({ audit: { read: "all" } }),
  "who keeps roles": of({ role: { read: "all", edit: "all" } }),
  "who keeps catalogues": of({ catalogue: { read: "all", create: "all" } }),
  "who only reads settings": of({ role: { read: "all" }, catalogue: { read: "all" }, channel: { read: "all" } }),
};

test.each([
  ["nobody", ["dialogs"], []],
  ["agent", ["dialogs", "inquiries", "customers", "leads", "interests", "events", "tasks", "settings"], ["canned"]],
  ["supervisor", ["dialogs", "calls", "supervisor", "settings"], ["queues", "what-if", "canned", "audit"]],
  ["auditor", ["dialogs", "settings"], ["audit"]],
  ["who keeps roles", ["dialogs", "settings"], ["roles"]],
  ["who keeps catalogues", ["dialogs", "settings"], ["interest-kinds", "load", "catalogues", "required-fields", "skills"]],
  ["who only reads settings", ["dialogs"], []],
] as const)("the menu of %s has what they may use, and Settings whenever a page of it is theirs", (who, menu, settings) => {
  expect([menuOf(PEOPLE[who]), settingsOf(PEOPLE[who])]).toEqual([menu, settings]);
});
