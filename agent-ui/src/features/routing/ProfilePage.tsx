import { Button, Group, Text } from "@mantine/core";
import { IconPlus, IconUserOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { SecurityPanel } from "../administration/SecurityPanel.tsx";
import { ForwardingRules } from "../settings/Forwarding.tsx";
import { Section } from "../settings/Section.tsx";
import { AbsenceForm } from "../supervisor/AbsenceForm.tsx";
import { AbsenceTable } from "../supervisor/AbsenceTable.tsx";
import { useAbsences } from "../supervisor/absences.ts";
import classes from "./routing.module.css";

/** What is mine in routing: where my calls go when I cannot take them, when I am away, what I take back, and the safety of my account. */
export function ProfilePage() {
  const { t } = useTranslation("routing");
  // Some of its words are the administration's.
  useTranslation("administration");
  const me = useMe();
  const absences = useAbsences(me.id);
  const [adding, setAdding] = useState(false);
  const add = (
    <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
      {t("profile.plan")}
    </Button>
  );
  return (
    <Section title={me.name} purpose={t("profile.purpose")}>
      <div className={classes["profile"]}>
        <section className={classes["panel"]} aria-label={t("profile.forwarding")}>
          <Text component="h2" fw={650} size="lg" m={0} mb="xs">
            {t("profile.forwarding")}
          </Text>
          <ForwardingRules employeeId={me.id} own />
        </section>
        <div style={{ display: "grid", gap: "inherit", alignContent: "start" }}>
          <section className={classes["panel"]} aria-label={t("profile.absences")}>
            <Group justify="space-between" mb="sm">
              <Text component="h2" fw={650} size="lg" m={0}>
                {t("profile.absences")}
              </Text>
              {add}
            </Group>
            {absences.isPending ? (
              <RowsSkeleton rows={3} height={40} />
            ) : absences.data === undefined ? (
              <ErrorState error={absences.error} onRetry={() => void absences.refetch()} />
            ) : absences.data.length === 0 ? (
              <Empty icon={<IconUserOff />} title={t("profile.none")} text={t("profile.noneText")} />
            ) : (
              <AbsenceTable absences={absences.data} own />
            )}
          </section>
          <section className={classes["panel"]} aria-label={t("administration:security.title")}>
            <Text component="h2" fw={650} size="lg" m={0} mb="sm">
              {t("administration:security.title")}
            </Text>
            <SecurityPanel />
          </section>
        </div>
      </div>
      {adding ? <AbsenceForm employee={{ id: me.id, name: me.name }} onClose={() => setAdding(false)} /> : null}
    </Section>
  );
}
