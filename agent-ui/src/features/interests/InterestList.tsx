import type { InterestListRow } from "@kommutator/contract/api/interest";
import { Select } from "@mantine/core";
import { IconSearch, IconTargetArrow } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCatalogues, useNamed } from "../../app/catalogues.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan, useMe } from "../../app/me.ts";
import { Empty, NoRight } from "../../app/states.tsx";
import classes from "../customer/customer.module.css";
import { Register } from "../customer/Register.tsx";
import { LightMark } from "./Light.tsx";
import { Views } from "./Views.tsx";

const STATUSES = ["open", "won", "lost", "cancelled"] as const;

/** Interests with stage and next step; what is late is red. */
export function InterestList() {
  const { t } = useTranslation("interests");
  const can = useCan();
  const me = useMe();
  const format = useFormat();
  const now = useNow(60_000);
  const catalogues = useCatalogues();
  const name = useNamed();
  const [status, setStatus] = useState<string | null>("open");
  const [kindId, setKind] = useState<string | null>(null);
  const [responsibleId, setResponsible] = useState<string | null>(null);
  const [flag, setFlag] = useState<string | null>(null);
  if (can("interest", "read") === null) return <NoRight />;
  return (
    <Register<InterestListRow>
      title={t("list.title")}
      path="/interests"
      queryKey={keys.interests("list")}
      query={{ status: status ?? undefined, kindId: kindId ?? undefined, responsibleId: responsibleId ?? undefined, flag: flag ?? undefined }}
      searchLabel={t("list.search")}
      to={(row) => ({ path: `/interests/${row.id}` })}
      filters={
        <>
          <Views />
          <Select
            w={130}
            clearable
            allowDeselect
            aria-label={t("field.status")}
            placeholder={t("list.anyStatus")}
            data={STATUSES.map((each) => ({ value: each, label: t(`status.${each}`) }))}
            value={status}
            onChange={setStatus}
          />
          <Select
            w={120}
            clearable
            allowDeselect
            aria-label={t("field.kind")}
            placeholder={t("field.kind")}
            data={(catalogues.data?.interestKinds ?? []).map((each) => ({ value: each.id, label: each.name }))}
            value={kindId}
            onChange={setKind}
          />
          <Select
            w={150}
            searchable
            clearable
            allowDeselect
            aria-label={t("field.responsible")}
            placeholder={t("field.responsible")}
            data={(catalogues.data?.employees ?? []).map((each) => ({
              value: each.id,
              label: each.id === me.id ? t("list.me", { name: each.name }) : each.name,
            }))}
            value={responsibleId}
            onChange={setResponsible}
          />
          <Select
            w={125}
            clearable
            allowDeselect
            aria-label={t("list.flag")}
            placeholder={t("list.flag")}
            data={(["late", "stuck"] as const).map((value) => ({ value, label: t(`timer.${value}`) }))}
            value={flag}
            onChange={setFlag}
          />
        </>
      }
      columns={[
        { name: "number", label: "№", numeric: true, cell: (row) => row.number },
        {
          name: "title",
          label: t("field.title"),
          title: (row) => row.title,
          cell: (row) => (
            <>
              {row.light === null ? null : <LightMark light={row.light} />} <span className={classes["name"]}>{row.title}</span>
            </>
          ),
        },
        {
          name: "customer",
          label: t("field.customer"),
          title: (row) => row.customer?.name,
          cell: (row) =>
            row.customer !== null ? (
              <Link to={`/customers/${row.customer.id}`}>{row.customer.name}</Link>
            ) : row.leadId !== null ? (
              <Link to={`/leads/${row.leadId}`}>{t("lead")}</Link>
            ) : (
              ""
            ),
        },
        { name: "kind", label: t("field.kind"), cell: (row) => name(row.kind) },
        {
          name: "stage",
          label: t("field.stage"),
          title: (row) => (row.onHoldUntil === null ? undefined : t("timer.holdUntil", { date: format.date(row.onHoldUntil) })),
          cell: (row) =>
            row.status === "open" ? (
              <>
                {name(row.stage)}
                {row.onHoldUntil === null ? null : <span className={classes["dim"]}> · {t("timer.hold")}</span>}
                {row.flags.length === 0 ? null : <span className={classes["red"]}> · {t(`timer.${row.flags.at(-1)}`)}</span>}
              </>
            ) : (
              <span className={classes["dim"]}>{t(`status.${row.status}`)}</span>
            ),
        },
        {
          name: "next",
          label: t("field.next"),
          title: (row) => (row.nextStepAt === null ? undefined : format.full(row.nextStepAt)),
          cell: (row) =>
            row.status !== "open" ? (
              ""
            ) : row.nextStepAt === null ? (
              <span className={classes["amber"]}>{t("list.noNext")}</span>
            ) : (
              <span className={Date.parse(row.nextStepAt) < now ? classes["red"] : undefined}>{format.stamp(row.nextStepAt, now)}</span>
            ),
        },
        { name: "responsible", label: t("field.responsible"), cell: (row) => row.responsible?.name ?? "" },
        { name: "amount", label: t("field.amount"), numeric: true, cell: (row) => (row.amount === null ? "" : format.money(row.amount, row.currency)) },
        {
          name: "activity",
          label: t("field.activity"),
          title: (row) => (row.lastActivityAt === null ? undefined : format.full(row.lastActivityAt)),
          cell: (row) => (row.lastActivityAt === null ? "" : format.ago(row.lastActivityAt, now)),
        },
      ]}
      empty={<Empty icon={<IconTargetArrow />} title={t("list.empty")} text={t("list.emptyHint")} />}
      nothing={<Empty icon={<IconSearch />} title={t("common:nothingFound")} text={t("list.nothing")} />}
    />
  );
}
