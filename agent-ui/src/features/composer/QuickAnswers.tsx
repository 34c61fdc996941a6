import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./composer.module.css";

/** Ready answers for the customer, as buttons under our message: typed one after another with Enter. */
export default function QuickAnswers({
  answers,
  limits,
  onChange,
  onClose,
}: {
  answers: string[];
  limits: { count: number; length: number };
  onChange: (answers: string[]) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("composer");
  const [typed, setTyped] = useState("");
  const full = answers.length >= limits.count;
  const add = () => {
    const text = typed.trim();
    if (text === "" || full || answers.includes(text)) return;
    onChange([...answers, text]);
    setTyped("");
  };
  return (
    <div className={classes["quick"]}>
      {answers.map((answer) => (
        <span key={answer} className={classes["chip"]}>
          <span className="truncate">{answer}</span>
          <ActionIcon size="xs" aria-label={t("quick.remove", { answer })} onClick={() => onChange(answers.filter((each) => each !== answer))}>
            <IconX size={14} />
          </ActionIcon>
        </span>
      ))}
      {full ? (
        <span className={classes["size"]}>{t("quick.full", { count: limits.count })}</span>
      ) : (
        <>
          <TextInput
            size="xs"
            autoFocus
            maxLength={limits.length}
            aria-label={t("quick.label")}
            placeholder={t("quick.placeholder")}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") {
                event.preventDefault();
                add();
              } else if (event.key === "Backspace" && typed === "") onChange(answers.slice(0, -1));
              else if (event.key === "Escape") onClose();
            }}
          />
          <Button size="compact-xs" variant="light" leftSection={<IconPlus size={13} />} disabled={typed.trim() === ""} onClick={add}>
            {t("common:add")}
          </Button>
        </>
      )}
      <ActionIcon
        size="xs"
        aria-label={t("quick.drop")}
        title={t("quick.drop")}
        onClick={() => {
          onChange([]);
          onClose();
        }}
      >
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}
