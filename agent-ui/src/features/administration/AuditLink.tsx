import type { ObjectKind } from "@kommutator/contract/api/task";
import { ActionIcon } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCan } from "../../app/me.ts";

/** From a card to everything that was changed in it (AD-09), for whoever may read the audit. */
export function AuditLink({ kind, id }: { kind: ObjectKind; id: string }) {
  const { t } = useTranslation("administration");
  const can = useCan();
  if (can("audit", "read") === null) return null;
  return (
    <ActionIcon component={Link} to={`/settings/audit?kind=${kind}&id=${id}`} aria-label={t("audit.ofCard")} title={t("audit.ofCard")}>
      <IconHistory size={18} />
    </ActionIcon>
  );
}
