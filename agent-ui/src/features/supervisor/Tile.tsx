import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./supervisor.module.css";

export type Tone = "calm" | "good" | "soon" | "late";

/** One number to be read from three metres, its target and detail, and its list behind it. */
export function Tile(props: {
  icon: ReactNode;
  name: string;
  value: string | number;
  tone: Tone;
  target?: string;
  detail: string;
  title?: string;
  onOpen?: () => void;
}) {
  const { icon, name, value, tone, target, detail, title, onOpen } = props;
  const inside = (
    <>
      <span className={classes["tileName"]}>
        {icon}
        {name}
        {onOpen === undefined ? null : <IconChevronRight size={16} aria-hidden style={{ marginLeft: "auto" }} />}
      </span>
      <span className={classes["tileValue"]} data-tone={tone}>
        {value}
      </span>
      <span className={classes["tileDetail"]}>{target === undefined ? detail : `${target} · ${detail}`}</span>
    </>
  );
  if (onOpen === undefined)
    return (
      <div className={classes["tile"]} data-tone={tone} title={title}>
        {inside}
      </div>
    );
  return (
    <UnstyledButton className={classes["tile"] ?? ""} data-tone={tone} title={title} onClick={onOpen}>
      {inside}
    </UnstyledButton>
  );
}
