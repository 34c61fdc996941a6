import type { InquiryView } from "@kommutator/contract/api/inquiry";
import { Alert, Anchor } from "@mantine/core";
import { IconCheck, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat } from "../../app/format.ts";

/** The reception is over: by whom, when, into which Interest. `conflict`: somebody was quicker than this form. */
export function Processed({ inquiry, conflict = false }: { inquiry: InquiryView; conflict?: boolean }) {
  const { t } = useTranslation("reception");
  const format = useFormat();
  const by = inquiry.processedBy?.name ?? t("processed.somebody");
  const at = inquiry.processedAt === null ? "" : format.full(inquiry.processedAt);
  return (
    <Alert
      color={conflict ? "yellow" : inquiry.status === "rejected" ? "gray" : "green"}
      icon={conflict ? <IconUsers size={18} /> : <IconCheck size={18} />}
      title={t(conflict ? "processed.conflict" : inquiry.status === "rejected" ? "processed.rejected" : "processed.done", { number: inquiry.number })}
      role="status"
      data-processed={inquiry.status}
    >
      {t("processed.by", { name: by, at })}{" "}
      {inquiry.interestId === null ? null : (
        <Anchor component={Link} to={`/interests/${inquiry.interestId}`} inherit c="inherit" underline="always">
          {t("processed.open")}
        </Anchor>
      )}
    </Alert>
  );
}
