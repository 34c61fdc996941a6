import { Alert, Button } from "@mantine/core";
import { IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { useOnlyTab } from "./useOnlyTab.ts";

/** The same reception is open in another tab, which makes this one read-only, or with a colleague, whom one does not overtake unknowingly. */
export function OpenElsewhere({ by, tab }: { by: string | null; tab: ReturnType<typeof useOnlyTab> }) {
  const { t } = useTranslation("reception");
  if (tab.held === "elsewhere")
    return (
      <Alert color="yellow" p="xs" icon={<IconUsers size={16} />} role="status" title={t("elsewhere.tab")}>
        <Button size="compact-xs" variant="default" onClick={tab.takeOver}>
          {t("elsewhere.here")}
        </Button>
      </Alert>
    );
  return by === null ? null : (
    <Alert color="yellow" p="xs" icon={<IconUsers size={16} />} role="status">
      {t("elsewhere.colleague", { name: by })}
    </Alert>
  );
}
