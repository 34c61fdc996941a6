import type { InquiryView } from "@kommutator/contract/api/inquiry";
import { Badge, Button, Group, Stack } from "@mantine/core";
import { IconMessages } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { useCatalogues, useNamed } from "../../app/catalogues.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { AuditLink } from "../administration/AuditLink.tsx";
import classes from "../customer/customer.module.css";
import { useDialog } from "../dialogs/queries.ts";
import { CardAnnex } from "../files/CardAnnex.tsx";
import { InquiryWizard } from "../reception/InquiryWizard.tsx";
import { Processed } from "../reception/Processed.tsx";
import { ReceptionWizard } from "../reception/ReceptionWizard.tsx";
import { SideDrawer } from "../settings/FormDrawer.tsx";
import { useCallerName } from "./caller.ts";
import { isOpen, STATUS_COLOURS } from "./status.ts";

/** One inquiry beside its list: where it stands, its reception when no dialog has it, tasks and files. */
export function InquiryPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("inquiries");
  const inquiry = useQuery({ queryKey: keys.inquiries("card", id), queryFn: ({ signal }) => api.get<InquiryView>(`/inquiries/${id}`, { signal }) });
  return (
    <SideDrawer title={inquiry.data === undefined ? t("card.title") : t("card.numbered", { number: inquiry.data.number })} onClose={onClose} wide>
      {inquiry.isPending ? (
        <RowsSkeleton rows={6} height={34} />
      ) : inquiry.isError ? (
        <ErrorState error={inquiry.error} onRetry={() => void inquiry.refetch()} />
      ) : (
        <Card inquiry={inquiry.data} />
      )}
    </SideDrawer>
  );
}

function Card({ inquiry }: { inquiry: InquiryView }) {
  const { t } = useTranslation("inquiries");
  const can = useCan();
  const format = useFormat();
  const catalogues = useCatalogues();
  const name = useNamed();
  const caller = useCallerName();
  const editable = can("inquiry", "edit") !== null;
  const facts: [string, string | null | undefined][] = [
    [t("field.party"), caller(inquiry)],
    [t("field.purpose"), catalogues.data?.purposes.find((each) => each.id === (inquiry.purposeId ?? inquiry.suggestedPurposeId))?.name],
    [t("field.age"), format.full(inquiry.receivedAt)],
    [t("field.dueAt"), inquiry.dueAt === null || !isOpen(inquiry) ? null : format.full(inquiry.dueAt)],
    [t("field.dispatchedTo"), inquiry.holder?.name ?? inquiry.dispatchedQueue?.name],
    [t("field.source"), name(inquiry.source)],
  ];
  return (
    <Stack gap="md">
      <Group gap={8}>
        <Badge variant="light" color={STATUS_COLOURS[inquiry.status]}>
          {t(`status.${inquiry.status}`)}
        </Badge>
        <span className={classes["dim"]}>{t(`origin.${inquiry.origin}`)}</span>
        <span style={{ flex: 1 }} />
        {inquiry.dialogId === null ? null : inquiry.status === "dispatched" ? (
          <TalkIfSeen dialogId={inquiry.dialogId} />
        ) : (
          <Talk dialogId={inquiry.dialogId} receive={isOpen(inquiry) && editable} />
        )}
        <AuditLink kind="inquiry" id={inquiry.id} />
      </Group>
      <dl className={classes["facts"]}>
        {facts
          .filter(([, value]) => value != null && value !== "")
          .map(([label, value]) => (
            <Fact key={label} label={label} value={value ?? ""} />
          ))}
      </dl>
      {!isOpen(inquiry) ? (
        <Processed dialogId={inquiry.dialogId} inquiry={inquiry} />
      ) : !editable ? null : inquiry.dialogId === null ? (
        <InquiryWizard inquiryId={inquiry.id} />
      ) : inquiry.status === "dispatched" ? (
        // Whoever got it need not have the talk itself, which stays with whom it was held by.
        <ReceptionWizard dialogId={inquiry.dialogId} />
      ) : null}
      <CardAnnex object="inquiry" id={inquiry.id} editable={editable} plain />
    </Stack>
  );
}

function Talk({ dialogId, receive }: { dialogId: string; receive: boolean }) {
  const { t } = useTranslation("inquiries");
  return (
    <Button
      component={Link}
      to={`/dialogs/${dialogId}`}
      state={{ receive }}
      size="xs"
      variant={receive ? "filled" : "default"}
      leftSection={<IconMessages size={15} />}
    >
      {t(receive ? "receive" : "card.dialog")}
    </Button>
  );
}

/** The talk stays with whom it was held by: not everybody to whom the matter was handed may open it. */
function TalkIfSeen({ dialogId }: { dialogId: string }) {
  return useDialog(dialogId).data === undefined ? null : <Talk dialogId={dialogId} receive={false} />;
}

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
