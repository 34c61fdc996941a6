import type { CannotWrite, DialogSummary, Message } from "@kommutator/contract/api/dialogs";
import { ActionIcon, Button } from "@mantine/core";
import { IconArrowBackUp, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePartyName } from "../../app/party.ts";
import { useDialogActions } from "../dialogs/actions.ts";
import type { StartTarget } from "../start/StartBox.tsx";
import { StartButton } from "../start/StartButton.tsx";
import classes from "./composer.module.css";

/** What stands above the field: why nothing can be written, whose dialog it is, the question before taking it over. */
export function Banners({
  dialog,
  over,
  reason,
  foreign,
  asking,
  onTakeAndSend,
  onCancel,
}: {
  dialog: DialogSummary;
  over: boolean;
  reason: CannotWrite | null;
  foreign: boolean;
  asking: boolean;
  onTakeAndSend: () => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("composer");
  const { take } = useDialogActions(dialog.id);
  const name = dialog.assignee?.name ?? "";
  const target = targetOf(dialog);
  return (
    <>
      {over || reason !== null ? (
        <div className={classes["banner"]} data-cannot={over ? "closed" : reason}>
          <span>{over ? t("composer.closed") : t(`cannotReply.${reason ?? "unsupported"}`, { defaultValue: t("cannotReply.unsupported") })}</span>
          {target === null ? null : <StartButton small target={target} label={over ? t("common:write") : t("otherWay")} />}
        </div>
      ) : null}
      {asking ? (
        <div className={classes["banner"]} role="alertdialog" aria-label={t("thread:takeOver.question", { name })}>
          <span>{t("thread:takeOver.question", { name })}</span>
          <Button size="compact-sm" autoFocus onClick={onTakeAndSend}>
            {t("thread:takeOver.andSend")}
          </Button>
          <Button size="compact-sm" variant="default" onClick={onCancel}>
            {t("common:cancel")}
          </Button>
        </div>
      ) : foreign ? (
        <div className={classes["banner"]}>
          <span>{t("thread:takeOver.banner", { name })}</span>
          <Button size="compact-sm" variant="light" loading={take.isPending} onClick={() => take.mutate()}>
            {t("thread:takeOver.button")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

/** Whose ways are looked for when this one is closed; nobody's while it is not known who it is. */
function targetOf({ party, medium }: DialogSummary): StartTarget | null {
  if (medium === "voice") return null;
  if (party.customerId !== null) return { customerId: party.customerId };
  if (party.contactId !== null) return { contactId: party.contactId };
  return party.leadId === null ? null : { leadId: party.leadId };
}

/** The message that is being answered, above what is written. */
export function Answering({ dialog, message, onDrop }: { dialog: DialogSummary; message: Message; onDrop: () => void }) {
  const { t } = useTranslation("composer");
  const nameOf = usePartyName();
  return (
    <div className={classes["answering"]}>
      <IconArrowBackUp size={15} aria-hidden />
      <span className="truncate">
        <b>{message.direction === "in" ? nameOf(dialog.party) : t("answering.us")}</b> {message.text.trim() === "" ? t("answering.file") : message.text}
      </span>
      <ActionIcon size="xs" aria-label={t("answering.drop")} onClick={onDrop}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}
