import type { SetupState } from "@kommutator/contract/api/auth";
import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import type { z } from "zod";
import { api } from "./api.ts";
import { Crash } from "./Crash.tsx";
import { keys } from "./keys.ts";
import { MeContext, useMeQuery } from "./me.ts";
import { type OnDemand, onDemand, useFetched } from "./on-demand.tsx";
import { PAGES, pageAt } from "./pages.ts";
import { ErrorState, Splash } from "./states.tsx";

const LoginPage = onDemand(async () => (await import("../features/login/LoginPage.tsx")).LoginPage, ["login"]);
const WelcomePage = onDemand(async () => (await import("../features/setup/WelcomePage.tsx")).WelcomePage, ["setup"]);
const Frame = onDemand(async () => (await import("./Frame.tsx")).Frame, ["call", "dialogs"]);

/** Fetches what most who come to this address will see, while the server is still asked who they are. */
export function fetchFirst(pathname: string): void {
  for (const part of [Frame, pageAt(pathname)]) part.fetch().catch(() => undefined);
}

/** All pages: without a login the login page, without a company the first visit, else the frame. */
export function Pages() {
  const me = useMeQuery();
  const setup = useQuery({ queryKey: keys.setup, queryFn: () => api.get<z.infer<typeof SetupState>>("/setup"), staleTime: Number.POSITIVE_INFINITY });
  const location = useLocation();
  const known = me.data !== undefined && setup.data !== undefined;
  const welcome = setup.data?.done === false || location.pathname === "/welcome";
  const first: OnDemand<never>[] = me.data === null ? [LoginPage] : welcome ? [WelcomePage] : [Frame, pageAt(location.pathname)];
  const fetched = useFetched(known ? first : []);
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
  if (me.data === undefined || setup.data === undefined || !fetched) return <Splash />;
  if (me.data === null) return <LoginPage setup={setup.data} />;
  if (welcome)
    return (
      <MeContext value={me.data}>
        <WelcomePage setup={setup.data} />
      </MeContext>
    );
  return (
    <MeContext value={me.data}>
      <Frame>
        <Crash place={location.pathname.split("/")[1] ?? ""}>
          <Suspense fallback={<Splash />}>
            <Routes>
              {PAGES.map(({ path, Page }) => (
                <Route key={path} path={path} element={<Page />} />
              ))}
              <Route path="*" element={<Navigate to="/dialogs" replace />} />
            </Routes>
          </Suspense>
        </Crash>
      </Frame>
    </MeContext>
  );
}
