import type { Started, StartOption, StartOptions } from "@kommutator/contract/api/dialogs";
import { Alert, Button, Group, Modal, Radio, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPencilPlus, IconSend2 } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { z } from "zod";
import { ApiError, api } from "../../app/api.ts";
import { changeAndGoOn } from "../../app/caret.ts";
import { failureText } from "../../app/failure.ts";
import { usePhone } from "../../app/format.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { AttachButton } from "../composer/AttachButton.tsx";
import { FileChips } from "../composer/FileChips.tsx";
import { type FileLimits, takesFiles, textLimit } from "../composer/files.ts";
import { Hint } from "../composer/Hint.tsx";
import { OpenVariables } from "../composer/OpenVariables.tsx";
import { SuggestionList } from "../composer/SuggestionList.tsx";
import { useCanned } from "../composer/useCanned.ts";
import { useFiles } from "../composer/useFiles.ts";
import { useWritingFailure } from "../composer/writing-failure.ts";
import { iconOfChannel } from "../dialogs/ChannelIcon.tsx";
import classes from "./start.module.css";

/** Whom to write to: a card of ours, or (nothing given) a number or address that is typed. */
export interface StartTarget {
  customerId?: string;
  contactId?: string;
  leadId?: string;
  /** Chosen already: the contact point whose "write" was pressed. */
  contactPointId?: string;
}

/** Until a channel is chosen nothing is refused. */
const NO_LIMITS: FileLimits = { attachmentBytes: 25 * 1024 * 1024, attachments: null };

const keyOf = (option: StartOption) => `${option.channelId}:${option.contactPointId ?? option.value}`;

/** Writes first: by which channel, why another cannot be used, what. The dialog opens when it is sent. */
export default function StartBox({ target, onClose }: { target: StartTarget; onClose: () => void }) {
  const { t } = useTranslation("start");
  const whyRefused = useWritingFailure();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { contactPointId, ...party } = target;
  const byNumber = party.customerId === undefined && party.contactId === undefined && party.leadId === undefined;
  const [to, setTo] = useState("");
  const [asked] = useDebouncedValue(to.trim(), 300);
  const [picked, setPicked] = useState<string | null>(null);
  const [text, setText] = useState("");
  const [subject, setSubject] = useState("");
  const [clientKey] = useState(() => crypto.randomUUID());
  const input = useRef<HTMLTextAreaElement>(null);
  const enough = !byNumber || asked.length >= 3;
  const options = useQuery({
    queryKey: ["dialog-starts", party, byNumber ? asked : null],
    queryFn: ({ signal }) => api.get<z.infer<typeof StartOptions>>("/dialog-starts", { signal, query: byNumber ? { to: asked } : { ...party } }),
    enabled: enough,
    staleTime: 0,
    retry: false,
  });
  const items = options.data?.items ?? [];
  const free = items.filter((each) => each.reason === null);
  const chosen =
    items.find((each) => keyOf(each) === picked) ??
    free.find((each) => each.contactPointId !== null && each.contactPointId === contactPointId) ??
    free[0] ??
    null;
  const insert = (piece: string, from: number, end: number) => {
    changeAndGoOn(input, () => setText(text.slice(0, from) + piece + text.slice(end)), from + piece.length);
  };
  const canned = useCanned({ dialogId: chosen?.dialogId ?? null, input, text, enabled: true, insert });
  const files = useFiles(chosen ?? NO_LIMITS);
  const limit = chosen === null ? 0 : textLimit(chosen, files.stored.length);
  const written = (text.trim() !== "" || files.stored.length > 0) && !files.busy && !files.broken;
  const ready = chosen !== null && chosen.reason === null && written && text.length <= limit && canned.open.length === 0;
  const send = useMutation({
    mutationFn: (option: StartOption) =>
      api.post<z.infer<typeof Started>>("/dialogs", {
        clientKey,
        channelId: option.channelId,
        ...(option.contactPointId === null ? { to: option.value } : { contactPointId: option.contactPointId }),
        text: text.trim(),
        attachments: files.stored.map((file) => file.blobId),
        ...(option.identityKind === "email" && subject.trim() !== "" ? { subject: subject.trim() } : {}),
      }),
    onSuccess: ({ dialogId }) => {
      void client.invalidateQueries({ queryKey: ["dialogs"] });
      onClose();
      void navigate(`/dialogs/${dialogId}`);
    },
  });
  const submit = () => {
    if (ready && !send.isPending) send.mutate(chosen);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (canned.suggestions.onKeyDown(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <Modal opened onClose={onClose} size={560} title={<Text fw={650}>{t("title")}</Text>} closeButtonProps={{ "aria-label": t("common:close") }}>
      <Stack gap="sm">
        {byNumber ? (
          <TextInput
            data-autofocus
            label={t("to")}
            description={t("toText")}
            value={to}
            error={options.isError && options.error instanceof ApiError && options.error.code === "validation" ? t("toWrong") : null}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        ) : null}
        {!enough ? null : options.isPending ? (
          <RowsSkeleton rows={2} height={44} />
        ) : options.isError ? (
          options.error instanceof ApiError && options.error.code === "validation" ? null : (
            <ErrorState error={options.error} onRetry={() => void options.refetch()} />
          )
        ) : items.length === 0 ? (
          <Empty icon={<IconPencilPlus />} title={t("none")} text={t("noneText")} />
        ) : (
          <>
            <Channels items={items} chosen={chosen} onPick={setPicked} />
            {chosen?.identityKind === "email" ? (
              <TextInput label={t("subject")} value={subject} onChange={(event) => setSubject(event.currentTarget.value)} />
            ) : null}
            {/* biome-ignore lint/a11y/noStaticElementInteractions: a drop target beside the button that does the same */}
            <div
              style={{ position: "relative" }}
              onDragOver={(event) => event.preventDefault()}
              onDrop={(event) => {
                event.preventDefault();
                files.add(event.dataTransfer.files);
              }}
            >
              <SuggestionList suggestions={canned.suggestions} label={t("composer:canned.list")} render={(answer) => answer.title} />
              <Textarea
                ref={input}
                {...(byNumber ? {} : { "data-autofocus": true })}
                label={t("text")}
                autosize
                minRows={3}
                maxRows={10}
                disabled={chosen === null}
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
                onKeyDown={onKeyDown}
                onPaste={(event) => {
                  if (event.clipboardData.files.length === 0) return;
                  event.preventDefault();
                  files.add([...event.clipboardData.files]);
                }}
              />
            </div>
            <FileChips files={files} />
            {canned.open.length === 0 ? null : <OpenVariables open={canned.open} input={input} />}
            {chosen !== null && chosen.reason === null && chosen.dialogId !== null ? <Text size="xs">{t("joins")}</Text> : null}
          </>
        )}
        {send.isError ? (
          <Alert color="red" variant="light" role="alert">
            {send.error instanceof ApiError ? whyRefused(send.error) : failureText(send.error)}
          </Alert>
        ) : null}
        <Group justify="space-between">
          {chosen === null ? (
            <span />
          ) : (
            <Group gap={6} wrap="nowrap">
              <AttachButton limits={chosen} onFiles={files.add} />
              <Hint text={text} limit={limit} segments={chosen.segments} idle={takesFiles(chosen) ? t("hint") : t("composer:composer.textOnly")} />
            </Group>
          )}
          <Group gap="sm" wrap="nowrap">
            <Button variant="default" onClick={onClose}>
              {t("common:cancel")}
            </Button>
            <Button leftSection={<IconSend2 size={16} aria-hidden />} disabled={!ready} loading={send.isPending} onClick={submit}>
              {t("send")}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

/** The ways to this person; one that is closed says why. */
function Channels({ items, chosen, onPick }: { items: StartOption[]; chosen: StartOption | null; onPick: (key: string) => void }) {
  const { t } = useTranslation("start");
  const phone = usePhone();
  return (
    <Radio.Group label={t("channel")} value={chosen === null ? null : keyOf(chosen)} onChange={onPick}>
      <div className={classes["options"]}>
        {items.map((option) => {
          const Icon = iconOfChannel(option.channelKind, option.identityKind === "email" ? "mail" : "chat");
          const why = option.reason === null ? null : t(`reason.${option.reason}`, { defaultValue: t("reason.unsupported") });
          return (
            <Radio
              key={keyOf(option)}
              value={keyOf(option)}
              disabled={why !== null}
              label={
                <span className={classes["option"]}>
                  <Icon size={17} stroke={1.7} aria-hidden />
                  <span className="truncate">
                    <b>{option.channelName}</b> · {phone(option.value)}
                    {option.name === "" || option.name === option.value ? null : ` · ${option.name}`}
                  </span>
                </span>
              }
              description={why}
            />
          );
        })}
      </div>
    </Radio.Group>
  );
}
