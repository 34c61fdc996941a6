import { DepartmentBody } from "@kommutator/contract/api/admin";
import { Button, NumberInput, Select, Table, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlus, IconSitemap } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { FormDrawer } from "./FormDrawer.tsx";
import { useForm } from "./form.ts";
import { type Department, useDepartments, useEmployees } from "./queries.ts";
import { Section } from "./Section.tsx";
import classes from "./settings.module.css";

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
  const [open, setOpen] = useState<Department | "new" | null>(null);
  const add =
    can("department", "create") === null ? null : (
      <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen("new")}>
        {t("departments.add")}
      </Button>
    );
  const nameOf = (id: string | null) => people.data?.find((each) => each.id === id)?.name ?? "—";
  return (
    <Section title={t("departments.title")} purpose={t("departments.purpose")} action={add}>
      {departments.isPending ? (
        <RowsSkeleton rows={5} height={40} />
      ) : departments.isError ? (
        <ErrorState error={departments.error} onRetry={() => void departments.refetch()} />
      ) : departments.data.length === 0 ? (
        <Empty icon={<IconSitemap />} title={t("departments.empty")} action={add} />
      ) : (
        <div className={classes["card"]}>
          <Table verticalSpacing={9} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("departments.name")}</Table.Th>
                <Table.Th>{t("departments.head")}</Table.Th>
                <Table.Th ta="right">{t("departments.employees")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {treeOf(departments.data).map(({ department, depth }) => (
                <Table.Tr key={department.id}>
                  <Table.Td style={{ paddingLeft: 14 + depth * 22 }}>
                    <button type="button" className={classes["rowButton"]} onClick={() => setOpen(department)}>
                      {department.name}
                    </button>
                  </Table.Td>
                  <Table.Td>{nameOf(department.headId)}</Table.Td>
                  <Table.Td ta="right">{department.employees}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {open === null ? null : <DepartmentForm department={open === "new" ? null : open} all={departments.data ?? []} onClose={() => setOpen(null)} />}
    </Section>
  );
}

type Values = { name: string; parentId: string | null; headId: string | null; dayNormPoints: number | null };

function DepartmentForm({ department, all, onClose }: { department: Department | null; all: Department[]; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const people = useEmployees();
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
    onSaved: () => {
      void client.invalidateQueries({ queryKey: keys.departments });
      void client.invalidateQueries({ queryKey: keys.catalogues });
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  return (
    <FormDrawer title={department?.name ?? t("departments.add")} form={form} onClose={onClose}>
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
        description={t("departments.dayNormText")}
        min={0}
        value={values.dayNormPoints ?? ""}
        error={fault("dayNormPoints")}
        onChange={(value) => set({ dayNormPoints: value === "" ? null : Number(value) })}
      />
    </FormDrawer>
  );
}
