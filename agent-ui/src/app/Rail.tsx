import {
  IconAddressBook,
  IconCalendarEvent,
  IconChartDots3,
  IconChecklist,
  IconInbox,
  IconMessages,
  IconPhone,
  IconSettings,
  IconTargetArrow,
  IconUserPlus,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ComponentType, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useWaitingForMe } from "../features/dialogs/queries.ts";
import { setTitleBadge } from "./alerts.ts";
import { api } from "./api.ts";
import classes from "./Frame.module.css";
import { keys } from "./keys.ts";
import { useCan } from "./me.ts";
import { type MenuPath, menuOf } from "./menu.ts";
import { fetchWhenIdle, onDemand } from "./on-demand.tsx";
import { pageAt } from "./pages.ts";

// After the frame stands: no part of the first screen.
const Bell = onDemand(async () => (await import("../features/notices/Bell.tsx")).Bell);
const UserMenu = onDemand(async () => (await import("./UserMenu.tsx")).UserMenu);

const ICONS: Record<MenuPath, ComponentType<{ size?: number; stroke?: number; "aria-hidden"?: boolean }>> = {
  dialogs: IconMessages,
  inquiries: IconInbox,
  customers: IconAddressBook,
  leads: IconUserPlus,
  interests: IconTargetArrow,
  events: IconCalendarEvent,
  tasks: IconChecklist,
  calls: IconPhone,
  supervisor: IconChartDots3,
  settings: IconSettings,
};

/** Only what one may use; a badge is what waits for me. */
export function Rail() {
  const { t } = useTranslation();
  const can = useCan();
  const waiting = useWaitingForMe();
  const inquiries = useUnprocessed(can("inquiry", "read") !== null);
  useEffect(() => setTitleBadge(waiting), [waiting]);
  const badges: Partial<Record<MenuPath, number>> = { dialogs: waiting, inquiries };
  const items = menuOf(can).map((path) => ({ to: `/${path}`, label: t(`rail.${path}`), icon: ICONS[path], badge: badges[path] }));
  return (
    <nav className={classes["rail"]} aria-label={t("rail.name")}>
      <div className={classes["logo"]}>
        <img src="/favicon.svg" alt="Kommutator" width={30} height={30} />
      </div>
      <ul className={classes["links"]}>
        {items.map((item) => (
          <li key={item.to}>
            <NavLink
              to={item.to}
              className={classes["link"] ?? ""}
              title={item.label}
              onPointerEnter={() => fetchWhenIdle(pageAt(item.to))}
              onFocus={() => fetchWhenIdle(pageAt(item.to))}
            >
              <item.icon size={22} stroke={1.7} aria-hidden />
              <span className={classes["label"]}>{item.label}</span>
              {item.badge === undefined || item.badge === 0 ? null : (
                <span className={classes["badge"]}>
                  {item.badge > 99 ? "99+" : item.badge}
                  <span className="sr-only"> {t("rail.waiting")}</span>
                </span>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
      <Suspense>
        <Bell />
        <UserMenu />
      </Suspense>
    </nav>
  );
}

/** New inquiries in my right; the live bridge makes it stale when one changes. */
function useUnprocessed(enabled: boolean): number {
  const query = useQuery({
    queryKey: keys.inquiries("badge"),
    queryFn: ({ signal }) => api.get<{ items: unknown[] }>("/inquiries", { signal, query: { status: "new", limit: 100 } }),
    enabled,
  });
  return query.data?.items.length ?? 0;
}
