import type { InquiryView } from "@kommutator/contract/api/inquiry";
import { Checkbox, Modal, Stack, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { Failure, FormFoot } from "../../app/FormFoot.tsx";
import { usePartyName } from "../../app/party.ts";

/** An inquiry leaves the list without being received only with a reason (RG-11). */
export function RejectBox({ inquiry, onClose }: { inquiry: InquiryView; onClose: () => void }) {
  const { t } = useTranslation("inquiries");
  const client = useQueryClient();
  const identityOf = usePartyName();
  const { identityKind, identityValue } = inquiry;
  const [reason, setReason] = useState("");
  const [block, setBlock] = useState(false);
  const reject = useMutation({
    mutationFn: () => api.post<InquiryView>(`/inquiries/${inquiry.id}/reject`, { version: inquiry.version, reason: reason.trim(), blockIdentity: block }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ["inquiries"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== "" && !reject.isPending) reject.mutate();
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("reject.title", { number: inquiry.number })}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea
            data-autofocus
            required
            label={t("reject.reason")}
            autosize
            minRows={2}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {identityKind === null || identityValue == null ? null : (
            <Checkbox
              label={t("reject.block", { value: identityOf({ name: identityValue, identityKind, identityValue, result: "" }) })}
              checked={block}
              onChange={(event) => setBlock(event.currentTarget.checked)}
            />
          )}
          <Failure error={reject.error} />
          <FormFoot label={t("reject.button")} busy={reject.isPending} disabled={reason.trim() === ""} color="red" onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}
