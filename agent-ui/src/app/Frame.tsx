import { type ReactNode, Suspense, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { CallBar } from "../features/call/CallBar.tsx";
import { OutboxProvider } from "../features/composer/OutboxProvider.tsx";
import { OfferStack } from "../features/dialogs/OfferStack.tsx";
import { WhyHost } from "../features/routing/WhyHost.tsx";
import { SoftphoneProvider } from "../softphone/SoftphoneProvider.tsx";
import classes from "./Frame.module.css";
import { LiveProvider } from "./LiveProvider.tsx";
import { OfflineBar } from "./OfflineBar.tsx";
import { loading, onDemand } from "./on-demand.tsx";
import { Rail } from "./Rail.tsx";
import { ShortcutsOverlay } from "./ShortcutsOverlay.tsx";
import { useShortcut } from "./shortcuts.ts";
import { Splash } from "./states.tsx";

// After the frame stands: no part of the first screen.
const EmergencyBanner = onDemand(async () => (await import("../features/routing/EmergencyBanner.tsx")).EmergencyBanner);

/** Rail, call bar, page. The call bar stands on every page; no page hides it. */
export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <LiveProvider>
      <SoftphoneProvider>
        <OutboxProvider>
          <Suspense fallback={<Splash />}>
            <a className={classes["skip"]} href="#page">
              {t("skipToPage")}
            </a>
            <div className={classes["frame"]}>
              <Rail />
              <div className={classes["body"]}>
                <section className={classes["bar"]} aria-label={t("callBar")}>
                  <CallBar />
                </section>
                <OfflineBar />
                <Coming />
                <Suspense>
                  <EmergencyBanner />
                </Suspense>
                <main id="page" tabIndex={-1} className={classes["page"]}>
                  {children}
                </main>
              </div>
            </div>
            <OfferStack />
            <WhyHost />
            <GoKeys />
            <ShortcutsOverlay />
          </Suspense>
        </OutboxProvider>
      </SoftphoneProvider>
    </LiveProvider>
  );
}

/** A thin line while a page's code is on its way; it shows itself only when that takes longer than one notices. */
function Coming() {
  return useSyncExternalStore(loading.subscribe, loading.now) ? <div className={classes["coming"]} aria-hidden /> : null;
}

/** `g d` and its like: go to a page. */
function GoKeys() {
  const navigate = useNavigate();
  const go = (path: string) => () => void navigate(path);
  useShortcut({ keys: "g d", label: "common:shortcuts.goDialogs", run: go("/dialogs") });
  useShortcut({ keys: "g c", label: "common:shortcuts.goCustomers", run: go("/customers") });
  useShortcut({ keys: "g i", label: "common:shortcuts.goInterests", run: go("/interests") });
  useShortcut({ keys: "g s", label: "common:shortcuts.goSupervisor", run: go("/supervisor") });
  return null;
}
