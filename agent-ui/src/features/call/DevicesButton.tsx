import { ActionIcon, Tooltip } from "@mantine/core";
import { IconHeadset } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** Opens the choice of microphone, headset and bell. */
export function DevicesButton({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation("call");
  return (
    <Tooltip label={t("devices.title")}>
      <ActionIcon aria-label={t("devices.title")} onClick={onOpen}>
        <IconHeadset size={19} />
      </ActionIcon>
    </Tooltip>
  );
}
