import { DepartmentBody } from "@kommutator/contract/api/admin";
import { Button, Group, NumberInput, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconSitemap } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { DepartmentPast } from "../administration/Past.tsx";
import { ExportButton } from "../import/ExportButton.tsx";
import { type Column, OpenRow } from "./DataTable.tsx";
import { FormDrawer } from "./FormDrawer.tsx";
import { useForm } from "./form.ts";
import { type Department, useDepartments, useEmployees } from "./queries.ts";
import { AddButton, TablePage } from "./TablePage.tsx";

/** The nearest department going up, from this one on, that has a norm of the day; null where none has (B2). */
export function normAbove(departments: readonly Department[], from: string | null): Department | null {
  let at = departments.find((each) => each.id === from);
  // No tree is deeper than it has departments.
  for (let steps = departments.length; at !== undefined && at.dayNormPoints === null && steps > 0; steps--) {
    const { parentId } = at;
    at = departments.find((each) => each.id === parentId);
  }
  return at === undefined || at.dayNormPoints === null ? null : at;
}

/** The tree of departments, each followed by its own. */
export function treeOf(departments: Department[]): { department: Department; depth: number }[] {
  const ids = new Set(departments.map((each) => each.id));
  const rows: { department: Department; depth: number }[] = [];
  const walk = (parentId: string | null, depth: number) => {
    const children = departments.filter((each) => (each.parentId !== null && ids.has(each.parentId) ? each.parentId : null) === parentId);
    for (const department of children.sort((a, b) => a.name.localeCompare(b.name))) {
      rows.push({ department, depth });
      walk(department.id, depth + 1);
    }
  };
  walk(null, 0);
  return rows;
}

export function DepartmentsPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const departments = useDepartments();
  const people = useEmployees();
  const format = useFormat();
  const [open, setOpen] = useState<Department | "new" | null>(null);
  const nameOf = (id: string | null) => people.data?.find((each) => each.id === id)?.name ?? "—";
  const columns: Column<{ department: Department; depth: number }>[] = [
    {
      name: "name",
      head: t("departments.name"),
      indent: ({ depth }) => 14 + depth * 22,
      cell: ({ department }) => <OpenRow onOpen={() => setOpen(department)}>{department.name}</OpenRow>,
    },
    { name: "head", head: t("departments.head"), cell: ({ department }) => nameOf(department.headId) },
    {
      name: "norm",
      head: t("departments.norm"),
      right: true,
      title: ({ department }) => {
        const above = department.dayNormPoints === null ? normAbove(departments.data ?? [], department.parentId) : null;
        return above === null ? undefined : t("departments.dayNormInherited", { name: above.name, points: format.number(above.dayNormPoints ?? 0, 2) });
      },
      cell: ({ department }) => {
        if (department.dayNormPoints !== null) return format.number(department.dayNormPoints, 2);
        const above = normAbove(departments.data ?? [], department.parentId);
        return <span style={{ color: "var(--k-dim)", fontStyle: "italic" }}>{above === null ? "—" : format.number(above.dayNormPoints ?? 0, 2)}</span>;
      },
    },
    { name: "employees", head: t("departments.employees"), right: true, cell: ({ department }) => department.employees },
  ];
  return (
    <TablePage
      title={t("departments.title")}
      purpose={t("departments.purpose")}
      action={
        <Group gap="sm" wrap="nowrap">
          <ExportButton list="departments" query={{}} />
          <AddButton label={t("departments.add")} allowed={can("department", "create") !== null} onAdd={() => setOpen("new")} />
        </Group>
      }
      query={{ ...departments, data: departments.data === undefined ? undefined : treeOf(departments.data) }}
      columns={columns}
      idOf={({ department }) => department.id}
      icon={<IconSitemap />}
      empty={t("departments.empty")}
    >
      {open === null ? null : <DepartmentForm department={open === "new" ? null : open} all={departments.data ?? []} onClose={() => setOpen(null)} />}
    </TablePage>
  );
}

type Values = { name: string; parentId: string | null; headId: string | null; dayNormPoints: number | null };

function DepartmentForm({ department, all, onClose }: { department: Department | null; all: Department[]; onClose: () => void }) {
  const { t } = useTranslation("settings");
  // Some of its words are the administration's.
  useTranslation("administration");
  const client = useQueryClient();
  const people = useEmployees();
  const can = useCan();
  const format = useFormat();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.departments });
    void client.invalidateQueries({ queryKey: keys.catalogues });
    notifications.show({ color: "green", message: t("common:saved") });
    onClose();
  };
  const form = useForm<Values>({
    id: `department.${department?.id ?? "new"}`,
    initial: {
      name: department?.name ?? "",
      parentId: department?.parentId ?? null,
      headId: department?.headId ?? null,
      dayNormPoints: department?.dayNormPoints ?? null,
    },
    schema: DepartmentBody,
    version: department?.version,
    save: (values, version) => (department === null ? api.post("/departments", values) : api.patch(`/departments/${department.id}`, { ...values, version })),
    onSaved: refresh,
  });
  const { values, set, fault } = form;
  const above = normAbove(all, values.parentId);
  return (
    <FormDrawer
      title={department?.name ?? t("departments.add")}
      form={form}
      onClose={onClose}
      aside={
        department === null || can("department", "delete") === null ? null : (
          <Button variant="subtle" color="red" onClick={() => void api.delete(`/departments/${department.id}`).then(refresh, showFailure)}>
            {t("administration:calendar.archive")}
          </Button>
        )
      }
    >
      <TextInput
        label={t("departments.name")}
        data-autofocus
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Select
        label={t("departments.parent")}
        clearable
        allowDeselect
        placeholder={t("departments.noParent")}
        data={all.filter((each) => each.id !== department?.id).map((each) => ({ value: each.id, label: each.name }))}
        value={values.parentId}
        error={fault("parentId")}
        onChange={(parentId) => set({ parentId })}
      />
      <Select
        label={t("departments.head")}
        description={t("departments.headText")}
        searchable
        clearable
        allowDeselect
        data={(people.data ?? []).filter((each) => each.state === "active").map((each) => ({ value: each.id, label: each.name }))}
        value={values.headId}
        error={fault("headId")}
        onChange={(headId) => set({ headId })}
      />
      <NumberInput
        label={t("departments.dayNorm")}
        description={
          above === null
            ? t("departments.dayNormNone")
            : t("departments.dayNormInherited", { name: above.name, points: format.number(above.dayNormPoints ?? 0, 2) })
        }
        placeholder={above === null ? "" : format.number(above.dayNormPoints ?? 0, 2)}
        min={0}
        value={values.dayNormPoints ?? ""}
        error={fault("dayNormPoints")}
        onChange={(value) => set({ dayNormPoints: value === "" ? null : Number(value) })}
      />
      {department === null ? null : <DepartmentPast id={department.id} />}
    </FormDrawer>
  );
}
