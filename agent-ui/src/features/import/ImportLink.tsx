import type { ImportObject } from "@kommutator/contract/api/import";
import { ActionIcon } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCan } from "../../app/me.ts";

/** The way from a list to bringing in a file of such cards. */
export function ImportLink({ object }: { object: ImportObject }) {
  const { t } = useTranslation("import");
  const can = useCan();
  if (can("import", "create") === null) return null;
  return (
    <ActionIcon component={Link} to={`/import/new?object=${object}`} variant="default" size={36} aria-label={t("title")} title={t("title")}>
      <IconUpload size={17} stroke={1.7} />
    </ActionIcon>
  );
}
