import type { Message } from "@kommutator/contract/api/dialogs";
import { Button, Textarea } from "@mantine/core";
import { IconSend2 } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, Suspense, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { changeAndGoOn } from "../../app/caret.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { useLive } from "../../app/LiveProvider.tsx";
import { isOver, type LiveDialog } from "../../app/live-cache.ts";
import { useMe } from "../../app/me.ts";
import { onDemand } from "../../app/on-demand.tsx";
import { useShortcut } from "../../app/shortcuts.ts";
import { Answering, Banners } from "./Banners.tsx";
import classes from "./composer.module.css";
import { localDraft, useDraftKeeper } from "./draft.ts";
import { FileChips } from "./FileChips.tsx";
import { takesFiles, textLimit } from "./files.ts";
import { Hint, WindowHint } from "./Hint.tsx";
import { findColleagues, mentioned } from "./mentions.ts";
import { OpenVariables } from "./OpenVariables.tsx";
import { useOutbox } from "./OutboxProvider.tsx";
import type { Outgoing } from "./outbox.ts";
import { SuggestionList } from "./SuggestionList.tsx";
import { Tools } from "./Tools.tsx";
import { setUndoes, undoes } from "./undo.ts";
import { useCanned } from "./useCanned.ts";
import { useFiles } from "./useFiles.ts";
import { useFreshRules } from "./useFreshRules.ts";
import { useSuggestions } from "./useSuggestions.ts";

const QuickAnswers = onDemand(async () => (await import("./QuickAnswers.tsx")).default);
const ENTER = "kommutator.enterSends";

/** Reply or note. Enter sends, Shift+Enter breaks (a setting turns it round). What was typed is never lost, and what the channel cannot carry is said before sending. */
export function Composer({
  detail,
  answering,
  onAnswering,
}: {
  detail: LiveDialog;
  answering: Message | null;
  onAnswering: (message: Message | null) => void;
}) {
  const { t } = useTranslation("composer");
  const me = useMe();
  const live = useLive();
  const client = useQueryClient();
  const outbox = useOutbox();
  const people = useCatalogues().data?.employees ?? [];
  const { dialog, capabilities } = detail;
  const over = isOver(dialog);
  const canReply = capabilities.canReply && !over;
  const [wantsNote, setNote] = useState(false);
  useFreshRules(detail);
  const note = wantsNote || !canReply;
  const [text, setText] = useState(() => localDraft(me.id, dialog.id) ?? detail.draft);
  const [drag, setDrag] = useState(false);
  const [undo, setUndo] = useState(undoes);
  const [enterSends, setEnterSends] = useState(() => localStorage.getItem(ENTER) !== "no");
  const [askTake, setAskTake] = useState(false);
  const [quick, setQuick] = useState<string[]>([]);
  const [editQuick, setEditQuick] = useState(false);
  const draft = useDraftKeeper(client, me.id, dialog.id);
  const input = useRef<HTMLTextAreaElement>(null);
  const lastTyping = useRef(0);
  // A note stays in the house: only our own limit holds for its files.
  const limits = note ? { attachmentBytes: 25 * 1024 * 1024, attachments: null } : capabilities;
  const files = useFiles(limits);

  const focus = (asNote = note) => {
    flushSync(() => setNote(asNote));
    input.current?.focus();
  };
  useShortcut(canReply ? { keys: "r", label: "dialogs:keys.reply", run: () => focus(false) } : null);
  // Whoever chose a message to answer writes next.
  const answered = answering?.id;
  useEffect(() => {
    if (answered === undefined) return;
    setNote(false);
    input.current?.focus();
  }, [answered]);
  useShortcut({ keys: "n", label: "dialogs:keys.note", run: () => focus(true) });

  const change = (value: string) => {
    setText(value);
    draft.keep(value);
    if (!note && Date.now() - lastTyping.current > 2500) {
      lastTyping.current = Date.now();
      live.sayTyping(dialog.id);
    }
  };
  /** Puts `piece` in the place between `from` and `to`, the caret behind it. */
  const insert = (piece: string, from = input.current?.selectionStart ?? text.length, to = input.current?.selectionEnd ?? from) => {
    changeAndGoOn(input, () => change(text.slice(0, from) + piece + text.slice(to)), from + piece.length);
  };
  const colleagues = useSuggestions({
    input,
    text,
    sign: "@",
    find: (word) => findColleagues(people, word),
    onChoose: (person, from, to) => insert(`@${person.name} `, from, to),
    enabled: note,
  });
  const canned = useCanned({ dialogId: dialog.id, input, text, enabled: !note, insert });

  const foreign = dialog.assignee !== null && dialog.assignee.id !== me.id;
  const limit = note ? 100_000 : textLimit(capabilities, files.stored.length);
  const unfilled = !note && canned.open.length > 0;
  const ready = (text.trim() !== "" || files.stored.length > 0) && text.length <= limit && !files.busy && !files.broken && !unfilled;

  const send = (takeOver = false) => {
    if (!ready) return;
    if (!note && foreign && !takeOver) {
      setAskTake(true);
      return;
    }
    outbox.add({
      dialogId: dialog.id,
      files: files.stored,
      body: {
        clientKey: crypto.randomUUID(),
        text: text.trim(),
        attachments: files.stored.map((file) => file.blobId),
        internal: note,
        mentions: note ? mentioned(people, text) : [],
        takeOver: takeOver || (!note && dialog.assignee === null),
        ...(note || answering === null || !capabilities.replies ? {} : { replyTo: answering.id }),
        quickAnswers: note ? [] : quick,
      },
    });
    setText("");
    files.clear();
    setAskTake(false);
    setQuick([]);
    setEditQuick(false);
    onAnswering(null);
    draft.drop();
    input.current?.focus();
  };

  /** What was taken back stands before what has been typed since. */
  const takeBack = ({ body, files: blobs }: Outgoing) => {
    const { text: back = "", internal = false, quickAnswers = [], replyTo } = body;
    files.putBack(blobs);
    setNote(internal);
    setQuick(quickAnswers);
    onAnswering(detail.messages.find((message) => message.id === replyTo) ?? null);
    changeAndGoOn(input, () => change([back, text].filter((each) => each !== "").join("\n")), back.length);
  };
  useEffect(() => outbox.receive(dialog.id, takeBack));
  // Whoever goes on to another dialog has done with this one.
  useEffect(() => () => void outbox.release(dialog.id), [outbox, dialog.id]);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (colleagues.onKeyDown(event) || canned.suggestions.onKeyDown(event)) return;
    // With nothing typed since there is nothing else to undo.
    const back = event.key === "Escape" ? answering === null : event.code === "KeyZ" && (event.ctrlKey || event.metaKey) && !event.shiftKey;
    if (back && text === "" && outbox.undo(dialog.id)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      if (answering === null) input.current?.blur();
      else onAnswering(null);
      return;
    }
    // Up in an empty reply answers the customer's last message.
    if (event.key === "ArrowUp" && text === "" && !note && capabilities.replies) {
      const last = detail.messages.findLast((message) => message.direction === "in" && message.deletedAt === null);
      if (last !== undefined) onAnswering(last);
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
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    files.add(pasted);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDrag(false);
    files.add(event.dataTransfer.files);
  };

  const idle =
    !note && capabilities.commands.length > 0 && !takesFiles(capabilities)
      ? t("composer.textOnly")
      : enterSends
        ? t("composer.hintEnter")
        : t("composer.hintCtrl");
  return (
    <div className={classes["composer"]}>
      <Banners
        dialog={dialog}
        over={over}
        reason={capabilities.canReply ? null : (capabilities.cannotReplyReason ?? "unsupported")}
        foreign={canReply && foreign && !note}
        asking={askTake}
        onTakeAndSend={() => send(true)}
        onCancel={() => setAskTake(false)}
      />
      {canReply && !note && capabilities.windowUntil !== null ? <WindowHint until={capabilities.windowUntil} /> : null}
      {canned.open.length > 0 && !note ? <OpenVariables open={canned.open} input={input} /> : null}
      <SuggestionList suggestions={colleagues} label={t("composer.mention")} render={(person) => person.name} />
      <SuggestionList
        suggestions={canned.suggestions}
        label={t("canned.list")}
        render={(answer) => (
          <>
            <span className={classes["cannedTitle"]}>
              {answer.title}
              {answer.shortcut === null ? null : <kbd>/{answer.shortcut}</kbd>}
            </span>
            <span className={classes["cannedBody"]}>{answer.body}</span>
          </>
        )}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a drop target beside the button that does the same */}
      <div
        className={classes["box"]}
        data-note={note || undefined}
        onDragEnter={() => setDrag(true)}
        onDragOver={(event) => event.preventDefault()}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDrag(false);
        }}
        onDrop={onDrop}
      >
        {drag ? <div className={classes["dropZone"]}>{takesFiles(limits) ? t("composer.drop") : t("refused.none")}</div> : null}
        {answering === null || note ? null : <Answering dialog={dialog} message={answering} onDrop={() => onAnswering(null)} />}
        <FileChips files={files} />
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
        {(editQuick || quick.length > 0) && !note && capabilities.quickAnswers !== null ? (
          <Suspense>
            <QuickAnswers
              answers={quick}
              limits={capabilities.quickAnswers}
              onChange={setQuick}
              onClose={() => {
                setEditQuick(false);
                input.current?.focus();
              }}
            />
          </Suspense>
        ) : null}
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
          <Tools
            limits={limits}
            note={note}
            enterSends={enterSends}
            onEnterSends={() => {
              localStorage.setItem(ENTER, enterSends ? "no" : "yes");
              setEnterSends(!enterSends);
            }}
            undo={undo}
            onUndo={() => {
              setUndoes(!undo);
              setUndo(!undo);
            }}
            onFiles={files.add}
            onEmoji={(emoji) => insert(emoji)}
            onCanned={() => insert(text === "" || /\s$/.test(text.slice(0, input.current?.selectionStart)) ? "/" : " /")}
            onQuick={note || capabilities.quickAnswers === null ? null : () => setEditQuick(true)}
          />
          <Hint text={text} limit={limit} segments={!note && capabilities.segments} idle={idle} />
          <Button size="xs" ml="auto" style={{ flex: "none" }} leftSection={<IconSend2 size={16} aria-hidden />} disabled={!ready} onClick={() => send()}>
            {note ? t("composer.saveNote") : t("composer.send")}
          </Button>
        </div>
      </div>
    </div>
  );
}
