import type { LossReport } from "@kommutator/contract/api/interest";
import { Select, Table } from "@mantine/core";
import { IconMoodSmile } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues, useNamed } from "../../app/catalogues.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, NoRight, RowsSkeleton } from "../../app/states.tsx";
import pages from "../customer/customer.module.css";
import { ExportButton } from "../import/ExportButton.tsx";
import { Views } from "./Views.tsx";

const PERIODS = [30, 90, 365] as const;

/** Why Interests were lost: count, share and amount by reason (IN-11). */
export function LossPage() {
  const { t } = useTranslation("interests");
  const can = useCan();
  const format = useFormat();
  const catalogues = useCatalogues();
  const name = useNamed();
  const [days, setDays] = useState<(typeof PERIODS)[number]>(90);
  const [kindId, setKind] = useState<string | null>(null);
  const from = dayjs().subtract(days, "day").format("YYYY-MM-DD");
  const to = dayjs().format("YYYY-MM-DD");
  const report = useQuery({
    queryKey: keys.interests("losses", from, to, kindId),
    queryFn: ({ signal }) => api.get<LossReport>("/interests/loss-reasons", { signal, query: { from, to, kindId: kindId ?? undefined } }),
  });
  if (can("interest", "read") === null) return <NoRight />;
  const total = report.data?.total.count ?? 0;
  const money = (sums: LossReport["total"]["sums"]) => sums.map((s) => format.money(s.amount, s.currency)).join(" · ");
  return (
    <div className={pages["page"]}>
      <div className={pages["head"]}>
        <h1>{t("losses.title")}</h1>
        <Views />
        <Select
          w={150}
          aria-label={t("losses.period")}
          data={PERIODS.map((each) => ({ value: String(each), label: t("losses.days", { count: each }) }))}
          value={String(days)}
          onChange={(value) => setDays(Number(value) as typeof days)}
        />
        <Select
          w={170}
          clearable
          allowDeselect
          aria-label={t("field.kind")}
          placeholder={t("field.kind")}
          data={(catalogues.data?.interestKinds ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={kindId}
          onChange={setKind}
        />
        <span style={{ flex: 1 }} />
        <ExportButton list="loss-reasons" query={{ from, to, kindId: kindId ?? undefined }} />
      </div>
      <div className={pages["sheet"]}>
        {report.isPending ? (
          <RowsSkeleton rows={6} height={30} />
        ) : report.isError ? (
          <ErrorState error={report.error} onRetry={() => void report.refetch()} />
        ) : total === 0 ? (
          <Empty icon={<IconMoodSmile />} title={t("losses.empty")} text={t("losses.emptyHint")} />
        ) : (
          <Table verticalSpacing={8} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("field.lossReason")}</Table.Th>
                <Table.Th>{t("losses.kind")}</Table.Th>
                <Table.Th ta="right">{t("losses.count")}</Table.Th>
                <Table.Th ta="right">{t("losses.share")}</Table.Th>
                <Table.Th ta="right">{t("field.amount")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {report.data.reasons.map((row) => (
                <Table.Tr key={row.id}>
                  <Table.Td>{name(row)}</Table.Td>
                  <Table.Td>{t(`close.kind.${row.kind}`)}</Table.Td>
                  <Table.Td ta="right">{format.number(row.count)}</Table.Td>
                  <Table.Td ta="right">{format.percent(row.count / total)}</Table.Td>
                  <Table.Td ta="right">{money(row.sums)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
            <Table.Tfoot>
              <Table.Tr>
                <Table.Th colSpan={2}>{t("losses.total")}</Table.Th>
                <Table.Th ta="right">{format.number(total)}</Table.Th>
                <Table.Th ta="right">{format.percent(1)}</Table.Th>
                <Table.Th ta="right">{money(report.data.total.sums)}</Table.Th>
              </Table.Tr>
            </Table.Tfoot>
          </Table>
        )}
      </div>
    </div>
  );
}
