import type { SkillView } from "@kommutator/contract/api/skills";
import { Badge, Group } from "@mantine/core";
import { IconSchool } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "../../app/me.ts";
import { type Column, OpenRow } from "./DataTable.tsx";
import { useEmployeeSkills, useSkills } from "./queries.ts";
import { SkillForm } from "./SkillForm.tsx";
import { AddButton, TablePage } from "./TablePage.tsx";

/** Languages and abilities, and who has them. */
export function SkillsPage() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const skills = useSkills();
  const people = useEmployeeSkills();
  const [open, setOpen] = useState<SkillView | "new" | null>(null);
  const knowing = (skill: SkillView) =>
    (people.data ?? []).flatMap((each) => {
      const level = each.skills.find((one) => one.skillId === skill.id)?.level;
      return level === undefined ? [] : [`${each.employee.name} · ${level}`];
    });
  const columns: Column<SkillView>[] = [
    {
      name: "name",
      head: t("skills.name"),
      cell: (skill) => (
        <Group gap="xs" wrap="nowrap">
          <OpenRow onOpen={() => setOpen(skill)}>{skill.name}</OpenRow>
          {skill.language ? (
            <Badge size="sm" variant="light" tt="none" radius="sm">
              {t("skills.languageMark")}
            </Badge>
          ) : null}
        </Group>
      ),
    },
    {
      name: "people",
      head: t("skills.people"),
      title: (skill) => knowing(skill).join(", ") || undefined,
      cell: (skill) => knowing(skill).slice(0, 4).join(", ") + (knowing(skill).length > 4 ? " …" : "") || t("skills.nobody"),
    },
    { name: "count", head: t("departments.employees"), right: true, width: 130, cell: (skill) => skill.employees },
    { name: "queues", head: t("skills.usedIn"), right: true, width: 130, cell: (skill) => skill.queues },
  ];
  return (
    <TablePage
      title={t("skills.title")}
      purpose={t("skills.purpose")}
      action={<AddButton label={t("skills.add")} allowed={can("catalogue", "create") !== null} onAdd={() => setOpen("new")} />}
      query={skills}
      columns={columns}
      idOf={(skill) => skill.id}
      icon={<IconSchool />}
      empty={t("skills.empty")}
      emptyText={t("skills.emptyText")}
    >
      {open === null || people.data === undefined ? null : (
        <SkillForm skill={open === "new" ? null : open} matrix={people.data} onClose={() => setOpen(null)} />
      )}
    </TablePage>
  );
}
