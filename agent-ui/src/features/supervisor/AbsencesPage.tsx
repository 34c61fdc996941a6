import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { IconPlus, IconUserOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "../../app/me.ts";
import { Empty, ErrorState, NoRight, RowsSkeleton } from "../../app/states.tsx";
import { ExportButton } from "../import/ExportButton.tsx";
import { AbsenceForm } from "./AbsenceForm.tsx";
import { AbsenceTable } from "./AbsenceTable.tsx";
import { useAbsences } from "./absences.ts";
import { SupervisorTabs } from "./SupervisorTabs.tsx";
import classes from "./supervisor.module.css";

/** Who is away or will be, who stands in, and what waits to be handed back. */
export function AbsencesPage() {
  const { t } = useTranslation("supervisor");
  const can = useCan();
  const absences = useAbsences();
  const [adding, setAdding] = useState<"planned" | "unplanned" | null>(null);
  const [shown, setShown] = useState<"now" | "all">("now");
  if (can("employee", "assign") === null) return <NoRight />;
  const rows = (absences.data ?? []).filter((each) => shown === "all" || (each.state !== "closed" && each.state !== "cancelled"));
  const add = (
    <Group gap="sm" wrap="nowrap">
      <ExportButton list="absences" query={{}} />
      <Button variant="default" leftSection={<IconUserOff size={16} />} onClick={() => setAdding("unplanned")}>
        {t("absence.markNow")}
      </Button>
      <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding("planned")}>
        {t("absence.add")}
      </Button>
    </Group>
  );
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <SupervisorTabs />
        {add}
      </div>
      <Group justify="space-between" mb="md">
        <Text size="sm" c="dimmed" maw={680}>
          {t("absence.purpose")}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={t("absence.shown")}
          value={shown}
          onChange={(value) => setShown(value as typeof shown)}
          data={(["now", "all"] as const).map((value) => ({ value, label: t(`absence.show_${value}`) }))}
        />
      </Group>
      {absences.isPending ? (
        <RowsSkeleton rows={5} height={42} />
      ) : absences.data === undefined ? (
        <ErrorState error={absences.error} onRetry={() => void absences.refetch()} />
      ) : rows.length === 0 ? (
        <Empty icon={<IconUserOff />} title={t("absence.empty")} text={t("absence.emptyText")} />
      ) : (
        <AbsenceTable absences={rows} />
      )}
      {adding === null ? null : <AbsenceForm unplanned={adding === "unplanned"} onClose={() => setAdding(null)} />}
    </div>
  );
}
