import { ActionIcon, Button, SimpleGrid, TextInput } from "@mantine/core";
import { IconBackspace, IconPhoneCall } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { dialable } from "./dialable.ts";
import { DIGITS } from "./Keypad.tsx";

/** A number, typed or pressed. */
export default function DialForm({ onDial }: { onDial: (number: string) => void }) {
  const { t } = useTranslation("call");
  const [number, setNumber] = useState("");
  const dial = (event: FormEvent) => {
    event.preventDefault();
    if (dialable(number)) onDial(number.trim());
  };
  return (
    <form onSubmit={dial}>
      <TextInput
        autoFocus
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
  );
}
