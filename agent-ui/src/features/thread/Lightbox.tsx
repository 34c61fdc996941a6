import { ActionIcon, Modal } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconDownload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { blobUrl } from "../../app/api.ts";
import { useFormat } from "../../app/format.ts";
import type { Picture } from "./media.ts";
import classes from "./thread.module.css";

/** One picture large; the arrows go through the others of the thread, Esc goes back. */
export function Lightbox({
  pictures,
  blobId,
  onShow,
  onClose,
}: {
  pictures: Picture[];
  blobId: string;
  onShow: (blobId: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation("thread");
  const format = useFormat();
  const at = Math.max(
    0,
    pictures.findIndex((each) => each.blobId === blobId),
  );
  const picture = pictures[at];
  const step = (by: number) => {
    const next = pictures[at + by];
    if (next !== undefined) onShow(next.blobId);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      event.preventDefault();
      step(event.key === "ArrowLeft" ? -1 : 1);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  if (picture === undefined) return null;
  const url = blobUrl(picture.blobId, picture.name);
  return (
    <Modal
      opened
      onClose={onClose}
      fullScreen
      transitionProps={{ duration: 0 }}
      title={
        <span className={classes["lightTitle"]}>
          <span className="truncate" title={picture.name}>
            {picture.name}
          </span>
          <span className={classes["dim"]}>
            {[format.bytes(picture.bytes), format.full(picture.at), pictures.length > 1 ? t("lightbox.count", { at: at + 1, all: pictures.length }) : null]
              .filter(Boolean)
              .join(" · ")}
          </span>
          <ActionIcon component="a" href={url} download={picture.name} aria-label={t("file.download", { name: picture.name })}>
            <IconDownload size={18} />
          </ActionIcon>
        </span>
      }
      closeButtonProps={{ "aria-label": t("common:close") }}
      styles={{ title: { flex: 1, minWidth: 0 }, body: { padding: 0 } }}
    >
      <div className={classes["light"]}>
        <ActionIcon size={44} radius="xl" variant="default" disabled={at === 0} aria-label={t("lightbox.previous")} onClick={() => step(-1)}>
          <IconChevronLeft />
        </ActionIcon>
        <Whole key={picture.blobId} url={url} name={picture.name} />
        <ActionIcon size={44} radius="xl" variant="default" disabled={at === pictures.length - 1} aria-label={t("lightbox.next")} onClick={() => step(1)}>
          <IconChevronRight />
        </ActionIcon>
      </div>
    </Modal>
  );
}

/** The picture in its own size; until all of it is here, that it is on its way. */
function Whole({ url, name }: { url: string; name: string }) {
  const { t } = useTranslation("thread");
  const [here, setHere] = useState(false);
  return (
    <div className={classes["lightPlace"]} aria-busy={!here}>
      {here ? null : (
        <span className={classes["lightComing"]} role="status">
          {t("file.coming")}
        </span>
      )}
      <img className={classes["lightPicture"]} src={url} alt={name} onLoad={() => setHere(true)} onError={() => setHere(true)} />
    </div>
  );
}
