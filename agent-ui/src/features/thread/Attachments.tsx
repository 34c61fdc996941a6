import type { Attachment, Message } from "@kommutator/contract/api/dialogs";
import { Button } from "@mantine/core";
import { IconClockDown, IconFile, IconFileAlert, IconFileTypePdf, IconFileZip, IconPhoto } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, blobUrl, previewUrl } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { AudioPlayer } from "./AudioPlayer.tsx";
import { useThread } from "./context.ts";
import { isProgram, type MediaKind, mediaKindOf, placeOf } from "./media.ts";
import classes from "./thread.module.css";
import { useMessageCall } from "./useMessageCall.ts";

/** The place of a picture in thread.module.css. */
const WIDTH_PX = 232;
const HEIGHT_PX = 174;
/** Pauses before a picture is asked for once more. */
const AGAIN_MS = [1_000, 4_000];

/** Files of a message: pictures, sound and video in place, the rest as downloads; what is still coming or did not come says so. */
export function Attachments({ message }: { message: Message }) {
  if (message.attachments.length === 0) return null;
  return (
    <div className={classes["files"]}>
      {message.attachments.map((file) => (
        <One key={file.pos} message={message} file={file} />
      ))}
    </div>
  );
}

function One({ message, file }: { message: Message; file: Attachment }) {
  const { t } = useTranslation("thread");
  const { openPicture } = useThread();
  const [broken, setBroken] = useState(false);
  if (file.state === "refused") return <Refused message={message} file={file} />;
  if (file.state === "pending" || file.blobId === null) return <Coming file={file} />;
  const { blobId } = file;
  const url = blobUrl(blobId, file.name);
  const kind = broken ? "document" : mediaKindOf(file);
  switch (kind) {
    case "image":
      return (
        <button type="button" className={classes["picture"]} title={file.name} data-place={placeOf(file)} onClick={() => openPicture(blobId)}>
          {placeOf(file) === "button" ? (
            <LargePicture file={file} />
          ) : (
            <Picture
              url={file.preview ? previewUrl(blobId) : url}
              preview={file.preview}
              alt={t("file.picture", { name: file.name })}
              onBroken={() => setBroken(true)}
            />
          )}
        </button>
      );
    case "sticker":
      return file.mime.startsWith("video/") ? (
        <video className={classes["sticker"]} src={url} aria-label={t("file.sticker")} autoPlay loop muted playsInline onError={() => setBroken(true)} />
      ) : (
        <img className={classes["sticker"]} src={url} alt={t("file.sticker")} loading="lazy" onError={() => setBroken(true)} />
      );
    case "voice":
    case "audio":
      return (
        <AudioPlayer src={url} label={kind === "voice" ? t("file.voice") : file.name} lengthMs={file.durationMs} name={kind === "voice" ? null : file.name} />
      );
    case "video":
      return (
        // biome-ignore lint/a11y/useMediaCaption: what a customer filmed has no captions
        <video
          className={classes["video"]}
          src={url}
          controls
          preload={file.preview ? "none" : "metadata"}
          poster={file.preview ? previewUrl(blobId) : undefined}
          aria-label={file.name}
          onError={() => setBroken(true)}
        />
      );
    case "document":
      return <Document file={file} url={url} />;
  }
}

/** A large picture that has no small one: its place says so, and a press loads it. */
function LargePicture({ file }: { file: Attachment }) {
  const { t } = useTranslation("thread");
  const format = useFormat();
  return (
    <>
      <IconPhoto size={22} stroke={1.6} aria-hidden />
      <span>{t("file.large")}</span>
      <span className={classes["dim"]}>{format.bytes(file.bytes)}</span>
    </>
  );
}

/** A picture that did not load (the line broke, the server was busy) is asked for again before it is given up as a download. */
function Picture({ url, preview, alt, onBroken }: { url: string; preview: boolean; alt: string; onBroken: () => void }) {
  const [small, setSmall] = useState(false);
  const [tries, setTries] = useState(0);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!failed) return;
    const timer = setTimeout(() => {
      setFailed(false);
      setTries(tries + 1);
    }, AGAIN_MS[tries]);
    return () => clearTimeout(timer);
  }, [failed, tries]);
  return (
    <img
      src={tries === 0 ? url : `${url}&again=${tries}`}
      alt={alt}
      loading="lazy"
      decoding="async"
      data-small={small || undefined}
      onLoad={(event) => setSmall(!preview && event.currentTarget.naturalWidth < WIDTH_PX && event.currentTarget.naturalHeight < HEIGHT_PX)}
      onError={() => (tries < AGAIN_MS.length ? setFailed(true) : onBroken())}
    />
  );
}

function Document({ file, url }: { file: Attachment; url: string }) {
  const { t } = useTranslation("thread");
  const format = useFormat();
  const Icon = isProgram(file)
    ? IconFileAlert
    : file.mime === "application/pdf"
      ? IconFileTypePdf
      : file.mime.startsWith("image/")
        ? IconPhoto
        : /zip|rar|7z|tar/.test(file.mime)
          ? IconFileZip
          : IconFile;
  return (
    <a className={classes["file"]} href={url} download={file.name} title={t("file.download", { name: file.name })}>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className={classes["fileLines"]}>
        <span className="truncate">{file.name}</span>
        {isProgram(file) ? <span className={classes["reason"]}>{t("file.program")}</span> : null}
      </span>
      <span className={classes["dim"]}>{format.bytes(file.bytes)}</span>
    </a>
  );
}

/** The place that a file of this kind takes when it is here; the others are one line before and after. */
const PLACE: Partial<Record<MediaKind, string>> = { image: "picture", video: "picture", sticker: "sticker" };

/** The message is here, its file still on the way: the place is kept, so that nothing jumps when it comes. */
function Coming({ file }: { file: Attachment }) {
  const { t } = useTranslation("thread");
  const format = useFormat();
  const kind = mediaKindOf(file);
  return (
    <span className={classes[PLACE[kind] ?? "file"]} data-coming={kind} role="status" title={file.name}>
      <IconClockDown size={18} stroke={1.6} aria-hidden />
      <span className="truncate">{t("file.coming")}</span>
      {file.bytes > 0 ? <span className={classes["dim"]}>{format.bytes(file.bytes)}</span> : null}
    </span>
  );
}

function Refused({ message, file }: { message: Message; file: Attachment }) {
  const { t } = useTranslation("thread");
  const again = useMessageCall(message, () => api.post<Message>(`/messages/${message.id}/files/${file.pos}/retry`, {}));
  const reason = t(`file.refused.${file.reason ?? "failed"}`, { defaultValue: t("file.refused.failed") });
  return (
    <span className={classes["file"]} data-refused="" title={file.name}>
      <IconFileAlert size={18} stroke={1.6} aria-hidden />
      <span className={classes["fileLines"]}>
        <span className="truncate">{file.name}</span>
        <span className={classes["reason"]}>{reason}</span>
      </span>
      {message.direction === "in" && file.reason !== "too_large" && file.reason !== "type" ? (
        <Button size="compact-xs" variant="light" loading={again.isPending} onClick={() => again.mutate()}>
          {t("file.again")}
        </Button>
      ) : null}
    </span>
  );
}
