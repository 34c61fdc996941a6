import type { InterestView } from "@kommutator/contract/api/interest";
import { Alert, Button, Group, Modal, Radio, SegmentedControl, Select, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { failureText } from "../../app/failure.ts";
import { conflictOf } from "../customer/Conflict.tsx";

/** Won, lost (with the reason) or cancelled; what is still planned is kept or cancelled on purpose (IN-02). */
export function CloseBox({ interest, onClose, onClosed }: { interest: InterestView; onClose: () => void; onClosed: (row: InterestView) => Promise<void> }) {
  const { t } = useTranslation("interests");
  const catalogues = useCatalogues();
  const [status, setStatus] = useState<"won" | "lost" | "cancelled">("won");
  const [lossReasonId, setReason] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const [planned, setPlanned] = useState<"keep" | "cancel" | null>(null);
  const [tried, setTried] = useState(false);
  const close = useMutation({
    mutationFn: (version: number) => {
      return api.post<InterestView>(`/interests/${interest.id}/close`, {
        status,
        lossReasonId: status === "lost" ? lossReasonId : null,
        comment: comment.trim() === "" ? null : comment.trim(),
        plannedInteractions: planned,
        version,
      });
    },
    onSuccess: async (row) => {
      await onClosed(row);
      onClose();
    },
  });
  const remain = close.error instanceof ApiError && close.error.code === "planned_interactions_remain";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ((status !== "lost" || lossReasonId !== null) && !close.isPending) close.mutate(conflictOf<InterestView>(close.error)?.version ?? interest.version);
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("close.title", { number: interest.number })}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <SegmentedControl
            fullWidth
            aria-label={t("field.status")}
            value={status}
            onChange={(value) => setStatus(value as typeof status)}
            data={(["won", "lost", "cancelled"] as const).map((each) => ({ value: each, label: t(`status.${each}`) }))}
          />
          {status === "lost" ? (
            <Select
              required
              label={t("field.lossReason")}
              data={(catalogues.data?.lossReasons ?? [])
                .filter((each) => !each.archived && each.kind !== "lead_disqualified")
                .map((each) => ({ value: each.id, label: each.name }))}
              value={lossReasonId}
              error={tried && lossReasonId === null ? t("common:required") : null}
              onChange={setReason}
            />
          ) : null}
          <Textarea
            label={t("close.comment")}
            autosize
            minRows={2}
            maxLength={2000}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          {remain || planned !== null ? (
            <Radio.Group label={t("close.planned")} value={planned ?? ""} onChange={(value) => setPlanned(value as "keep" | "cancel")}>
              <Group mt={6}>
                <Radio value="cancel" label={t("close.cancelPlanned")} />
                <Radio value="keep" label={t("close.keepPlanned")} />
              </Group>
            </Radio.Group>
          ) : null}
          {close.error === null ? null : (
            <Alert color={remain ? "yellow" : "red"} role="alert">
              {failureText(close.error)}
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("common:cancel")}
            </Button>
            <Button type="submit" loading={close.isPending} disabled={remain && planned === null}>
              {t("close.button")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
