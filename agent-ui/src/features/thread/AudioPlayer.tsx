import { ActionIcon, Button } from "@mantine/core";
import { IconDownload, IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { clock } from "../../app/format.ts";
import classes from "./thread.module.css";

const SPEEDS = [1, 1.5, 2] as const;

/**
 * Sound: play, seek, faster, download. Its length is shown from the start: as the channel said it (`lengthMs`), else from the
 * file's head; a recording of a call (`lazy`) is not touched before the first play.
 */
export function AudioPlayer({
  src,
  label,
  lengthMs = null,
  name = null,
  lazy = false,
}: {
  src: string;
  label: string;
  lengthMs?: number | null;
  name?: string | null;
  lazy?: boolean;
}) {
  const { t } = useTranslation("thread");
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(lengthMs === null ? 0 : lengthMs / 1000);
  const [speed, setSpeed] = useState<number>(1);
  const [failed, setFailed] = useState(false);
  const toggle = () => {
    const element = audio.current;
    if (element === null) return;
    if (element.paused) element.play().catch(() => setFailed(true));
    else element.pause();
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed as 1) + 1) % SPEEDS.length] ?? 1;
    setSpeed(next);
    if (audio.current !== null) audio.current.playbackRate = next;
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset belongs to a form
    <div className={classes["player"]} role="group" aria-label={label}>
      {/* biome-ignore lint/a11y/useMediaCaption: what was said aloud has no captions */}
      <audio
        ref={audio}
        src={src}
        preload={lazy || lengthMs !== null ? "none" : "metadata"}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={(event) => {
          // A recorder's stream may carry no length: what the channel said stays.
          if (Number.isFinite(event.currentTarget.duration) && event.currentTarget.duration > 0) setLength(event.currentTarget.duration);
        }}
        onError={() => setFailed(true)}
      />
      <ActionIcon variant="light" color="blue" radius="xl" aria-label={playing ? t("player.pause") : t("player.play")} onClick={toggle}>
        {playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
      </ActionIcon>
      {failed ? (
        <span>{t("player.failed")}</span>
      ) : (
        <>
          {name === null ? null : (
            <span className={`truncate ${classes["soundName"]}`} title={name}>
              {name}
            </span>
          )}
          <input
            className={classes["range"]}
            type="range"
            min={0}
            max={length || 1}
            step={0.1}
            value={at}
            aria-label={t("player.position")}
            onChange={(event) => {
              if (audio.current !== null) audio.current.currentTime = Number(event.currentTarget.value);
            }}
          />
          <span className={classes["clock"]}>
            {at === 0 && length > 0 ? clock(length * 1000) : clock(at * 1000)}
            {at > 0 && length > 0 ? ` / ${clock(length * 1000)}` : ""}
          </span>
          <Button variant="subtle" color="gray" size="compact-xs" aria-label={`${speed}× ${t("player.speed")}`} onClick={faster}>
            {speed}×
          </Button>
        </>
      )}
      <ActionIcon component="a" href={src} download aria-label={t("player.download")}>
        <IconDownload size={17} />
      </ActionIcon>
    </div>
  );
}
