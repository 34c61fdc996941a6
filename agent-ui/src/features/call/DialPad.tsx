import { Button, Popover, Tooltip } from "@mantine/core";
import { IconPhoneCall } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { onDemand } from "../../app/on-demand.tsx";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";

const DialForm = onDemand(async () => (await import("./DialForm.tsx")).default);

/** Calls a number: my phone rings first and is answered for me, then the customer's. */
export function DialPad() {
  const { t } = useTranslation("call");
  const { order, view } = useSoftphone();
  const [opened, setOpened] = useState(false);
  const ready = view.line.phase === "ready";
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus withArrow shadow="md">
      <Popover.Target>
        <Tooltip label={ready ? t("dial.title") : t("dial.notReady")}>
          <Button variant="default" leftSection={<IconPhoneCall size={16} />} disabled={!ready} onClick={() => setOpened((before) => !before)}>
            {t("dial.call")}
          </Button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p="sm" w={230}>
        {opened ? (
          <Suspense>
            <DialForm
              onDial={(number) => {
                order({ kind: "dial", number });
                setOpened(false);
              }}
            />
          </Suspense>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
