import { ActionIcon, Alert, SegmentedControl, Slider } from "@mantine/core";
import { IconDownload, IconPlayerPauseFilled, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { blobUrl } from "../../app/api.ts";
import { clock } from "../../app/format.ts";
import classes from "./customer.module.css";

const SPEEDS = ["1", "1.5", "2"] as const;

/** A recording of a call: play, place, speed, download. Nothing is fetched before "play"; the server checks the right each time. */
export function Player({ blobId, label }: { blobId: string; label: string }) {
  const { t } = useTranslation("customer");
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState<number | null>(null);
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number]>("1");
  const source = blobUrl(blobId, "recording.wav");
  const toggle = () => {
    const element = audio.current;
    if (element === null) return;
    if (playing) element.pause();
    else element.play().catch(() => setFailed(true));
  };
  if (failed)
    return (
      <Alert color="red" p={6} mt={4}>
        {t("player.failed")}
      </Alert>
    );
  return (
    <fieldset className={classes["player"]} aria-label={t("player.of", { title: label })}>
      {/* biome-ignore lint/a11y/useMediaCaption: a recorded telephone call has no captions */}
      <audio
        ref={audio}
        src={source}
        preload="none"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onLoadedMetadata={(event) => setLength(Number.isFinite(event.currentTarget.duration) ? event.currentTarget.duration : null)}
        onError={() => setFailed(true)}
      />
      <ActionIcon variant="light" size="md" radius="xl" onClick={toggle} aria-label={playing ? t("player.pause") : t("player.play")}>
        {playing ? <IconPlayerPauseFilled size={14} /> : <IconPlayerPlayFilled size={14} />}
      </ActionIcon>
      <Slider
        flex={1}
        size="sm"
        min={0}
        max={Math.max(1, length ?? 1)}
        step={0.1}
        value={at}
        disabled={length === null}
        label={(value) => clock(value * 1000)}
        thumbLabel={t("player.place")}
        onChange={(value) => {
          if (audio.current !== null) audio.current.currentTime = value;
          setAt(value);
        }}
      />
      <span className={classes["playerTime"]}>{length === null ? clock(at * 1000) : `${clock(at * 1000)} / ${clock(length * 1000)}`}</span>
      {playing ? (
        <SegmentedControl
          size="xs"
          aria-label={t("player.speed")}
          value={speed}
          data={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
          onChange={(value) => {
            if (audio.current !== null) audio.current.playbackRate = Number(value);
            setSpeed(value as (typeof SPEEDS)[number]);
          }}
        />
      ) : null}
      <ActionIcon component="a" href={source} download size="md" aria-label={t("player.download")}>
        <IconDownload size={15} />
      </ActionIcon>
    </fieldset>
  );
}
