import type { InquiryView } from "@kommutator/contract/api/inquiry";
import { ActionIcon, Badge, Button, Checkbox, Group, Select } from "@mantine/core";
import { IconArrowForwardUp, IconForms, IconInbox, IconMail, IconMessage, IconPencil, IconPhoneCall, IconPhoneX, IconSearch, IconX } from "@tabler/icons-react";
import { type ComponentType, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { useCatalogues } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import { Register } from "../customer/Register.tsx";
import { Backlog } from "./Backlog.tsx";
import { useCallerName } from "./caller.ts";
import { HandOver } from "./HandOver.tsx";
import { InquiryPanel } from "./InquiryPanel.tsx";
import { ReceiveByHand } from "./ReceiveByHand.tsx";
import { RejectBox } from "./RejectBox.tsx";
import { isOpen, STATUS_COLOURS } from "./status.ts";

const ICONS: Record<InquiryView["origin"], ComponentType<{ size?: number; "aria-hidden"?: boolean }>> = {
  call: IconPhoneCall,
  missed_call: IconPhoneX,
  message: IconMessage,
  email: IconMail,
  form: IconForms,
  manual: IconPencil,
};
/** Received beside the list: it has no dialog, or its queue has the matter and not the talk. */
const inPanel = (row: InquiryView) => row.dialogId === null || (isOpen(row) && row.dispatchedQueue != null);
const STATUSES = ["unprocessed", "new", "in_wizard", "dispatched", "processed", "rejected"] as const;

/** What came in and is not received yet: how old, how urgent, whose. It leaves the list only by a decision. */
export function InquiryList() {
  const { t } = useTranslation("inquiries");
  const can = useCan();
  const format = useFormat();
  const caller = useCallerName();
  const now = useNow(30_000);
  const catalogues = useCatalogues();
  const [status, setStatus] = useState<string>("unprocessed");
  const [origin, setOrigin] = useState<string | null>(null);
  const [holder, setHolder] = useState<string | null>(null);
  const [queueId, setQueue] = useState<string | null>(null);
  const [channel, setChannel] = useState<{ id: string; name: string } | null>(null);
  const [overdue, setOverdue] = useState(false);
  const [params, setParams] = useSearchParams();
  const shown = params.get("inquiry");
  const show = (id: string | null) => setParams(id === null ? {} : { inquiry: id }, { replace: id === null });
  const [box, setBox] = useState<{ what: "hand" | "reject"; inquiry: InquiryView } | null>(null);
  if (can("inquiry", "read") === null) return <NoRight />;
  const late = (row: InquiryView) =>
    !isOpen(row) || row.dueAt === null
      ? undefined
      : Date.parse(row.dueAt) < now
        ? classes["red"]
        : Date.parse(row.dueAt) - now < 300_000
          ? classes["amber"]
          : undefined;
  const lists = catalogues.data;
  const narrow = (next: { holder?: string; queueId?: string; channel?: { id: string; name: string }; overdue?: boolean }) => {
    setStatus("unprocessed");
    setHolder(next.holder ?? null);
    setQueue(next.queueId ?? null);
    setChannel(next.channel ?? null);
    setOverdue(next.overdue ?? false);
  };
  return (
    <>
      <Register<InquiryView>
        title={t("list.title")}
        path="/inquiries"
        queryKey={keys.inquiries("list")}
        query={{
          status,
          origin: origin ?? undefined,
          holder: holder ?? undefined,
          queueId: queueId ?? undefined,
          channelId: channel?.id,
          overdue: overdue ? "true" : undefined,
        }}
        below={
          <Backlog
            onHolder={(id) => narrow({ holder: id })}
            onQueue={(id) => narrow({ queueId: id })}
            onChannel={(each) => narrow({ channel: each })}
            onOverdue={() => narrow({ overdue: true })}
          />
        }
        actions={<ReceiveByHand onMade={show} />}
        to={(row) => (inPanel(row) ? { path: `/inquiries?inquiry=${row.id}` } : { path: `/dialogs/${row.dialogId}`, state: { receive: true } })}
        filters={
          <>
            <Select
              w={180}
              aria-label={t("field.status")}
              data={STATUSES.map((each) => ({ value: each, label: t(`status.${each}`) }))}
              value={status}
              onChange={(value) => setStatus(value ?? "unprocessed")}
            />
            <Select
              w={170}
              clearable
              allowDeselect
              aria-label={t("field.origin")}
              placeholder={t("field.origin")}
              data={Object.keys(ICONS).map((each) => ({ value: each, label: t(`origin.${each}`) }))}
              value={origin}
              onChange={setOrigin}
            />
            <Select
              w={180}
              searchable
              clearable
              allowDeselect
              aria-label={t("field.dispatchedTo")}
              placeholder={t("field.dispatchedTo")}
              data={[{ value: "nobody", label: t("backlog.nobody") }, ...(lists?.employees ?? []).map((each) => ({ value: each.id, label: each.name }))]}
              value={holder}
              onChange={setHolder}
            />
            <Select
              w={160}
              clearable
              allowDeselect
              aria-label={t("field.queue")}
              placeholder={t("field.queue")}
              data={(lists?.queues ?? []).map((each) => ({ value: each.id, label: each.name }))}
              value={queueId}
              onChange={setQueue}
            />
            {channel === null ? null : (
              <Button variant="light" rightSection={<IconX size={14} />} title={t("field.channel")} onClick={() => setChannel(null)}>
                {channel.name}
              </Button>
            )}
            <Checkbox label={t("field.overdue")} checked={overdue} onChange={(event) => setOverdue(event.currentTarget.checked)} />
          </>
        }
        columns={[
          { name: "number", label: "№", numeric: true, cell: (row) => <Link to={`/inquiries?inquiry=${row.id}`}>{row.number}</Link> },
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
          { name: "party", label: t("field.party"), title: caller, cell: (row) => <span className={classes["name"]}>{caller(row)}</span> },
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
          {
            name: "to",
            label: t("field.dispatchedTo"),
            cell: (row) => row.processedBy?.name ?? row.holder?.name ?? row.dispatchedQueue?.name ?? row.rule?.name ?? "",
          },
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
              isOpen(row) ? (
                <Group gap={4} wrap="nowrap" justify="flex-end">
                  {row.dialogId === null && can("inquiry", "edit") === null ? null : (
                    <Button
                      component={Link}
                      to={inPanel(row) ? `/inquiries?inquiry=${row.id}` : `/dialogs/${row.dialogId}`}
                      state={{ receive: true }}
                      size="compact-xs"
                      variant="light"
                    >
                      {t("receive")}
                    </Button>
                  )}
                  {can("inquiry", "edit") === null ? null : (
                    <>
                      <ActionIcon
                        size="sm"
                        variant="subtle"
                        aria-label={t("hand.title", { number: row.number })}
                        title={t("hand.button")}
                        onClick={() => setBox({ what: "hand", inquiry: row })}
                      >
                        <IconArrowForwardUp size={16} />
                      </ActionIcon>
                      <ActionIcon
                        size="sm"
                        variant="subtle"
                        color="red"
                        aria-label={t("reject.title", { number: row.number })}
                        title={t("reject.button")}
                        onClick={() => setBox({ what: "reject", inquiry: row })}
                      >
                        <IconX size={16} />
                      </ActionIcon>
                    </>
                  )}
                </Group>
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
      {shown === null ? null : <InquiryPanel key={shown} id={shown} onClose={() => show(null)} />}
      {box?.what === "hand" ? <HandOver inquiry={box.inquiry} onClose={() => setBox(null)} /> : null}
      {box?.what === "reject" ? <RejectBox inquiry={box.inquiry} onClose={() => setBox(null)} /> : null}
    </>
  );
}
