import type { Catalogues } from "@kommutator/contract/api/catalogue";
import { Button, Chip, Group, Select } from "@mantine/core";
import { IconArrowForwardUp } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../app/me.ts";
import { type Proposed, receivers } from "./form.ts";
import classes from "./reception.module.css";

/**
 * Step 3 of the wizard: whom the purpose's rule names, oneself beside them, anybody else on purpose. Where the rule leaves it with whoever receives it,
 * nothing is asked.
 */
export function DispatchChoice({
  catalogues,
  proposed,
  to,
  onChange,
}: {
  catalogues: Catalogues;
  proposed: Proposed | null;
  to: string | null;
  onChange: (to: string | null) => void;
}) {
  const { t } = useTranslation("reception");
  const me = useMe();
  const mine = proposed === null || proposed.employee?.id === me.id;
  const [open, setOpen] = useState(to !== null && to !== me.id);
  const named =
    proposed === null || mine
      ? null
      : proposed.queue === null
        ? `${proposed.employee?.name ?? ""} · ${t(`dispatch.why.${proposed.why}`)}`
        : t("dispatch.queue", { name: proposed.queue.name });
  return (
    <fieldset className={classes["step"]}>
      {named === null ? null : (
        <>
          <legend>{t("dispatch.title")}</legend>
          <Chip.Group value={to ?? ""} onChange={(value) => onChange(value === "" ? null : value)}>
            <Group gap={6} mb={4}>
              <Chip value="" size="xs" variant="light" wrapperProps={{ "data-receiver": "rule" }}>
                {named}
              </Chip>
              <Chip value={me.id} size="xs" variant="light" wrapperProps={{ "data-receiver": "me" }}>
                {t("dispatch.me")}
              </Chip>
            </Group>
          </Chip.Group>
        </>
      )}
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
    </fieldset>
  );
}
