import { TextInput } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./composer.module.css";
import { findEmoji, nameOf } from "./emoji.ts";

const COLUMNS = 8;
const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };

/** A grid of emoji with a search; arrows move, Enter takes. */
export default function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const { t, i18n } = useTranslation("composer");
  const [typed, setTyped] = useState("");
  const grid = useRef<HTMLDivElement>(null);
  const found = findEmoji(typed);
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") grid.current?.querySelector("button")?.focus();
    else if (event.key === "Enter" && found[0] !== undefined) onPick(found[0].emoji);
    else return;
    event.preventDefault();
  };
  const onGridKey = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(grid.current?.querySelectorAll("button") ?? [])];
    const next = buttons.indexOf(document.activeElement as HTMLButtonElement) + step;
    if (next < 0) document.getElementById("emoji-search")?.focus();
    else buttons[Math.min(next, buttons.length - 1)]?.focus();
  };
  return (
    <>
      <TextInput
        id="emoji-search"
        size="xs"
        autoFocus
        aria-label={t("emoji.search")}
        placeholder={t("emoji.search")}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onSearchKey}
      />
      {found.length === 0 ? (
        <p className={classes["nothing"]}>{t("common:nothingFound")}</p>
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the arrows move between the buttons inside
        <div ref={grid} className={classes["emoji"]} onKeyDown={onGridKey}>
          {found.map((each) => {
            const name = nameOf(each, i18n.language);
            return (
              <button key={each.emoji} type="button" title={name} aria-label={name} onClick={() => onPick(each.emoji)}>
                {each.emoji}
              </button>
            );
          })}
        </div>
      )}
    </>
  );
}
