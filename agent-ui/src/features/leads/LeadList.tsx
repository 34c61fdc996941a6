import type { LeadView } from "@kommutator/contract/api/lead";
import { Badge, Button, Chip, Select } from "@mantine/core";
import { IconPlus, IconSearch, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useCatalogues, useNamed } from "../../app/catalogues.ts";
import { useFormat, useNow, usePhone } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan, useMe } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import { Register } from "../customer/Register.tsx";
import { useLeadName } from "./called.ts";
import { LeadForm } from "./LeadForm.tsx";

export const STATUSES = ["new", "in_work", "qualified", "converted", "disqualified"] as const;
export const STATUS_COLOURS = { new: "blue", in_work: "yellow", qualified: "green", converted: "gray", disqualified: "gray" } as const;

export const isOpen = (lead: Pick<LeadView, "status">) => lead.status === "new" || lead.status === "in_work" || lead.status === "qualified";
/** The deadline that comes first of those not met. */
const nextDue = (lead: LeadView): string | null =>
  [lead.firstContactAt === null ? lead.firstContactDueAt : null, lead.dueAt].filter((at) => at !== null).sort((a, b) => Date.parse(a) - Date.parse(b))[0] ??
  null;

/** Potential clients: made from unknown callers and writers, or by hand. */
export function LeadList() {
  const { t } = useTranslation("leads");
  const name = useNamed();
  const nameOf = useLeadName();
  const can = useCan();
  const me = useMe();
  const navigate = useNavigate();
  const format = useFormat();
  const phone = usePhone();
  const now = useNow(60_000);
  const catalogues = useCatalogues();
  const [status, setStatus] = useState<string | null>(null);
  const [responsibleId, setResponsible] = useState<string | null>(null);
  const [sourceId, setSource] = useState<string | null>(null);
  const [marks, setMarks] = useState<string[]>([]);
  const [making, setMaking] = useState(false);
  if (can("lead", "read") === null) return <NoRight />;
  const add =
    can("lead", "create") === null ? null : (
      <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
        {t("list.add")}
      </Button>
    );
  return (
    <>
      <Register<LeadView>
        title={t("list.title")}
        path="/leads"
        queryKey={keys.leads("list")}
        query={{
          status: status ?? undefined,
          responsibleId: responsibleId ?? undefined,
          sourceId: sourceId ?? undefined,
          ...Object.fromEntries(marks.map((each) => [each, "true"])),
        }}
        searchLabel={t("list.search")}
        to={(row) => ({ path: `/leads/${row.id}` })}
        actions={add}
        filters={
          <>
            <Select
              w={160}
              clearable
              allowDeselect
              aria-label={t("field.status")}
              placeholder={t("list.anyStatus")}
              data={STATUSES.map((each) => ({ value: each, label: t(`status.${each}`) }))}
              value={status}
              onChange={setStatus}
            />
            <Select
              w={158}
              searchable
              clearable
              allowDeselect
              aria-label={t("field.responsible")}
              placeholder={t("field.responsible")}
              data={[
                { value: "nobody", label: t("nobody") },
                ...(catalogues.data?.employees ?? []).map((each) => ({
                  value: each.id,
                  label: each.id === me.id ? t("list.me", { name: each.name }) : each.name,
                })),
              ]}
              value={responsibleId}
              onChange={setResponsible}
            />
            <Select
              w={124}
              searchable
              clearable
              allowDeselect
              aria-label={t("field.source")}
              placeholder={t("field.source")}
              data={(catalogues.data?.sources ?? []).map((each) => ({ value: each.id, label: each.name }))}
              value={sourceId}
              onChange={setSource}
            />
            <Chip.Group multiple value={marks} onChange={setMarks}>
              {(["overdue", "noContact"] as const).map((each) => (
                <Chip key={each} value={each} size="xs" variant="light">
                  {t(`list.${each}`)}
                </Chip>
              ))}
            </Chip.Group>
          </>
        }
        columns={[
          {
            name: "name",
            label: t("field.contactName"),
            cell: (row) => <span className={classes["name"]}>{nameOf(row)}</span>,
          },
          { name: "company", label: t("field.companyName"), title: (row) => row.companyName ?? undefined, cell: (row) => row.companyName ?? "" },
          {
            name: "points",
            label: t("field.points"),
            // The key of a browser is no way to reach anybody.
            cell: (row) =>
              row.contactPoints
                .filter((each) => each.kind !== "site_visitor")
                .map((each) => phone(each.value))
                .join(", "),
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
            name: "source",
            label: t("field.source"),
            title: (row) => (row.lastSource === null ? undefined : `${t("field.lastSource")}: ${name(row.lastSource)}`),
            cell: (row) => name(row.source),
          },
          {
            name: "responsible",
            label: t("field.responsible"),
            cell: (row) => row.responsible?.name ?? <span className={classes["amber"]}>{t("nobody")}</span>,
          },
          {
            name: "due",
            label: t("field.dueAt"),
            title: (row) =>
              [row.firstContactAt === null ? row.firstContactDueAt : null, row.dueAt].flatMap((at) => (at === null ? [] : [format.full(at)])).join(" · "),
            cell: (row) =>
              !isOpen(row) || nextDue(row) === null ? (
                ""
              ) : (
                <span className={row.overdue ? classes["red"] : undefined}>
                  {row.overdue ? `${t("list.late")} ` : ""}
                  {format.stamp(nextDue(row) ?? "", now)}
                </span>
              ),
          },
          { name: "created", label: t("field.createdAt"), title: (row) => format.full(row.createdAt), cell: (row) => format.ago(row.createdAt, now) },
        ]}
        empty={<Empty icon={<IconUserPlus />} title={t("list.empty")} text={t("list.emptyHint")} action={add} />}
        nothing={<Empty icon={<IconSearch />} title={t("common:nothingFound")} text={t("list.nothing")} />}
      />
      {making ? <LeadForm lead={null} onClose={() => setMaking(false)} onSaved={(saved) => void navigate(`/leads/${saved.id}`)} /> : null}
    </>
  );
}
