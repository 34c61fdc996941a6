import type { Attachment } from "@kommutator/contract/api/dialogs";
import { IconFile, IconFileMusic, IconFileTypePdf, IconPhoto } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { blobUrl } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import { AudioPlayer } from "./AudioPlayer.tsx";
import classes from "./thread.module.css";

type File = z.infer<typeof Attachment>;

/** Pictures as such, sound with a player, the rest as downloads. */
export function Attachments({ files }: { files: File[] }) {
  if (files.length === 0) return null;
  return (
    <div className={classes["files"]}>
      {files.map((file) => (
        <One key={file.blobId} file={file} />
      ))}
    </div>
  );
}

function One({ file }: { file: File }) {
  const { t } = useTranslation("dialogs");
  const format = useFormat();
  const [broken, setBroken] = useState(false);
  const url = blobUrl(file.blobId, file.name);
  if (/^image\/(png|jpeg|gif|webp)$/.test(file.mime) && !broken)
    return (
      <a href={url} target="_blank" rel="noreferrer" title={file.name} download={file.name}>
        <img className={classes["image"]} src={url} alt={file.name} loading="lazy" onError={() => setBroken(true)} />
      </a>
    );
  if (file.mime.startsWith("audio/")) return <AudioPlayer src={url} label={file.name} />;
  const Icon =
    file.mime === "application/pdf" ? IconFileTypePdf : file.mime.startsWith("image/") ? IconPhoto : file.mime.startsWith("audio/") ? IconFileMusic : IconFile;
  return (
    <a className={classes["file"]} href={url} download={file.name} title={t("file.download", { name: file.name })}>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className="truncate">{file.name}</span>
      <span style={{ color: "var(--k-dim)", whiteSpace: "nowrap" }}>{format.bytes(file.bytes)}</span>
    </a>
  );
}
