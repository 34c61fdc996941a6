import type { Attachment } from "@kommutator/contract/api/dialogs";
import { ActionIcon, Button, Menu, Textarea, Tooltip } from "@mantine/core";
import { IconDots, IconPaperclip, IconSend2, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { useLive } from "../../app/LiveProvider.tsx";
import { isOver, type LiveDialog } from "../../app/live-cache.ts";
import { useMe } from "../../app/me.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { useDialogActions } from "./actions.ts";
import { localDraft, useDraftKeeper } from "./draft.ts";
import { MentionList, useMentions } from "./mentions.tsx";
import { useOutbox } from "./OutboxProvider.tsx";
import classes from "./thread.module.css";

interface Chip {
  key: string;
  name: string;
  bytes: number;
  blob: z.infer<typeof Attachment> | null;
  failure: string | null;
}

const ENTER = "kommutator.enterSends";

/** Reply or note. Enter sends, Shift+Enter breaks (a setting turns it round). What was typed is never lost. */
export function Composer({ detail }: { detail: LiveDialog }) {
  const { t } = useTranslation("dialogs");
  const me = useMe();
  const live = useLive();
  const format = useFormat();
  const client = useQueryClient();
  const outbox = useOutbox();
  const { dialog, capabilities } = detail;
  const { take } = useDialogActions(dialog.id);
  const over = isOver(dialog);
  const canReply = capabilities.canReply && !over;
  const [note, setNote] = useState(!canReply);
  const [text, setText] = useState(() => localDraft(me.id, dialog.id) ?? detail.draft);
  const [chips, setChips] = useState<Chip[]>([]);
  const [drag, setDrag] = useState(false);
  const [enterSends, setEnterSends] = useState(() => localStorage.getItem(ENTER) !== "no");
  const [askTake, setAskTake] = useState(false);
  const draft = useDraftKeeper(client, me.id, dialog.id);
  const input = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const lastTyping = useRef(0);
  const mentions = useMentions(input, text, setText, note);

  const focus = (asNote: boolean) => {
    setNote(asNote || !canReply);
    requestAnimationFrame(() => input.current?.focus());
  };
  useShortcut(canReply ? { keys: "r", label: "dialogs:keys.reply", run: () => focus(false) } : null);
  useShortcut({ keys: "n", label: "dialogs:keys.note", run: () => focus(true) });

  const foreign = dialog.assignee !== null && dialog.assignee.id !== me.id;
  const limit = note ? 100_000 : capabilities.textLength;
  const over_ = text.length > limit;
  const uploading = chips.some((chip) => chip.blob === null && chip.failure === null);
  const ready = (text.trim() !== "" || chips.some((chip) => chip.blob !== null)) && !over_ && !uploading && !chips.some((chip) => chip.failure !== null);

  const change = (value: string) => {
    setText(value);
    draft.keep(value);
    if (!note && Date.now() - lastTyping.current > 2500) {
      lastTyping.current = Date.now();
      live.sayTyping(dialog.id);
    }
  };

  const attach = (files: Iterable<File>) => {
    for (const file of files) {
      const key = crypto.randomUUID();
      const tooBig = file.size > capabilities.attachmentBytes;
      const refused = tooBig ? t("composer.tooBig", { limit: format.bytes(capabilities.attachmentBytes) }) : null;
      setChips((all) => [...all, { key, name: file.name, bytes: file.size, blob: null, failure: refused }]);
      if (refused !== null) continue;
      const put = (change: Partial<Chip>) => setChips((all) => all.map((chip) => (chip.key === key ? { ...chip, ...change } : chip)));
      api.upload(file).then(
        (blob) => put({ blob }),
        (error: unknown) => put({ failure: failureText(error) }),
      );
    }
  };

  const send = (takeOver = false) => {
    if (!ready) return;
    if (!note && foreign && !takeOver) {
      setAskTake(true);
      return;
    }
    const files = chips.flatMap((chip) => (chip.blob === null ? [] : [chip.blob]));
    outbox.add({
      dialogId: dialog.id,
      files,
      body: {
        clientKey: crypto.randomUUID(),
        text: text.trim(),
        attachments: files.map((file) => file.blobId),
        internal: note,
        mentions: note ? mentions.idsIn(text) : [],
        takeOver: takeOver || (!note && dialog.assignee === null),
      },
    });
    setText("");
    setChips([]);
    setAskTake(false);
    draft.drop();
    input.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (mentions.onKeyDown(event)) return;
    if (event.key === "Escape") {
      input.current?.blur();
      return;
    }
    if (event.key !== "Enter") return;
    const modified = event.shiftKey || event.ctrlKey || event.metaKey;
    if (enterSends ? !event.shiftKey : modified && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    attach(files);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDrag(false);
    attach([...event.dataTransfer.files]);
  };

  const reason = over
    ? t("composer.closed")
    : capabilities.canReply
      ? null
      : t(`cannotReply.${capabilities.cannotReplyReason ?? "unsupported"}`, { defaultValue: t("cannotReply.unsupported") });
  const near = text.length > limit * 0.8;
  return (
    <div className={classes["composer"]} style={{ position: "relative" }}>
      {reason === null ? null : (
        <div className={classes["banner"]}>
          <span>{reason}</span>
        </div>
      )}
      {askTake ? (
        <div className={classes["banner"]} role="alertdialog" aria-label={t("takeOver.question", { name: dialog.assignee?.name ?? "" })}>
          <span>{t("takeOver.question", { name: dialog.assignee?.name ?? "" })}</span>
          <Button size="compact-sm" autoFocus onClick={() => send(true)}>
            {t("takeOver.andSend")}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setAskTake(false)}>
            {t("common:cancel")}
          </Button>
        </div>
      ) : canReply && foreign && !note ? (
        <div className={classes["banner"]}>
          <span>{t("takeOver.banner", { name: dialog.assignee?.name ?? "" })}</span>
          <Button size="compact-sm" variant="light" loading={take.isPending} onClick={() => take.mutate()}>
            {t("takeOver.button")}
          </Button>
        </div>
      ) : null}
      <MentionList mentions={mentions} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a drop target beside the button that does the same */}
      <div
        className={classes["box"]}
        data-note={note || undefined}
        data-drag={drag || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setDrag(true);
        }}
        onDragLeave={() => setDrag(false)}
        onDrop={onDrop}
      >
        {chips.length === 0 ? null : (
          <div className={classes["chips"]}>
            {chips.map((chip) => (
              <span key={chip.key} className={classes["chip"]} data-failed={chip.failure !== null || undefined} title={chip.failure ?? chip.name}>
                <span className="truncate">{chip.failure === null ? chip.name : `${chip.name}: ${chip.failure}`}</span>
                <span style={{ whiteSpace: "nowrap", color: "var(--k-dim)" }}>
                  {chip.blob === null && chip.failure === null ? t("composer.uploading") : format.bytes(chip.bytes)}
                </span>
                <ActionIcon
                  size="xs"
                  aria-label={t("composer.removeFile", { name: chip.name })}
                  onClick={() => setChips((all) => all.filter((each) => each.key !== chip.key))}
                >
                  <IconX size={14} />
                </ActionIcon>
              </span>
            ))}
          </div>
        )}
        <Textarea
          ref={input}
          variant="unstyled"
          className={classes["input"] ?? ""}
          px={8}
          autosize
          minRows={2}
          maxRows={9}
          aria-label={note ? t("composer.noteLabel") : t("composer.replyLabel")}
          placeholder={note ? t("composer.notePlaceholder") : t("composer.placeholder")}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <div className={classes["tools"]}>
          <div className={classes["modes"]}>
            {canReply ? (
              <button type="button" className={classes["mode"]} aria-pressed={!note} onClick={() => focus(false)}>
                {t("composer.reply")}
              </button>
            ) : null}
            <button type="button" className={classes["mode"]} aria-pressed={note} onClick={() => focus(true)} title="N">
              {t("composer.note")}
            </button>
          </div>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              attach([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = "";
            }}
          />
          <Tooltip label={t("composer.attach", { limit: format.bytes(capabilities.attachmentBytes) })}>
            <ActionIcon aria-label={t("composer.attach", { limit: format.bytes(capabilities.attachmentBytes) })} onClick={() => picker.current?.click()}>
              <IconPaperclip size={18} />
            </ActionIcon>
          </Tooltip>
          <Menu position="top-start">
            <Menu.Target>
              <ActionIcon aria-label={t("composer.options")}>
                <IconDots size={18} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                onClick={() => {
                  localStorage.setItem(ENTER, enterSends ? "no" : "yes");
                  setEnterSends(!enterSends);
                }}
              >
                {enterSends ? t("composer.ctrlEnter") : t("composer.enterSends")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <span className={classes["hint"]} data-over={over_ || undefined} aria-live={near ? "polite" : undefined}>
            {near
              ? t("composer.length", { used: format.number(text.length), limit: format.number(limit) })
              : enterSends
                ? t("composer.hintEnter")
                : t("composer.hintCtrl")}
          </span>
          <Button size="xs" leftSection={<IconSend2 size={16} aria-hidden />} disabled={!ready} onClick={() => send()}>
            {note ? t("composer.saveNote") : t("composer.send")}
          </Button>
        </div>
      </div>
    </div>
  );
}
