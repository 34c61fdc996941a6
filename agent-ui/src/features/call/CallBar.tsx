import { Alert } from "@mantine/core";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, type FailureCode } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { useNow } from "../../app/format.ts";
import { fetchWhenIdle, onDemand } from "../../app/on-demand.tsx";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import classes from "./CallBar.module.css";
import { PresenceWaits } from "./PresenceWaits.tsx";
import { Ringing } from "./Ringing.tsx";

// Menus, tooltips and what stands on them come in one file while the list is being read; a ringing call waits for none of it.
const load = () => import("./controls.ts");
const DialPad = onDemand(async () => (await load()).DialPad);
const DevicesButton = onDemand(async () => (await load()).DevicesButton);
const InCall = onDemand(async () => (await load()).InCall);
const LineState = onDemand(async () => (await load()).LineState);
const PresenceMenu = onDemand(async () => (await load()).PresenceMenu);
const SoundOff = onDemand(async () => (await load()).SoundOff);
const DeviceBox = onDemand(async () => (await import("./DeviceBox.tsx")).DeviceBox);
const IncomingPanel = onDemand(async () => (await import("./IncomingPanel.tsx")).IncomingPanel);

/** Always there, on every page: presence and line; a call that rings; a call that runs. The state stands in data attributes too. */
export function CallBar() {
  const { t } = useTranslation("call");
  const { view, leads, enabled, order } = useSoftphone();
  const [devices, setDevices] = useState(false);
  const { call, line } = view;
  const ringing = call.phase === "ringing";
  // The card of who rings is there before anybody does.
  useEffect(() => fetchWhenIdle(IncomingPanel, InCall), []);
  const busy = call.phase === "connecting" || call.phase === "talking" || call.phase === "lost";
  return (
    <div
      className={classes["bar"]}
      data-line={line.phase}
      data-call={call.phase}
      data-leg={call.leg}
      data-held={call.held}
      data-muted={call.muted}
      data-leads={leads}
      data-call-id={call.callId ?? ""}
      data-call-dialog={call.dialogId ?? ""}
    >
      <Suspense fallback={<PresenceWaits />}>
        <PresenceMenu />
      </Suspense>
      {ringing ? (
        <Ringing />
      ) : busy ? (
        <Suspense fallback={<span className={classes["push"]} />}>
          <InCall />
        </Suspense>
      ) : (
        <span className={classes["push"]}>{enabled && call.ended !== null ? <Ended reason={call.ended} since={call.since} /> : null}</span>
      )}
      <Suspense>
        {enabled && !ringing && !busy ? <DialPad /> : null}
        <LineState />
        <SoundOff />
        {enabled ? <DevicesButton onOpen={() => setDevices(true)} /> : null}
      </Suspense>
      {view.trouble === null ? null : (
        <Alert
          className={classes["trouble"] ?? ""}
          color="red"
          withCloseButton
          closeButtonLabel={t("close")}
          onClose={() => order({ kind: "forget-trouble" })}
          role="alert"
        >
          {view.trouble === "microphone" ? t("trouble.microphone") : failureText(new ApiError(view.trouble as FailureCode, 0))}
        </Alert>
      )}
      <Suspense>
        {devices ? <DeviceBox onClose={() => setDevices(false)} /> : null}
        {ringing && call.dialogId !== null ? <IncomingPanel /> : null}
      </Suspense>
    </div>
  );
}

/** Why the last call left, for ten seconds. */
function Ended({ reason, since }: { reason: string; since: number }) {
  const { t } = useTranslation("call");
  const now = useNow(1000);
  if (now - since > 10_000) return null;
  return (
    <span className={classes["dim"]} role="status">
      {t(`ended.${reason}`)}
    </span>
  );
}
