import { ActionIcon } from "@mantine/core";
import { IconUrgent } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNow } from "../../app/format.ts";
import type { EmergencyTarget } from "../routing/EmergencyBox.tsx";
import { inForce, targetOf, useEmergencies } from "../routing/emergency.ts";

/** The emergency switch of one line or queue: red while it is on. */
export function SwitchButton({ target, onOpen }: { target: EmergencyTarget; onOpen: (target: EmergencyTarget) => void }) {
  const { t } = useTranslation("routing");
  const now = useNow();
  const all = useEmergencies();
  const on = inForce(all.data ?? [], now).some((each) => targetOf(each)?.id === target.id);
  const label = t("emergency.switch", { name: target.name });
  return (
    <ActionIcon
      variant={on ? "filled" : "subtle"}
      color={on ? "red" : "gray"}
      aria-label={label}
      title={label}
      aria-pressed={on}
      onClick={() => onOpen(target)}
    >
      <IconUrgent size={17} />
    </ActionIcon>
  );
}
