import {
  IconAlertTriangle,
  IconBolt,
  IconBroadcast,
  IconCalendarTime,
  IconChecklist,
  IconHistory,
  IconInbox,
  IconList,
  IconListCheck,
  IconRoute,
  IconScale,
  IconSchool,
  IconShieldLock,
  IconSitemap,
  IconTargetArrow,
  IconUsers,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, NavLink, Route, Routes } from "react-router";
import { useCan } from "../../app/me.ts";
import { type SettingsPath, settingsOf } from "../../app/menu.ts";
import { NoRight } from "../../app/states.tsx";
import { AuditPage } from "../administration/AuditPage.tsx";
import { CataloguesPage } from "../administration/CataloguesPage.tsx";
import { RequiredPage } from "../administration/RequiredPage.tsx";
import { RolesPage } from "../administration/RolesPage.tsx";
import { CannedPage } from "../canned/CannedPage.tsx";
import { ChannelsPage } from "../channels/ChannelsPage.tsx";
import { DispatchPage } from "../dispatch/DispatchPage.tsx";
import { KindsPage } from "../interests/settings/KindsPage.tsx";
import { AsidePage } from "../routing/AsidePage.tsx";
import { WhatIfPage } from "../routing/WhatIfPage.tsx";
import { CalendarsPage } from "./CalendarsPage.tsx";
import { DepartmentsPage } from "./DepartmentsPage.tsx";
import { LoadPage } from "./load/LoadPage.tsx";
import { PeoplePage } from "./PeoplePage.tsx";
import { QueuesPage } from "./QueuesPage.tsx";
import { SkillsPage } from "./SkillsPage.tsx";
import classes from "./settings.module.css";

const PAGES: Record<SettingsPath, { icon: typeof IconBolt; page: ReactNode; title?: string }> = {
  channels: { icon: IconBroadcast, page: <ChannelsPage /> },
  people: { icon: IconUsers, page: <PeoplePage /> },
  roles: { icon: IconShieldLock, page: <RolesPage />, title: "administration:roles.title" },
  departments: { icon: IconSitemap, page: <DepartmentsPage /> },
  calendars: { icon: IconCalendarTime, page: <CalendarsPage /> },
  dispatch: { icon: IconInbox, page: <DispatchPage /> },
  queues: { icon: IconListCheck, page: <QueuesPage /> },
  "interest-kinds": { icon: IconTargetArrow, page: <KindsPage /> },
  load: { icon: IconScale, page: <LoadPage /> },
  catalogues: { icon: IconList, page: <CataloguesPage />, title: "administration:catalogues.title" },
  "required-fields": { icon: IconChecklist, page: <RequiredPage />, title: "administration:required.title" },
  skills: { icon: IconSchool, page: <SkillsPage /> },
  aside: { icon: IconAlertTriangle, page: <AsidePage /> },
  "what-if": { icon: IconRoute, page: <WhatIfPage /> },
  canned: { icon: IconBolt, page: <CannedPage /> },
  audit: { icon: IconHistory, page: <AuditPage />, title: "administration:audit.title" },
};

/** Channels, people, roles, departments, calendars, queues, catalogues …: those that one may change; the audit is there to be read. */
export function SettingsPage() {
  const { t } = useTranslation("settings");
  // Some of its words are the administration's.
  useTranslation("administration");
  const can = useCan();
  const pages = settingsOf(can).map((path) => ({ path, ...PAGES[path] }));
  const first = pages[0];
  if (first === undefined) return <NoRight />;
  return (
    <div className={classes["page"]}>
      <nav className={classes["nav"]} aria-label={t("title")}>
        {pages.map(({ path, icon: Icon, ...each }) => (
          <NavLink key={path} to={`/settings/${path}`} className={classes["navLink"] ?? ""}>
            <Icon size={18} stroke={1.7} aria-hidden />
            {t(each.title ?? `${path}.title`)}
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
