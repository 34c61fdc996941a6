import type { EmployeeView } from "@kommutator/contract/api/admin";
import { Stack, Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useCan } from "../../app/me.ts";
import { EmployeePast } from "../administration/Past.tsx";
import { PersonAccess } from "../administration/PersonAccess.tsx";
import { SideDrawer } from "./FormDrawer.tsx";
import { ForwardingRules } from "./Forwarding.tsx";
import { forgetForm } from "./form.ts";
import { PersonForm } from "./PersonForm.tsx";
import { PersonSkills } from "./PersonSkills.tsx";

/** One person: data, skills, forwarding. A new one has data only. */
export function PersonDrawer({ person, onClose }: { person: EmployeeView | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  // Some of its words are the administration's.
  useTranslation("administration");
  const can = useCan();
  const leave = () => {
    for (const name of ["employee", "skills", "forwarding"]) forgetForm(`${name}.${person?.id ?? "new"}`);
    onClose();
  };
  const data = <PersonForm person={person} onClose={onClose} />;
  if (person === null)
    return (
      <SideDrawer title={t("people.add")} onClose={leave}>
        {data}
      </SideDrawer>
    );
  const here = person.state !== "dismissed";
  const assigns = here && can("employee", "assign") !== null;
  return (
    <SideDrawer title={person.name} onClose={leave} wide>
      <Tabs defaultValue="data" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="data">{t("people.data")}</Tabs.Tab>
          {assigns ? (
            <>
              <Tabs.Tab value="skills">{t("skills.of")}</Tabs.Tab>
              <Tabs.Tab value="forwarding">{t("forwarding.title")}</Tabs.Tab>
            </>
          ) : null}
          <Tabs.Tab value="access">{t("administration:access.title")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="data">{data}</Tabs.Panel>
        <Tabs.Panel value="skills">
          <PersonSkills employeeId={person.id} onClose={onClose} />
        </Tabs.Panel>
        <Tabs.Panel value="forwarding">
          <ForwardingRules employeeId={person.id} onClose={onClose} />
        </Tabs.Panel>
        <Tabs.Panel value="access">
          <Stack gap="xl">
            {here && can("employee", "edit") !== null ? <PersonAccess person={person} /> : null}
            <EmployeePast id={person.id} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </SideDrawer>
  );
}
