import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { Button, Select } from "@mantine/core";
import { IconArrowForwardUp } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { receivers } from "./form.ts";
import classes from "./reception.module.css";

/** Step 3 of the wizard: usually whom the purpose names; somebody else only on purpose. */
export function DispatchChoice({ catalogues, to, onChange }: { catalogues: Catalogues; to: string | null; onChange: (to: string | null) => void }) {
  const { t } = useTranslation("reception");
  const [open, setOpen] = useState(to !== null);
  return (
    <div className={classes["step"]}>
      {open ? (
        <Select
          size="xs"
          searchable
          clearable
          allowDeselect
          label={t("dispatch.to")}
          placeholder={t("dispatch.byPurpose")}
          data={receivers(catalogues)}
          value={to}
          onChange={onChange}
        />
      ) : (
        <Button size="compact-xs" variant="subtle" leftSection={<IconArrowForwardUp size={14} />} onClick={() => setOpen(true)}>
          {t("dispatch.other")}
        </Button>
      )}
    </div>
  );
}
