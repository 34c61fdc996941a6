import type { SetupState } from "@kommutator/contract/api/auth";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import type { z } from "zod";
import { api } from "./api.ts";
import { Crash } from "./Crash.tsx";
import { keys } from "./keys.ts";
import { MeContext, useMeQuery } from "./me.ts";
import { ErrorState, Splash } from "./states.tsx";

const LoginPage = lazy(async () => ({ default: (await import("../features/login/LoginPage.tsx")).LoginPage }));
const WelcomePage = lazy(async () => ({ default: (await import("../features/setup/WelcomePage.tsx")).WelcomePage }));
const Frame = lazy(async () => ({ default: (await import("./Frame.tsx")).Frame }));
const DialogsPage = lazy(async () => ({ default: (await import("../features/dialogs/DialogsPage.tsx")).DialogsPage }));
const SupervisorPage = lazy(async () => ({ default: (await import("../features/supervisor/SupervisorPage.tsx")).SupervisorPage }));
const SettingsPage = lazy(async () => ({ default: (await import("../features/settings/SettingsPage.tsx")).SettingsPage }));
const RegisterPage = lazy(async () => ({ default: (await import("../features/routing/RegisterPage.tsx")).RegisterPage }));
const ProfilePage = lazy(async () => ({ default: (await import("../features/routing/ProfilePage.tsx")).ProfilePage }));
const CustomerRoutes = lazy(async () => ({ default: (await import("../features/customer/routes.tsx")).CustomerRoutes }));
const LeadRoutes = lazy(async () => ({ default: (await import("../features/leads/routes.tsx")).LeadRoutes }));
const InterestRoutes = lazy(async () => ({ default: (await import("../features/interests/routes.tsx")).InterestRoutes }));
const EventRoutes = lazy(async () => ({ default: (await import("../features/events/routes.tsx")).EventRoutes }));
const TaskRoutes = lazy(async () => ({ default: (await import("../features/tasks/routes.tsx")).TaskRoutes }));
const NoticesPage = lazy(async () => ({ default: (await import("../features/notices/NoticesPage.tsx")).NoticesPage }));
const ImportRoutes = lazy(async () => ({ default: (await import("../features/import/routes.tsx")).ImportRoutes }));
const InquiryRoutes = lazy(async () => ({ default: (await import("../features/inquiries/routes.tsx")).InquiryRoutes }));

/** All pages: without a login the login page, without a company the first visit, else the frame. */
export function Pages() {
  const me = useMeQuery();
  const setup = useQuery({ queryKey: keys.setup, queryFn: () => api.get<z.infer<typeof SetupState>>("/setup"), staleTime: Number.POSITIVE_INFINITY });
  const location = useLocation();
  if (me.isPending || setup.isPending) return <Splash />;
  if (me.isError || setup.isError)
    return (
      <ErrorState
        error={me.error ?? setup.error}
        onRetry={() => {
          void me.refetch();
          void setup.refetch();
        }}
      />
    );
  if (me.data === null) return <LoginPage setup={setup.data} />;
  if (!setup.data.done || location.pathname === "/welcome")
    return (
      <MeContext value={me.data}>
        <WelcomePage setup={setup.data} />
      </MeContext>
    );
  return (
    <MeContext value={me.data}>
      <Frame>
        <Crash key={location.pathname.split("/")[1] ?? ""}>
          <Suspense fallback={<Splash />}>
            <Routes>
              <Route path="/dialogs/:id?" element={<DialogsPage />} />
              <Route path="/customers/*" element={<CustomerRoutes />} />
              <Route path="/leads/*" element={<LeadRoutes />} />
              <Route path="/interests/*" element={<InterestRoutes />} />
              <Route path="/inquiries/*" element={<InquiryRoutes />} />
              <Route path="/events/*" element={<EventRoutes />} />
              <Route path="/tasks/*" element={<TaskRoutes />} />
              <Route path="/notifications" element={<NoticesPage />} />
              <Route path="/import/*" element={<ImportRoutes />} />
              <Route path="/supervisor/*" element={<SupervisorPage />} />
              <Route path="/calls" element={<RegisterPage />} />
              <Route path="/profile" element={<ProfilePage />} />
              <Route path="/settings/*" element={<SettingsPage />} />
              <Route path="*" element={<Navigate to="/dialogs" replace />} />
            </Routes>
          </Suspense>
        </Crash>
      </Frame>
    </MeContext>
  );
}
