import type { InquiryView } from "@kommutator/contract/api/inquiry";
import { Alert, Anchor, Button } from "@mantine/core";
import { IconArrowBackUp, IconCheck, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat, useNow } from "../../app/format.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useUndo } from "./queries.ts";

/**
 * The reception is over: by whom, when, into which Interest, and for a minute the way back; or handed on: to whom, until when. `conflict`: somebody was
 * quicker than this form.
 */
export function Processed({ dialogId, inquiry, conflict = false }: { dialogId: string | null; inquiry: InquiryView; conflict?: boolean }) {
  const { t } = useTranslation("reception");
  const format = useFormat();
  const now = useNow(1000);
  const { until, undo } = useUndo(dialogId, inquiry);
  const left = until === null || conflict ? 0 : Math.ceil((until - now) / 1000);
  useShortcut(left > 0 ? { keys: "ctrl+z", label: "reception:shortcuts.undo", run: () => undo.mutate() } : null);
  const by = inquiry.processedBy?.name ?? inquiry.rule?.name ?? t("processed.somebody");
  const handed = inquiry.status === "dispatched";
  const at = inquiry.processedAt === null ? "" : format.full(inquiry.processedAt);
  return (
    <Alert
      color={conflict ? "yellow" : handed ? "blue" : inquiry.status === "rejected" ? "gray" : "green"}
      icon={conflict ? <IconUsers size={18} /> : <IconCheck size={18} />}
      title={t(conflict ? "processed.conflict" : handed ? "processed.handed" : inquiry.status === "rejected" ? "processed.rejected" : "processed.done", {
        number: inquiry.number,
      })}
      role="status"
      data-processed={inquiry.status}
    >
      {handed
        ? t("processed.to", {
            name: inquiry.dispatchedTo?.name ?? t("dispatch.queue", { name: inquiry.dispatchedQueue?.name ?? "" }),
            at: inquiry.dueAt === null ? "" : format.stamp(inquiry.dueAt, now),
          })
        : t("processed.by", { name: by, at })}{" "}
      {inquiry.claim == null ? null : <>{t("processed.claim", { number: inquiry.claim.number, title: inquiry.claim.title })} </>}
      {inquiry.rejectReason ? <>{inquiry.rejectReason} </> : null}
      {inquiry.interestId === null ? null : (
        <Anchor component={Link} to={`/interests/${inquiry.interestId}`} inherit c="inherit" underline="always">
          {t("processed.open")}
        </Anchor>
      )}
      {left > 0 ? (
        <Button
          mt={8}
          size="compact-sm"
          variant="default"
          display="block"
          leftSection={<IconArrowBackUp size={15} />}
          loading={undo.isPending}
          onClick={() => undo.mutate()}
          data-testid="undo"
        >
          {t("processed.undo", { seconds: left })}
        </Button>
      ) : null}
    </Alert>
  );
}
