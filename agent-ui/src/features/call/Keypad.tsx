import { ActionIcon, Button, Popover, SimpleGrid, TextInput, Tooltip } from "@mantine/core";
import { IconDialpad } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";

export const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** Tones into the call (menus of banks and offices). Keys of the keyboard work too while it is open. */
export function Keypad() {
  const { t } = useTranslation("call");
  const { order } = useSoftphone();
  const [sent, setSent] = useState("");
  const send = (digits: string) => {
    const clean = digits.replace(/[^0-9*#A-D]/gi, "").toUpperCase();
    if (clean === "") return;
    setSent((before) => (before + clean).slice(-32));
    order({ kind: "digits", digits: clean });
  };
  return (
    <Popover position="bottom" trapFocus withArrow shadow="md" onClose={() => setSent("")}>
      <Popover.Target>
        <Tooltip label={t("keypad.title")}>
          <ActionIcon aria-label={t("keypad.title")} size={36}>
            <IconDialpad size={20} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p="sm" w={210}>
        <TextInput
          aria-label={t("keypad.sent")}
          placeholder={t("keypad.placeholder")}
          value={sent}
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value.startsWith(sent)) send(value.slice(sent.length));
          }}
          mb="xs"
        />
        <SimpleGrid cols={3} spacing={6} verticalSpacing={6}>
          {DIGITS.map((digit) => (
            <Button key={digit} variant="default" size="md" px={0} onClick={() => send(digit)}>
              {digit}
            </Button>
          ))}
        </SimpleGrid>
      </Popover.Dropdown>
    </Popover>
  );
}
