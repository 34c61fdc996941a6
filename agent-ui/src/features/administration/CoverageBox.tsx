import type { RequiredRuleView, RuleCoverage } from "@kommutator/contract/api/required-field";
import { Group, List, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { SideDrawer } from "../settings/FormDrawer.tsx";
import { REQUIRED_KEY } from "./queries.ts";
import { fieldName } from "./required.ts";

const PAGES: Partial<Record<RequiredRuleView["object"], string>> = { customer: "customers", lead: "leads", interest: "interests" };

/** How many records a rule concerns, how many would fail it now, and some of them to begin with. */
export function CoverageBox({ rule, onClose }: { rule: RequiredRuleView; onClose: () => void }) {
  const { t, i18n } = useTranslation("administration");
  const format = useFormat();
  const report = useQuery({
    queryKey: [...REQUIRED_KEY, rule.id, "coverage"],
    queryFn: ({ signal }) => api.get<z.infer<typeof RuleCoverage>>(`/required-fields/${rule.id}/coverage`, { signal }),
  });
  const page = PAGES[rule.object];
  return (
    <SideDrawer title={`${t("required.coverage")}: ${t(`objects.${rule.object}`)} · ${fieldName(rule, i18n.language)}`} onClose={onClose}>
      {report.isPending ? (
        <RowsSkeleton rows={4} height={32} />
      ) : report.data === undefined ? (
        <ErrorState error={report.error} onRetry={() => void report.refetch()} />
      ) : (
        <Stack>
          <Text size="sm" c="dimmed">
            {t("required.coverageText")}
          </Text>
          <Progress
            size="lg"
            value={report.data.concerned === 0 ? 100 : (100 * (report.data.concerned - report.data.failing)) / report.data.concerned}
            color="teal"
            aria-label={t("required.coverage")}
          />
          <Group gap="xl">
            {(["concerned", "failing", "unknown", "deferred"] as const).map((key) => (
              <div key={key}>
                <Text fw={650} size="xl">
                  {format.number(report.data[key])}
                </Text>
                <Text size="xs" c="dimmed">
                  {t(`required.counts.${key}`)}
                </Text>
              </div>
            ))}
          </Group>
          {report.data.examples.length === 0 ? null : (
            <div>
              <Text fw={600} size="sm" mb={4}>
                {t("required.examples")}
              </Text>
              <List size="sm" spacing={2}>
                {report.data.examples.map((each) => (
                  <List.Item key={each.id}>{page === undefined ? each.name : <Link to={`/${page}/${each.id}`}>{each.name}</Link>}</List.Item>
                ))}
              </List>
            </div>
          )}
        </Stack>
      )}
    </SideDrawer>
  );
}
