import type { Board } from "@kommutator/contract/api/routing";
import { SegmentedControl, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { Confirm } from "../settings/Confirm.tsx";

type Intent = "available" | "paused" | "logged_out";

/** Sets somebody's state for them. A break and logging out want a reason, which the person sees. */
export function ForcedState({ agent, onClose }: { agent: Board["agents"][number]; onClose: () => void }) {
  const { t } = useTranslation("supervisor");
  const client = useQueryClient();
  const [intent, setIntent] = useState<Intent>(agent.intent === "available" ? "paused" : "available");
  const [reason, setReason] = useState("");
  const wants = intent !== "available";
  return (
    <Confirm
      title={t("force.title", { name: agent.name })}
      text={t(`force.about.${intent}`)}
      action={t("force.action")}
      disabled={wants && reason.trim() === ""}
      onClose={onClose}
      run={() => api.put(`/presence/${agent.employeeId}`, { intent, reason: wants ? reason.trim() : null })}
      done={() => {
        void client.invalidateQueries({ queryKey: keys.board });
        onClose();
      }}
    >
      <SegmentedControl
        fullWidth
        aria-label={t("force.state")}
        value={intent}
        onChange={(value) => setIntent(value as Intent)}
        data={(["available", "paused", "logged_out"] as const).map((value) => ({ value, label: t(`force.to.${value}`) }))}
      />
      {wants ? (
        <TextInput
          data-autofocus
          label={t("force.reason")}
          description={t("force.reasonText")}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      ) : null}
    </Confirm>
  );
}
