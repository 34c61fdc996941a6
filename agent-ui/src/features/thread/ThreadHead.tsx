import type { DialogSummary } from "@kommutator/contract/api/dialogs";
import { ActionIcon, Badge, Button, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconCheck, IconInfoCircle, IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand, IconUserCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isOver } from "../../app/live-cache.ts";
import { useCan, useMe } from "../../app/me.ts";
import { usePartyName } from "../../app/party.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { AssignMenu } from "../dialogs/AssignMenu.tsx";
import { useDialogActions } from "../dialogs/actions.ts";
import { ChannelIcon } from "../dialogs/ChannelIcon.tsx";
import { WaitClock } from "../dialogs/WaitClock.tsx";
import { openWhy } from "../routing/WhyHost.tsx";
import classes from "./thread.module.css";

const COLOUR: Record<DialogSummary["state"], string> = {
  new: "gray",
  queued: "yellow",
  offered: "yellow",
  active: "green",
  held: "yellow",
  wrapup: "blue",
  closed: "gray",
  abandoned: "red",
};

/** Who and where, and what can be done with the whole dialog. */
export function ThreadHead({ dialog, side, onSide }: { dialog: DialogSummary; side: boolean; onSide: () => void }) {
  const { t } = useTranslation("dialogs");
  const me = useMe();
  const can = useCan();
  const nameOf = usePartyName();
  const { take, close } = useDialogActions(dialog.id);
  const over = isOver(dialog);
  const mine = dialog.assignee?.id === me.id;
  const name = nameOf(dialog.party);
  useShortcut(over ? null : { keys: "e", label: "dialogs:keys.close", run: () => close.mutate() });
  return (
    <header className={classes["head"]}>
      <ActionIcon component={Link} to="/dialogs" hiddenFrom="sm" aria-label={t("common:back")}>
        <IconArrowLeft size={20} />
      </ActionIcon>
      <ChannelIcon dialog={dialog} size={20} />
      <div className={classes["who"]}>
        <h2 className={classes["name"]} title={name}>
          {dialog.subject === null || dialog.subject === "" ? name : `${name} · ${dialog.subject}`}
        </h2>
        <div className={classes["sub"]}>
          <Badge size="sm" variant="light" color={COLOUR[dialog.state]} tt="none" radius="sm" style={{ flexShrink: 0 }}>
            {t(`state.${dialog.state}`)}
          </Badge>
          {!over && dialog.waitingSince !== null ? <WaitClock since={dialog.waitingSince} due={dialog.answerDueAt} /> : null}
          <span className={`truncate ${classes["where"]}`}>
            {[dialog.channelName, dialog.assignee === null ? (dialog.queue?.name ?? null) : mine ? t("head.mine") : dialog.assignee.name]
              .filter(Boolean)
              .join(" · ")}
          </span>
          <WhyButton dialogId={dialog.id} />
        </div>
      </div>
      {over ? null : (
        <>
          {mine || dialog.medium === "voice" ? null : (
            <Button
              variant={dialog.assignee === null ? "filled" : "default"}
              leftSection={<IconUserCheck size={16} aria-hidden />}
              loading={take.isPending}
              onClick={() => take.mutate()}
            >
              {dialog.assignee === null ? t("head.take") : t("thread:takeOver.button")}
            </Button>
          )}
          {/* A talk is handed on from the call bar. */}
          {(can("dialog", "assign") !== null || mine) && !(dialog.medium === "voice" && dialog.assignee !== null) ? <AssignMenu dialog={dialog} keyed /> : null}
          {mine || can("dialog", "assign") !== null ? (
            <Tooltip label={`${t("head.close")} · E`}>
              <Button variant="default" leftSection={<IconCheck size={16} aria-hidden />} loading={close.isPending} onClick={() => close.mutate()}>
                {t("head.close")}
              </Button>
            </Tooltip>
          ) : null}
        </>
      )}
      <Tooltip label={side ? t("side.hide") : t("side.show")}>
        <ActionIcon visibleFrom="sm" aria-label={side ? t("side.hide") : t("side.show")} aria-expanded={side} onClick={onSide}>
          {side ? <IconLayoutSidebarRightCollapse size={19} stroke={1.7} /> : <IconLayoutSidebarRightExpand size={19} stroke={1.7} />}
        </ActionIcon>
      </Tooltip>
    </header>
  );
}

/** Every step of routing about this dialog: who was asked, why, who could not. */
function WhyButton({ dialogId }: { dialogId: string }) {
  const { t } = useTranslation("thread");
  useShortcut({ keys: "w", label: "thread:whyBox.open", run: () => openWhy(dialogId) });
  return (
    <ActionIcon size="xs" aria-label={t("whyBox.open")} title={`${t("whyBox.open")} · W`} onClick={() => openWhy(dialogId)}>
      <IconInfoCircle size={15} />
    </ActionIcon>
  );
}
