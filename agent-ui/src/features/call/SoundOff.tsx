import { Button, Tooltip } from "@mantine/core";
import { IconVolumeOff } from "@tabler/icons-react";
import { useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import { onSoundLock, soundLocked, unlockSound } from "../../softphone/sound.ts";

/** The browser holds the bell back until something is pressed: said where nobody overlooks it, and undone by one click. */
export function SoundOff() {
  const { t } = useTranslation("call");
  const { leads, enabled } = useSoftphone();
  const locked = useSyncExternalStore(onSoundLock, soundLocked);
  useEffect(() => {
    if (!locked) return;
    window.addEventListener("pointerdown", unlockSound);
    window.addEventListener("keydown", unlockSound);
    return () => {
      window.removeEventListener("pointerdown", unlockSound);
      window.removeEventListener("keydown", unlockSound);
    };
  }, [locked]);
  // Another tab that holds the phone says it for itself.
  if (!locked || (enabled && !leads)) return null;
  return (
    <Tooltip label={t("sound.lockedHint")}>
      <Button size="compact-sm" color="yellow" variant="light" leftSection={<IconVolumeOff size={16} />} onClick={unlockSound} data-sound="off">
        {t("sound.locked")}
      </Button>
    </Tooltip>
  );
}
