import { ActionIcon, Button } from "@mantine/core";
import { IconDownload, IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { clock } from "../../app/format.ts";
import classes from "./thread.module.css";

const SPEEDS = [1, 1.5, 2] as const;

/** A recording: play, seek, faster, download. Nothing is fetched before the first play. */
export function AudioPlayer({ src, label }: { src: string; label: string }) {
  const { t } = useTranslation("dialogs");
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
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
      {/* biome-ignore lint/a11y/useMediaCaption: recordings of calls have no captions */}
      <audio
        ref={audio}
        src={src}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={(event) => setLength(Number.isFinite(event.currentTarget.duration) ? event.currentTarget.duration : 0)}
        onError={() => setFailed(true)}
      />
      <ActionIcon variant="light" color="blue" radius="xl" aria-label={playing ? t("player.pause") : t("player.play")} onClick={toggle}>
        {playing ? <IconPlayerPauseFilled size={16} /> : <IconPlayerPlayFilled size={16} />}
      </ActionIcon>
      {failed ? (
        <span>{t("player.failed")}</span>
      ) : (
        <>
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
          <span style={{ whiteSpace: "nowrap", fontSize: "0.75rem" }}>
            {clock(at * 1000)}
            {length > 0 ? ` / ${clock(length * 1000)}` : ""}
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
