import { type AccessAction, type AccessObject, OBJECTS, OFFERED, type Scope } from "@kommutator/contract/access";
import { t } from "./texts.ts";

type Permissions = Partial<Record<AccessObject, Partial<Record<AccessAction, Scope>>>>;

const only = (scope: Scope, ...actions: AccessAction[]): Partial<Record<AccessAction, Scope>> => Object.fromEntries(actions.map((a) => [a, scope]));

const admin: Permissions = Object.fromEntries(OBJECTS.map((o) => [o, only("all", ...OFFERED[o])]));

/** Sees and steers the own department and everything below it. */
const supervisor: Permissions = {
  dialog: only("subtree", "create", "read", "edit", "assign", "export"),
  call: only("subtree", "create", "read", "edit", "export"),
  recording: only("subtree", "read"),
  customer: { ...only("all", "create", "read"), ...only("subtree", "edit", "assign", "export") },
  lead: { ...only("all", "create", "read"), ...only("subtree", "edit", "assign", "export") },
  interest: { ...only("all", "create"), ...only("subtree", "read", "edit", "assign", "export") },
  stage: only("subtree", "edit", "delete"),
  interaction: { ...only("all", "create"), ...only("subtree", "read", "edit", "assign", "export") },
  task: { ...only("all", "create"), ...only("subtree", "read", "edit", "export") },
  inquiry: only("subtree", "create", "read", "edit", "export"),
  import: only("subtree", "create", "read", "delete"),
  employee: { ...only("subtree", "read", "assign") },
  department: only("subtree", "read"),
  queue: only("subtree", "read", "edit"),
  channel: only("all", "read"),
  catalogue: only("all", "read"),
  canned: only("subtree", "create", "read", "edit", "delete"),
  calendar: only("all", "read"),
  role: only("all", "read"),
  board: only("subtree", "read", "export"),
  audit: only("subtree", "read"),
};

/** Works with the own dialogs and customers; sees the department's customers, so that a caller is never a stranger. */
const agent: Permissions = {
  dialog: only("own", "create", "read", "edit", "assign"),
  call: only("own", "create", "read", "edit"),
  recording: only("own", "read"),
  customer: { ...only("all", "create"), ...only("department", "read"), ...only("own", "edit") },
  lead: { ...only("all", "create"), ...only("department", "read", "edit") },
  interest: { ...only("all", "create"), ...only("department", "read"), ...only("own", "edit") },
  interaction: { ...only("all", "create"), ...only("department", "read"), ...only("own", "edit") },
  task: { ...only("all", "create"), ...only("own", "read", "edit") },
  inquiry: only("own", "create", "read", "edit"),
  employee: only("department", "read"),
  department: only("department", "read"),
  queue: only("own", "read"),
  catalogue: only("all", "read"),
  calendar: only("all", "read"),
};

export const ROLES = [
  { code: "admin", name: t("Администратор", "Administrator", "Әкімші", "Адміністратор"), permissions: admin },
  { code: "supervisor", name: t("Руководитель", "Supervisor", "Жетекші", "Керівник"), permissions: supervisor },
  { code: "agent", name: t("Менеджер", "Manager", "Менеджер", "Менеджер"), permissions: agent },
] as const;
