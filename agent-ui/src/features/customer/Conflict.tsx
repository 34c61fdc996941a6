import { Alert, Button, Group } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../app/api.ts";
import { Failure } from "../../app/FormFoot.tsx";

/** The current row out of a version conflict, or null. */
export function conflictOf<Row>(error: unknown): Row | null {
  if (!(error instanceof ApiError) || error.code !== "version_conflict") return null;
  const current = error.details["current"];
  return typeof current === "object" && current !== null ? (current as Row) : null;
}

/** A save that failed: what happened; after a conflict what differs, and whose words shall stand. What was typed is kept. */
export function SaveFailure({
  error,
  differences,
  onMine,
  onTheirs,
}: {
  error: unknown;
  differences: { label: string; theirs: string }[];
  onMine: () => void;
  onTheirs: () => void;
}) {
  const { t } = useTranslation("customer");
  if (error === null) return null;
  if (conflictOf(error) === null) return <Failure error={error} />;
  return (
    <Alert color="yellow" icon={<IconUsers size={18} />} title={t("conflict.title")} role="alert">
      {differences.length === 0 ? t("conflict.same") : t("conflict.text")}
      <ul style={{ margin: "4px 0 8px", paddingLeft: 18 }}>
        {differences.map((each) => (
          <li key={each.label}>
            {each.label}: <b>{each.theirs === "" ? "—" : each.theirs}</b>
          </li>
        ))}
      </ul>
      <Group gap={8}>
        <Button size="xs" onClick={onMine}>
          {t("conflict.mine")}
        </Button>
        <Button size="xs" variant="default" onClick={onTheirs}>
          {t("conflict.theirs")}
        </Button>
      </Group>
    </Alert>
  );
}
