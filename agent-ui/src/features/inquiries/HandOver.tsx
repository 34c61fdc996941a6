import type { DispatchHistory, InquiryView } from "@kommutator/contract/api/inquiry";
import { Modal, Select, Stack, Text, TextInput, Timeline } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";

/** Hands an inquiry to a colleague or a queue, and shows through whose hands it went (RG-08). */
export function HandOver({ inquiry, onClose }: { inquiry: InquiryView; onClose: () => void }) {
  const { t } = useTranslation("inquiries");
  const format = useFormat();
  const client = useQueryClient();
  const lists = useCatalogues().data;
  const [to, setTo] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const history = useQuery({
    queryKey: keys.inquiries("dispatches", inquiry.id),
    queryFn: ({ signal }) => api.get<DispatchHistory>(`/inquiries/${inquiry.id}/dispatches`, { signal }),
  });
  const hand = useMutation({
    mutationFn: () => {
      const queue = to?.startsWith("queue:") === true;
      return api.post<InquiryView>(`/inquiries/${inquiry.id}/dispatch`, {
        version: inquiry.version,
        employeeId: queue ? null : to,
        queueId: queue ? to?.slice(6) : null,
        reason: reason.trim() || null,
      });
    },
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ["inquiries"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (to !== null && !hand.isPending) hand.mutate();
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("hand.title", { number: inquiry.number })}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Select
            data-autofocus
            searchable
            label={t("hand.to")}
            data={[
              { group: t("hand.queues"), items: (lists?.queues ?? []).map((each) => ({ value: `queue:${each.id}`, label: each.name })) },
              { group: t("hand.people"), items: (lists?.employees ?? []).map((each) => ({ value: each.id, label: each.name })) },
            ]}
            value={to}
            onChange={setTo}
          />
          <TextInput label={t("hand.reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <Failure error={hand.error} />
          <FormFoot label={t("hand.button")} busy={hand.isPending} disabled={to === null} onClose={onClose} />
          {(history.data ?? []).length === 0 ? null : (
            <Timeline bulletSize={12} lineWidth={2} active={99}>
              {history.data?.map((each) => (
                <Timeline.Item key={each.id} title={`${each.from?.name ?? t("backlog.nobody")} → ${each.to?.name ?? each.queue?.name ?? ""}`}>
                  <Text size="xs" c="dimmed">
                    {[format.full(each.at), each.by?.name ?? each.rule?.name, each.reason].filter(Boolean).join(" · ")}
                  </Text>
                </Timeline.Item>
              ))}
            </Timeline>
          )}
        </Stack>
      </form>
    </Modal>
  );
}
