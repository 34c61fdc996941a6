import type { InquiryView, ManualInquiryBody } from "@kommutator/contract/api/inquiry";
import { Button } from "@mantine/core";
import { IconUserPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";

/** Somebody came in: an inquiry without a dialog is written down and received at once (B1). */
export function ReceiveByHand({ onMade }: { onMade: (id: string) => void }) {
  const { t } = useTranslation("inquiries");
  const can = useCan();
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () => api.post<InquiryView>("/inquiries", {} satisfies z.input<typeof ManualInquiryBody>),
    onSuccess: async (inquiry) => {
      client.setQueryData(keys.inquiries("card", inquiry.id), inquiry);
      onMade(inquiry.id);
      await client.invalidateQueries({ queryKey: keys.inquiries("list") });
    },
    onError: showFailure,
  });
  if (can("inquiry", "create") === null || can("inquiry", "edit") === null) return null;
  return (
    <Button leftSection={<IconUserPlus size={16} />} loading={make.isPending} onClick={() => make.mutate()}>
      {t("byHand")}
    </Button>
  );
}
