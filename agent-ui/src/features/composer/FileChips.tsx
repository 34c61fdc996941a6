import { ActionIcon } from "@mantine/core";
import { IconAlertTriangle, IconRefresh, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { blobUrl } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import classes from "./composer.module.css";
import { type Refusal, typeNames } from "./files.ts";
import type { Chip, Files } from "./useFiles.ts";

/** What is pasted is often called "image.png": it is shown small, so that one sees what will go. */
const SHOWN = /^image\/(png|jpeg|gif|webp)$/;
const SHOWN_BYTES = 2 * 1024 * 1024;

/** Why a file cannot go, in words. */
function useRefusalText(): (refusal: Refusal) => string {
  const { t } = useTranslation("composer");
  const format = useFormat();
  return (refusal) => {
    switch (refusal.code) {
      case "none":
        return t("refused.none");
      case "count":
        return t("refused.count", { count: refusal.count });
      case "total":
        return t("refused.total", { limit: format.bytes(refusal.bytes) });
      case "size":
        return t("refused.size", { limit: format.bytes(refusal.bytes) });
      case "ending":
        return t("refused.ending", { ending: refusal.ending.toUpperCase() });
      case "empty":
        return t("refused.empty");
      case "type": {
        const { kinds, others } = typeNames(refusal.types);
        return t("refused.type", { types: [...kinds.map((kind) => t(`fileKind.${kind}`, { defaultValue: kind })), ...others].join(", ") });
      }
    }
  };
}

/** What will go with the message: name, size or progress, and what speaks against it. */
export function FileChips({ files }: { files: Files }) {
  if (files.chips.length === 0) return null;
  return (
    <div className={classes["chips"]}>
      {files.chips.map((chip) => (
        <One key={chip.key} chip={chip} files={files} />
      ))}
    </div>
  );
}

function One({ chip, files }: { chip: Chip; files: Files }) {
  const { t } = useTranslation("composer");
  const format = useFormat();
  const refusalText = useRefusalText();
  const fault = chip.refusal === null ? chip.failure : refusalText(chip.refusal);
  const going = chip.blob === null && fault === null;
  return (
    <span className={classes["chip"]} data-failed={fault !== null || undefined} title={fault ?? chip.name}>
      {fault === null ? null : <IconAlertTriangle size={14} aria-hidden />}
      {chip.blob !== null && chip.bytes <= SHOWN_BYTES && SHOWN.test(chip.mime) ? (
        <img className={classes["chipPicture"]} src={blobUrl(chip.blob.blobId, chip.name)} alt="" />
      ) : null}
      <span className="truncate">{chip.name}</span>
      {fault === null ? null : <span role="alert">{fault}</span>}
      {going ? (
        <progress className={classes["progress"]} value={chip.share} max={1} aria-label={t("composer.uploading", { name: chip.name })}>
          {format.percent(chip.share)}
        </progress>
      ) : fault === null ? (
        <span className={classes["size"]}>{format.bytes(chip.bytes)}</span>
      ) : null}
      {chip.failure === null ? null : (
        <ActionIcon size="xs" aria-label={t("composer.uploadAgain", { name: chip.name })} onClick={() => files.again(chip.key)}>
          <IconRefresh size={14} />
        </ActionIcon>
      )}
      <ActionIcon
        size="xs"
        aria-label={going ? t("composer.cancelUpload", { name: chip.name }) : t("composer.removeFile", { name: chip.name })}
        onClick={() => files.remove(chip.key)}
      >
        <IconX size={14} />
      </ActionIcon>
    </span>
  );
}
