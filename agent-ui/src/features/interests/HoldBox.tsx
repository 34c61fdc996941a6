import type { InterestView } from "@kommutator/contract/api/interest";
import { Modal, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import dayjs from "dayjs";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { DateField } from "../../app/DateField.tsx";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";

/** On hold until a day, with the reason: timers stand still meanwhile, and it ends by itself. */
export function HoldBox({ interest, onClose, onSaved }: { interest: InterestView; onClose: () => void; onSaved: (row: InterestView) => Promise<void> }) {
  const { t } = useTranslation("interests");
  const [until, setUntil] = useState<string | null>(dayjs().add(7, "day").format("YYYY-MM-DD"));
  const [reason, setReason] = useState("");
  const save = useMutation({
    mutationFn: () => api.put<InterestView>(`/interests/${interest.id}/hold`, { until, reason: reason.trim(), version: interest.version }),
    onSuccess: async (row) => {
      await onSaved(row);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (until !== null && reason.trim().length >= 3 && !save.isPending) save.mutate();
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("hold.title", { number: interest.number })}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <DateField
            required
            label={t("hold.until")}
            description={t("hold.untilHint")}
            minDate={dayjs().add(1, "day").format("YYYY-MM-DD")}
            maxDate={dayjs().add(1, "year").format("YYYY-MM-DD")}
            value={until}
            onChange={setUntil}
          />
          <Textarea
            data-autofocus
            required
            label={t("hold.reason")}
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Failure error={save.error} />
          <FormFoot label={t("hold.button")} busy={save.isPending} disabled={until === null || reason.trim().length < 3} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
