import type { DepartmentPastView, MembershipView } from "@kommutator/contract/api/admin";
import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import classes from "./administration.module.css";

type Stay = z.infer<typeof MembershipView>;
type State = z.infer<typeof DepartmentPastView>;

/** In which departments an employee was, from when to when (AD-03). */
export function EmployeePast({ id }: { id: string }) {
  return <Past<Stay> path={`/employees/${id}/departments`} what={(stay) => stay.department.name} />;
}

/** What a department was called, under which it stood and who led it, from when to when (AD-03). */
export function DepartmentPast({ id }: { id: string }) {
  const { t } = useTranslation("administration");
  return (
    <Past<State>
      path={`/departments/${id}/history`}
      what={(state) => (
        <>
          {state.name}
          <Text size="xs" c="dimmed">
            {[state.parent?.name, t("past.head", { name: state.head?.name ?? "—" })].filter((each) => each != null).join(" · ")}
          </Text>
        </>
      )}
    />
  );
}

function Past<Row extends { from: string; to: string | null }>({ path, what }: { path: string; what: (row: Row) => ReactNode }) {
  const { t } = useTranslation("administration");
  const format = useFormat();
  const past = useQuery({ queryKey: ["past", path], queryFn: ({ signal }) => api.get<Row[]>(path, { signal }), staleTime: 0 });
  return (
    <section aria-label={t("past.title")}>
      <Text fw={600} mb={6}>
        {t("past.title")}
      </Text>
      {past.isPending ? <RowsSkeleton rows={2} height={26} /> : past.isError ? <ErrorState error={past.error} onRetry={() => void past.refetch()} /> : null}
      {past.data?.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("past.none")}
        </Text>
      ) : null}
      <dl className={classes["past"]}>
        {past.data?.map((row) => (
          <div key={`${row.from} ${row.to}`}>
            <dt title={format.full(row.from)}>
              {format.date(row.from)} – {row.to === null ? t("past.now") : format.date(row.to)}
            </dt>
            <dd>{what(row)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
