import { Alert, Button, Group, Modal, Progress, Select, Slider, Stack, Text } from "@mantine/core";
import { IconMicrophoneOff, IconVolume } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type DeviceChoice, listDevices, meterLevel } from "../../softphone/devices.ts";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import { startRinging, stopRinging } from "../../softphone/sound.ts";

/** Microphone with its level, headset, bell. Opening it asks for the microphone, so that no call waits for that question. */
export function DeviceBox({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("call");
  const { devices, chooseDevices } = useSoftphone();
  const [lists, setLists] = useState<{ microphones: DeviceChoice[]; outputs: DeviceChoice[] }>({ microphones: [], outputs: [] });
  const [level, setLevel] = useState(0);
  const [refused, setRefused] = useState(false);

  useEffect(() => {
    let stop: (() => void) | undefined;
    let gone = false;
    const read = () => listDevices().then((found) => gone || setLists(found));
    meterLevel(devices.microphoneId, (value) => setLevel(value)).then(
      (end) => {
        if (gone) end();
        else stop = end;
        setRefused(false);
        void read();
      },
      () => {
        setRefused(true);
        void read();
      },
    );
    const changed = () => void read();
    navigator.mediaDevices.addEventListener("devicechange", changed);
    return () => {
      gone = true;
      stop?.();
      navigator.mediaDevices.removeEventListener("devicechange", changed);
    };
  }, [devices.microphoneId]);
  useEffect(() => stopRinging, []);

  const withDefault = (choices: DeviceChoice[]) => [{ value: "", label: t("devices.default") }, ...choices.filter((each) => each.value !== "default")];
  const test = () => {
    startRinging(devices.bellVolume);
    setTimeout(stopRinging, 1800);
  };
  return (
    <Modal opened closeButtonProps={{ "aria-label": t("common:close") }} onClose={onClose} title={t("devices.title")} size="md">
      <Stack gap="md">
        {refused ? (
          <Alert color="red" icon={<IconMicrophoneOff size={18} />} title={t("devices.refused")}>
            {t("devices.refusedHint")}
          </Alert>
        ) : null}
        <div>
          <Select
            label={t("devices.microphone")}
            data={withDefault(lists.microphones)}
            value={devices.microphoneId ?? ""}
            onChange={(value) => chooseDevices({ microphoneId: value === "" ? null : value })}
          />
          <Text size="xs" c="dimmed" mt={8} mb={4}>
            {t("devices.level")}
          </Text>
          <Progress.Root size="md" radius="xl">
            <Progress.Section value={level * 100} color={level > 0.9 ? "red" : "green"} aria-label={t("devices.level")} />
          </Progress.Root>
        </div>
        <Select
          label={t("devices.speaker")}
          data={withDefault(lists.outputs)}
          value={devices.speakerId}
          onChange={(value) => chooseDevices({ speakerId: value ?? "" })}
        />
        <Select
          label={t("devices.bell")}
          description={t("devices.bellHint")}
          data={withDefault(lists.outputs)}
          value={devices.bellId}
          onChange={(value) => chooseDevices({ bellId: value ?? "" })}
        />
        <div>
          <Text size="sm" fw={500} mb={4}>
            {t("devices.volume")}
          </Text>
          <Group wrap="nowrap">
            <Slider
              flex={1}
              min={0}
              max={1}
              step={0.05}
              value={devices.bellVolume}
              onChange={(bellVolume) => chooseDevices({ bellVolume })}
              label={(value) => `${Math.round(value * 100)} %`}
              thumbLabel={t("devices.volume")}
            />
            <Button variant="default" leftSection={<IconVolume size={16} />} onClick={test}>
              {t("devices.test")}
            </Button>
          </Group>
        </div>
      </Stack>
    </Modal>
  );
}
