import { ActionIcon, Loader, Menu, Popover, Tooltip } from "@mantine/core";
import { IconBolt, IconDots, IconLayoutGrid, IconMoodSmile, IconPaperclip } from "@tabler/icons-react";
import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../app/format.ts";
import { acceptOf, type Capabilities, takesFiles } from "./files.ts";

const EmojiPicker = lazy(() => import("./EmojiPicker.tsx"));

/** Files, emoji, canned answers, quick answers: only what the channel can carry. */
export function Tools({
  capabilities,
  note,
  enterSends,
  onEnterSends,
  onFiles,
  onEmoji,
  onCanned,
  onQuick,
}: {
  capabilities: Capabilities;
  note: boolean;
  enterSends: boolean;
  onEnterSends: () => void;
  onFiles: (files: File[]) => void;
  onEmoji: (emoji: string) => void;
  onCanned: () => void;
  onQuick: (() => void) | null;
}) {
  const { t } = useTranslation("composer");
  const format = useFormat();
  const picker = useRef<HTMLInputElement>(null);
  const [emoji, setEmoji] = useState(false);
  const files = note || takesFiles(capabilities);
  const attach = files ? t("composer.attach", { limit: format.bytes(capabilities.attachmentBytes) }) : t("refused.none");
  return (
    <>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={note ? undefined : acceptOf(capabilities)}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Tooltip label={attach}>
        <ActionIcon aria-label={attach} aria-disabled={!files} data-disabled={!files} onClick={() => files && picker.current?.click()}>
          <IconPaperclip size={18} />
        </ActionIcon>
      </Tooltip>
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
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
