import { ActionIcon, Loader, Menu, Popover, Tooltip } from "@mantine/core";
import { IconBolt, IconDots, IconLayoutGrid, IconMoodSmile } from "@tabler/icons-react";
import { Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { onDemand } from "../../app/on-demand.tsx";
import { AttachButton } from "./AttachButton.tsx";
import type { FileLimits } from "./files.ts";

const EmojiPicker = onDemand(async () => (await import("./EmojiPicker.tsx")).default);

/** Files, emoji, canned answers, quick answers: only what the channel can carry. */
export function Tools({
  limits,
  note,
  enterSends,
  onEnterSends,
  undo,
  onUndo,
  onFiles,
  onEmoji,
  onCanned,
  onQuick,
}: {
  /** Of what is being written: a reply's are the channel's, a note's our own. */
  limits: FileLimits;
  note: boolean;
  enterSends: boolean;
  onEnterSends: () => void;
  /** Whether what was sent can be taken back for some seconds. */
  undo: boolean;
  onUndo: () => void;
  onFiles: (files: File[]) => void;
  onEmoji: (emoji: string) => void;
  onCanned: () => void;
  onQuick: (() => void) | null;
}) {
  const { t } = useTranslation("composer");
  const [emoji, setEmoji] = useState(false);
  return (
    <>
      <AttachButton limits={limits} onFiles={onFiles} />
      <Popover opened={emoji} onChange={setEmoji} position="top-start" shadow="md" width={320} trapFocus returnFocus>
        <Popover.Target>
          <ActionIcon aria-label={t("emoji.open")} title={t("emoji.open")} aria-expanded={emoji} onClick={() => setEmoji(!emoji)}>
            <IconMoodSmile size={18} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown p={8}>
          {emoji ? (
            <Suspense fallback={<Loader size="xs" />}>
              <EmojiPicker
                onPick={(picked) => {
                  setEmoji(false);
                  onEmoji(picked);
                }}
              />
            </Suspense>
          ) : null}
        </Popover.Dropdown>
      </Popover>
      {note ? null : (
        <Tooltip label={`${t("canned.open")} · /`}>
          <ActionIcon aria-label={t("canned.open")} onClick={onCanned}>
            <IconBolt size={18} />
          </ActionIcon>
        </Tooltip>
      )}
      {onQuick === null ? null : (
        <Tooltip label={t("quick.open")}>
          <ActionIcon aria-label={t("quick.open")} onClick={onQuick}>
            <IconLayoutGrid size={18} />
          </ActionIcon>
        </Tooltip>
      )}
      <Menu position="top-start">
        <Menu.Target>
          <ActionIcon aria-label={t("composer.options")}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onEnterSends}>{enterSends ? t("composer.ctrlEnter") : t("composer.enterSends")}</Menu.Item>
          <Menu.Item onClick={onUndo}>{undo ? t("composer.undoOff") : t("composer.undoOn")}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
