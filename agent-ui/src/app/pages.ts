import { matchPath } from "react-router";
import { type OnDemand, onDemand } from "./on-demand.tsx";

// A page's words are those of its own feature and of the lists and tools it is made of.
const TABLE = ["customer", "import"];

/** The pages below the frame: where each is, its code and its words. */
export const PAGES: readonly { path: string; Page: OnDemand }[] = [
  { path: "/dialogs/:id?", Page: onDemand(async () => (await import("../features/dialogs/DialogsPage.tsx")).DialogsPage, ["dialogs"]) },
  { path: "/customers/*", Page: onDemand(async () => (await import("../features/customer/routes.tsx")).CustomerRoutes, TABLE) },
  { path: "/leads/*", Page: onDemand(async () => (await import("../features/leads/routes.tsx")).LeadRoutes, ["leads", ...TABLE]) },
  { path: "/interests/*", Page: onDemand(async () => (await import("../features/interests/routes.tsx")).InterestRoutes, ["interests", ...TABLE]) },
  { path: "/inquiries/*", Page: onDemand(async () => (await import("../features/inquiries/routes.tsx")).InquiryRoutes, ["inquiries", ...TABLE]) },
  { path: "/events/*", Page: onDemand(async () => (await import("../features/events/routes.tsx")).EventRoutes, ["events", ...TABLE]) },
  { path: "/tasks/*", Page: onDemand(async () => (await import("../features/tasks/routes.tsx")).TaskRoutes, ["tasks", ...TABLE]) },
  { path: "/notifications", Page: onDemand(async () => (await import("../features/notices/NoticesPage.tsx")).NoticesPage, ["notices"]) },
  { path: "/import/*", Page: onDemand(async () => (await import("../features/import/routes.tsx")).ImportRoutes, ["import"]) },
  { path: "/supervisor/*", Page: onDemand(async () => (await import("../features/supervisor/SupervisorPage.tsx")).SupervisorPage, ["supervisor"]) },
  { path: "/calls", Page: onDemand(async () => (await import("../features/routing/RegisterPage.tsx")).RegisterPage, ["routing"]) },
  {
    path: "/profile",
    Page: onDemand(async () => (await import("../features/routing/ProfilePage.tsx")).ProfilePage, ["routing", "administration", "settings"]),
  },
  { path: "/settings/*", Page: onDemand(async () => (await import("../features/settings/SettingsPage.tsx")).SettingsPage, ["settings", "administration"]) },
];

/** The page that stands at this address; the list of dialogs where nothing else does. */
export function pageAt(pathname: string): OnDemand {
  const found = PAGES.find(({ path }) => matchPath(path, pathname) !== null) ?? PAGES[0];
  return (found as { Page: OnDemand }).Page;
}
