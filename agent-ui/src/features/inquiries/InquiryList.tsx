import type { InquiryView } from "@kommutator/contract/api/inquiry";
import { Badge, Button, Select } from "@mantine/core";
import { IconForms, IconInbox, IconMail, IconMessage, IconPencil, IconPhoneCall, IconPhoneX, IconSearch } from "@tabler/icons-react";
import { type ComponentType, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import { Register } from "../customer/Register.tsx";

const ICONS: Record<InquiryView["origin"], ComponentType<{ size?: number; "aria-hidden"?: boolean }>> = {
  call: IconPhoneCall,
  missed_call: IconPhoneX,
  message: IconMessage,
  email: IconMail,
  form: IconForms,
  manual: IconPencil,
};
const STATUSES = ["unprocessed", "new", "in_wizard", "dispatched", "processed", "rejected"] as const;
const STATUS_COLOURS = { new: "blue", in_wizard: "yellow", dispatched: "grape", processed: "green", rejected: "gray" } as const;
const isOpen = (row: InquiryView) => row.status !== "processed" && row.status !== "rejected";

/** What came in and is not received yet: how old, how urgent, whose. It leaves the list only by a decision. */
export function InquiryList() {
  const { t } = useTranslation("inquiries");
  const can = useCan();
  const format = useFormat();
  const now = useNow(30_000);
  const catalogues = useCatalogues();
  const [status, setStatus] = useState<string>("unprocessed");
  if (can("inquiry", "read") === null) return <NoRight />;
  const late = (row: InquiryView) =>
    !isOpen(row) || row.dueAt === null
      ? undefined
      : Date.parse(row.dueAt) < now
        ? classes["red"]
        : Date.parse(row.dueAt) - now < 300_000
          ? classes["amber"]
          : undefined;
  return (
    <Register<InquiryView>
      title={t("list.title")}
      path="/inquiries"
      queryKey={keys.inquiries("list")}
      query={{ status }}
      to={(row) => (row.dialogId === null ? null : { path: `/dialogs/${row.dialogId}`, state: { receive: true } })}
      filters={
        <Select
          w={230}
          aria-label={t("field.status")}
          data={STATUSES.map((each) => ({ value: each, label: t(`status.${each}`) }))}
          value={status}
          onChange={(value) => setStatus(value ?? "unprocessed")}
        />
      }
      columns={[
        { name: "number", label: "№", numeric: true, cell: (row) => row.number },
        {
          name: "origin",
          label: t("field.origin"),
          cell: (row) => {
            const Shape = ICONS[row.origin];
            return (
              <span style={{ display: "inline-flex", alignItems: "center", gap: 6 }} className={row.origin === "missed_call" ? classes["red"] : undefined}>
                <Shape size={16} aria-hidden />
                {t(`origin.${row.origin}`)}
                {row.attempts > 1 ? <Badge size="xs" color="red" variant="light">{`×${row.attempts}`}</Badge> : null}
              </span>
            );
          },
        },
        { name: "party", label: t("field.party"), title: (row) => row.party.name, cell: (row) => <span className={classes["name"]}>{row.party.name}</span> },
        {
          name: "purpose",
          label: t("field.purpose"),
          cell: (row) => catalogues.data?.purposes.find((each) => each.id === (row.purposeId ?? row.suggestedPurposeId))?.name ?? "",
        },
        {
          name: "age",
          label: t("field.age"),
          title: (row) => format.full(row.receivedAt),
          cell: (row) => <span className={late(row)}>{format.ago(row.receivedAt, now)}</span>,
        },
        {
          name: "due",
          label: t("field.dueAt"),
          title: (row) => (row.dueAt === null ? undefined : format.full(row.dueAt)),
          cell: (row) =>
            row.dueAt === null || !isOpen(row) ? (
              ""
            ) : (
              <span className={late(row)}>
                {Date.parse(row.dueAt) < now ? t("overdue", { span: format.span(now - Date.parse(row.dueAt)) }) : format.stamp(row.dueAt, now)}
              </span>
            ),
        },
        { name: "to", label: t("field.dispatchedTo"), cell: (row) => row.processedBy?.name ?? row.dispatchedTo?.name ?? "" },
        {
          name: "status",
          label: t("field.status"),
          cell: (row) => (
            <Badge size="sm" variant="light" color={STATUS_COLOURS[row.status]}>
              {t(`status.${row.status}`)}
            </Badge>
          ),
        },
        {
          name: "open",
          label: "",
          cell: (row) =>
            row.dialogId !== null && isOpen(row) ? (
              <Button component={Link} to={`/dialogs/${row.dialogId}`} state={{ receive: true }} size="compact-xs" variant="light">
                {t("receive")}
              </Button>
            ) : row.interestId !== null ? (
              <Button component={Link} to={`/interests/${row.interestId}`} size="compact-xs" variant="subtle">
                {t("interest")}
              </Button>
            ) : null,
        },
      ]}
      empty={<Empty icon={<IconInbox />} title={t("list.empty")} text={t("list.emptyHint")} />}
      nothing={
        status === "unprocessed" || status === "new" ? (
          <Empty icon={<IconInbox />} title={t("list.empty")} text={t("list.emptyHint")} />
        ) : (
          <Empty icon={<IconSearch />} title={t("common:nothingFound")} />
        )
      }
    />
  );
}
