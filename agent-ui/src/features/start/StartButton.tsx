import { ActionIcon, Button } from "@mantine/core";
import { IconPencilPlus } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "../../app/me.ts";
import { onDemand } from "../../app/on-demand.tsx";
import type { StartTarget } from "./StartBox.tsx";

const StartBox = onDemand(async () => (await import("./StartBox.tsx")).default);

/** "Write": opens the box in which one writes first. `label`: as a button with words, else as a small sign. */
export function StartButton({ target, label, small = false }: { target: StartTarget; label?: string; small?: boolean }) {
  const { t } = useTranslation();
  const can = useCan();
  const [open, setOpen] = useState(false);
  if (can("dialog", "edit") === null) return null;
  return (
    <>
      {label === undefined ? (
        <ActionIcon
          size={small ? "sm" : "input-sm"}
          variant={small ? "light" : "default"}
          color="blue"
          aria-label={t("write")}
          title={t("write")}
          onClick={() => setOpen(true)}
        >
          <IconPencilPlus size={small ? 14 : 17} />
        </ActionIcon>
      ) : (
        <Button {...(small ? { size: "xs" } : {})} variant="default" leftSection={<IconPencilPlus size={16} aria-hidden />} onClick={() => setOpen(true)}>
          {label}
        </Button>
      )}
      {open ? (
        <Suspense>
          <StartBox target={target} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
