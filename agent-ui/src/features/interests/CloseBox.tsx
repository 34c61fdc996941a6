import type { InterestRow, InterestView } from "@kommutator/contract/api/interest";
import { Group, Modal, Radio, SegmentedControl, Select, Stack, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { conflictOf } from "../customer/Conflict.tsx";
import { MissingFields } from "./MissingFields.tsx";
import { UnmetList } from "./MoveBox.tsx";
import { type Given, keyOf, missingOf } from "./missing.ts";
import { StillOpen } from "./StillOpen.tsx";

/** Won, lost (with the reason) or cancelled; what is still planned is kept or cancelled on purpose (IN-02). */
export function CloseBox({ interest, onClose, onClosed }: { interest: InterestView; onClose: () => void; onClosed: (row: InterestView) => Promise<void> }) {
  const { t } = useTranslation("interests");
  const catalogues = useCatalogues();
  const [status, setStatus] = useState<"won" | "lost" | "cancelled">("won");
  const [lossReasonId, setReason] = useState<string | null>(null);
  const [comment, setComment] = useState("");
  const [planned, setPlanned] = useState<"keep" | "cancel" | "move" | null>(null);
  const [moveToId, setMoveTo] = useState<string | null>(null);
  const [given, setGiven] = useState<Given>({ fields: {}, customer: {} });
  const can = useCan();
  const [tried, setTried] = useState(false);
  const close = useMutation({
    mutationFn: (version: number) => {
      return api.post<InterestView>(`/interests/${interest.id}/close`, {
        status,
        lossReasonId: status === "lost" ? lossReasonId : null,
        comment: comment.trim() === "" ? null : comment.trim(),
        plannedInteractions: planned,
        moveToId: planned === "move" ? moveToId : null,
        ...given,
        version,
      });
    },
    onSuccess: async (row) => {
      await onClosed(row);
      onClose();
    },
  });
  const found = missingOf(close.error, can("customer", "edit") !== null);
  // The comment has its place in the box already.
  const missing = found === null ? null : { ...found, elsewhere: found.elsewhere.filter((gap) => keyOf(gap) !== "interest.closeComment") };
  const reasons = (catalogues.data?.lossReasons ?? []).filter((each) => !each.archived && each.kind !== "lead_disqualified");
  const needsText = found?.comment === true || (status === "lost" && reasons.some((each) => each.id === lossReasonId && each.needsText));
  const others = useQuery({
    queryKey: keys.interests("of-party", interest.customer?.id ?? interest.leadId),
    queryFn: ({ signal }) =>
      api.get<{ items: InterestRow[] }>("/interests", {
        signal,
        query: {
          status: "open",
          customerId: interest.customer?.id,
          leadId: interest.customer === null ? (interest.leadId ?? undefined) : undefined,
          limit: 50,
        },
      }),
    enabled: planned === "move",
  });
  const remain = close.error instanceof ApiError && close.error.code === "planned_interactions_remain";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ((status !== "lost" || lossReasonId !== null) && (!needsText || comment.trim() !== "") && !close.isPending)
      close.mutate(conflictOf<InterestView>(close.error)?.version ?? interest.version);
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
            data={(["won", "lost", ...(can("interest", "delete") === null ? [] : (["cancelled"] as const))] as const).map((each) => ({
              value: each,
              label: t(`status.${each}`),
            }))}
          />
          {status === "lost" ? (
            <Select
              required
              label={t("field.lossReason")}
              data={(["deal_lost", "demand_unmet"] as const).map((kind) => ({
                group: t(`close.kind.${kind}`),
                items: reasons.filter((each) => each.kind === kind).map((each) => ({ value: each.id, label: each.name })),
              }))}
              value={lossReasonId}
              error={tried && lossReasonId === null ? t("common:required") : null}
              onChange={setReason}
            />
          ) : null}
          {missing === null ? null : (
            <>
              <UnmetList missing={missing} />
              <MissingFields interestId={interest.id} gaps={missing.gaps} given={given} onChange={setGiven} />
            </>
          )}
          <Textarea
            label={t("close.comment")}
            required={needsText}
            error={tried && needsText && comment.trim() === "" ? t("common:required") : null}
            autosize
            minRows={2}
            maxLength={2000}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          {remain || planned !== null ? (
            <Radio.Group label={t("close.planned")} value={planned ?? ""} onChange={(value) => setPlanned(value as typeof planned)}>
              <Group mt={6}>
                <Radio value="cancel" label={t("close.cancelPlanned")} />
                <Radio value="keep" label={t("close.keepPlanned")} />
                <Radio value="move" label={t("close.movePlanned")} />
              </Group>
            </Radio.Group>
          ) : null}
          {planned === "move" ? (
            <Select
              required
              label={t("close.moveTo")}
              data={(others.data?.items ?? [])
                .filter((each) => each.id !== interest.id)
                .map((each) => ({ value: each.id, label: `№${each.number} ${each.title}` }))}
              nothingFoundMessage={t("close.noOther")}
              value={moveToId}
              onChange={setMoveTo}
            />
          ) : null}
          <StillOpen interestId={interest.id} />
          <Failure error={missing === null ? close.error : null} color={remain ? "yellow" : "red"} />
          <FormFoot
            label={t("close.button")}
            busy={close.isPending}
            disabled={(remain && planned === null) || (planned === "move" && moveToId === null)}
            onClose={onClose}
          />
        </Stack>
      </form>
    </Modal>
  );
}
