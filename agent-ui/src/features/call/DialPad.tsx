import { ActionIcon, Button, Popover, SimpleGrid, TextInput, Tooltip } from "@mantine/core";
import { IconBackspace, IconPhoneCall } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSoftphone } from "../../softphone/SoftphoneProvider.tsx";
import { DIGITS } from "./Keypad.tsx";

/** What may be dialled: digits with the marks people paste, at least two digits. */
export const dialable = (text: string): boolean => /^[+\d][\d\s().-]{1,38}$/.test(text.trim()) && text.replace(/\D/g, "").length >= 2;

/** Calls a number: my phone rings first and is answered for me, then the customer's. */
export function DialPad() {
  const { t } = useTranslation("call");
  const { order, view } = useSoftphone();
  const [opened, setOpened] = useState(false);
  const [number, setNumber] = useState("");
  const ready = view.line.phase === "ready";
  const dial = (event: FormEvent) => {
    event.preventDefault();
    if (!dialable(number)) return;
    order({ kind: "dial", number: number.trim() });
    setOpened(false);
    setNumber("");
  };
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
        <form onSubmit={dial}>
          <TextInput
            data-autofocus
            type="tel"
            aria-label={t("dial.number")}
            placeholder="+7 701 000-00-00"
            value={number}
            onChange={(event) => setNumber(event.currentTarget.value)}
            rightSection={
              number === "" ? null : (
                <ActionIcon size="sm" aria-label={t("dial.erase")} onClick={() => setNumber((before) => before.slice(0, -1))}>
                  <IconBackspace size={16} />
                </ActionIcon>
              )
            }
            mb="xs"
          />
          <SimpleGrid cols={3} spacing={6} verticalSpacing={6}>
            {DIGITS.map((digit) => (
              <Button
                key={digit}
                variant="default"
                size="md"
                px={0}
                tabIndex={-1}
                onClick={() => setNumber((before) => before + (digit === "*" && before === "" ? "+" : digit))}
              >
                {digit}
              </Button>
            ))}
          </SimpleGrid>
          <Button type="submit" fullWidth mt="xs" color="#13713a" leftSection={<IconPhoneCall size={16} />} disabled={!dialable(number)}>
            {t("dial.call")}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
