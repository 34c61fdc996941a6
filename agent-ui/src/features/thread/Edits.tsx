import type { MessageEdits } from "@kommutator/contract/api/dialogs";
import { Popover, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import classes from "./thread.module.css";

/** "Edited": a press shows what the message said before, the first wording first. */
export function Edits({ messageId, editedAt }: { messageId: string; editedAt: string }) {
  const { t } = useTranslation("thread");
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const edits = useQuery({
    queryKey: ["message-edits", messageId, editedAt],
    queryFn: ({ signal }) => api.get<z.infer<typeof MessageEdits>>(`/messages/${messageId}/edits`, { signal }),
    enabled: open,
    retry: false,
  });
  return (
    <Popover opened={open} onChange={setOpen} width={340} position="bottom-start" withArrow shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes["edited"] ?? ""}
          aria-expanded={open}
          title={t("edited.at", { at: format.full(editedAt) })}
          onClick={() => setOpen(!open)}
        >
          {t("edited.mark")}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("edited.before")} tabIndex={-1}>
        {edits.isError ? <span role="alert">{failureText(edits.error)}</span> : null}
        {edits.isPending ? "…" : null}
        {edits.data?.items.map((each) => (
          <div key={each.replacedAt} className={classes["wording"]}>
            <span className={classes["dim"]}>{t("edited.until", { at: format.full(each.replacedAt) })}</span>
            <div className={classes["text"]}>{each.text}</div>
          </div>
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}
