import type { InterestView } from "@kommutator/contract/api/interest";
import { Radio, Select, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useNamed } from "../../app/catalogues.ts";
import { ReasonBox } from "./ReasonBox.tsx";

const MODES = ["typical", "manual", "none"] as const;
type Mode = (typeof MODES)[number];

/** Another mode for a running Interest, with the reason (B9); out of "no stages" a manual one enters the stage that is chosen. */
export function ModeBox({ interest, onClose, onSaved }: { interest: InterestView; onClose: () => void; onSaved: (row: InterestView) => Promise<void> }) {
  const { t } = useTranslation("interests");
  const name = useNamed();
  const stages = interest.stages.filter((stage) => !stage.archived);
  const others = MODES.filter((each) => each !== interest.processMode && (each === "none" || stages.length > 0));
  const [mode, setMode] = useState<Mode | null>(others[0] ?? null);
  const [stageId, setStage] = useState<string | null>(null);
  const entering = interest.processMode === "none" && mode === "manual";
  return (
    <ReasonBox
      title={t("mode.title", { number: interest.number })}
      text={t("mode.now", { mode: t(`mode.${interest.processMode}`) })}
      action={t("mode.button")}
      ready={mode !== null}
      run={async (reason) =>
        onSaved(await api.post<InterestView>(`/interests/${interest.id}/mode`, { mode, stageId: entering ? stageId : null, reason, version: interest.version }))
      }
      onClose={onClose}
    >
      <Radio.Group label={t("mode.to")} value={mode} onChange={(value) => setMode(value as Mode)}>
        <Stack gap={8} mt={6}>
          {others.map((each) => (
            <Radio key={each} value={each} label={t(`mode.${each}`)} description={t(`kinds.about.${each}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {entering ? (
        <Select
          clearable
          allowDeselect
          label={t("field.stage")}
          placeholder={name(stages[0])}
          data={stages.map((stage) => ({ value: stage.id, label: name(stage) }))}
          value={stageId}
          onChange={setStage}
        />
      ) : null}
    </ReasonBox>
  );
}
