import { Button, Group, Menu } from "@mantine/core";
import { IconArrowsDiff, IconDownload, IconFileSpreadsheet, IconFileTypeCsv, IconPhone, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { addressWith } from "../../app/address.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, NoRight, RowsSkeleton } from "../../app/states.tsx";
import { Section } from "../settings/Section.tsx";
import { Differences } from "./Differences.tsx";
import { RegisterFilters } from "./RegisterFilters.tsx";
import { RegisterTable } from "./RegisterTable.tsx";
import { Totals } from "./RegisterTotals.tsx";
import { exportUrl, FIELDS, filterOf, type RegisterFilter, useRegister } from "./register.ts";

/** All calls: who with whom, how long it took to answer and to talk, what became of it. */
export function RegisterPage() {
  const { t } = useTranslation("routing");
  const can = useCan();
  const [params, setParams] = useSearchParams();
  const [comparing, setComparing] = useState(false);
  const filter = filterOf(params);
  const register = useRegister(filter);
  if (can("call", "read") === null) return <NoRight />;
  const change = (next: Partial<RegisterFilter>) => setParams(addressWith(next), { replace: true });
  const rows = register.data?.pages.flatMap((page) => page.items) ?? [];
  const totals = register.data?.pages[0]?.totals;
  const narrowed = FIELDS.some((name) => name !== "period" && filter[name] !== "");
  const action = (
    <Group gap="sm" wrap="nowrap">
      {can("call", "read") === "all" ? (
        <Button variant="default" leftSection={<IconArrowsDiff size={16} />} onClick={() => setComparing(true)}>
          {t("register.differences")}
        </Button>
      ) : null}
      {can("call", "export") === null ? null : (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" leftSection={<IconDownload size={16} />}>
              {t("register.export")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component="a" href={exportUrl(filter, Date.now(), "xlsx")} download leftSection={<IconFileSpreadsheet size={16} />}>
              {t("import:export.xlsx")}
            </Menu.Item>
            <Menu.Item component="a" href={exportUrl(filter, Date.now(), "csv")} download leftSection={<IconFileTypeCsv size={16} />}>
              {t("import:export.csv")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
  return (
    <Section title={t("register.title")} purpose={t("register.purpose")} action={action}>
      <RegisterFilters filter={filter} onChange={change} />
      {register.isPending ? (
        <RowsSkeleton rows={8} height={44} />
      ) : register.data === undefined ? (
        <ErrorState error={register.error} onRetry={() => void register.refetch()} />
      ) : rows.length === 0 ? (
        narrowed ? (
          <Empty
            icon={<IconSearch />}
            title={t("common:nothingFound")}
            action={
              <Button variant="light" onClick={() => setParams({ period: filter.period }, { replace: true })}>
                {t("register.reset")}
              </Button>
            }
          />
        ) : (
          <Empty icon={<IconPhone />} title={t("register.empty")} text={t("register.emptyText")} />
        )
      ) : (
        <>
          {totals === undefined ? null : <Totals totals={totals} />}
          <RegisterTable rows={rows} />
          {register.hasNextPage ? (
            <Group justify="center" mt="md">
              <Button variant="subtle" loading={register.isFetchingNextPage} onClick={() => void register.fetchNextPage()}>
                {t("register.more")}
              </Button>
            </Group>
          ) : null}
        </>
      )}
      {comparing ? <Differences channelId={filter.channelId === "" ? null : filter.channelId} onClose={() => setComparing(false)} /> : null}
    </Section>
  );
}
