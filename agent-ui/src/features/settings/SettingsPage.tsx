import type { AccessObject } from "@kommutator/contract/access";
import {
  IconBolt,
  IconBroadcast,
  IconCalendarTime,
  IconChecklist,
  IconHistory,
  IconInbox,
  IconList,
  IconListCheck,
  IconRoute,
  IconSchool,
  IconShieldLock,
  IconSitemap,
  IconTargetArrow,
  IconUsers,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Navigate, NavLink, Route, Routes } from "react-router";
import { useCan } from "../../app/me.ts";
import { NoRight } from "../../app/states.tsx";
import { AuditPage } from "../administration/AuditPage.tsx";
import { CataloguesPage } from "../administration/CataloguesPage.tsx";
import { RequiredPage } from "../administration/RequiredPage.tsx";
import { RolesPage } from "../administration/RolesPage.tsx";
import { CannedPage } from "../canned/CannedPage.tsx";
import { ChannelsPage } from "../channels/ChannelsPage.tsx";
import { DispatchPage } from "../dispatch/DispatchPage.tsx";
import { KindsPage } from "../interests/settings/KindsPage.tsx";
import { WhatIfPage } from "../routing/WhatIfPage.tsx";
import { CalendarsPage } from "./CalendarsPage.tsx";
import { DepartmentsPage } from "./DepartmentsPage.tsx";
import { PeoplePage } from "./PeoplePage.tsx";
import { QueuesPage } from "./QueuesPage.tsx";
import { SkillsPage } from "./SkillsPage.tsx";
import classes from "./settings.module.css";

const PAGES = [
  { path: "channels", object: "channel", icon: IconBroadcast, page: <ChannelsPage /> },
  { path: "people", object: "employee", icon: IconUsers, page: <PeoplePage /> },
  { path: "roles", object: "role", icon: IconShieldLock, page: <RolesPage />, title: "administration:roles.title" },
  { path: "departments", object: "department", icon: IconSitemap, page: <DepartmentsPage /> },
  { path: "calendars", object: "calendar", icon: IconCalendarTime, page: <CalendarsPage /> },
  { path: "dispatch", object: "channel", icon: IconInbox, page: <DispatchPage /> },
  { path: "queues", object: "queue", icon: IconListCheck, page: <QueuesPage /> },
  { path: "interest-kinds", object: "catalogue", icon: IconTargetArrow, page: <KindsPage /> },
  { path: "catalogues", object: "catalogue", icon: IconList, page: <CataloguesPage />, title: "administration:catalogues.title" },
  { path: "required-fields", object: "catalogue", icon: IconChecklist, page: <RequiredPage />, title: "administration:required.title" },
  { path: "skills", object: "catalogue", icon: IconSchool, page: <SkillsPage /> },
  { path: "what-if", object: "queue", icon: IconRoute, page: <WhatIfPage /> },
  { path: "canned", object: "dialog", icon: IconBolt, page: <CannedPage /> },
  { path: "audit", object: "audit", icon: IconHistory, page: <AuditPage />, title: "administration:audit.title", seen: true },
] as const satisfies { path: string; object: AccessObject; icon: unknown; page: unknown; title?: string; seen?: true }[];

/** Channels, people, roles, departments, calendars, queues, catalogues …: those that one may change; the audit is there to be read. */
export function SettingsPage() {
  const { t } = useTranslation("settings");
  // Some of its words are the administration's.
  useTranslation("administration");
  const can = useCan();
  const pages = PAGES.filter(
    (each) => can(each.object, "edit") !== null || can(each.object, "create") !== null || ("seen" in each && can(each.object, "read") !== null),
  );
  const first = pages[0];
  if (first === undefined) return <NoRight />;
  return (
    <div className={classes["page"]}>
      <nav className={classes["nav"]} aria-label={t("title")}>
        {pages.map(({ path, icon: Icon, ...each }) => (
          <NavLink key={path} to={`/settings/${path}`} className={classes["navLink"] ?? ""}>
            <Icon size={18} stroke={1.7} aria-hidden />
            {t("title" in each ? each.title : `${path}.title`)}
          </NavLink>
        ))}
      </nav>
      <Routes>
        {pages.map(({ path, page }) => (
          <Route key={path} path={path} element={page} />
        ))}
        <Route path="*" element={<Navigate to={first.path} replace />} />
      </Routes>
    </div>
  );
}
