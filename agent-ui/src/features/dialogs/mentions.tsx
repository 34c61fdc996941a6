import { type KeyboardEvent, type RefObject, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../app/catalogues.ts";
import classes from "./thread.module.css";

interface Person {
  id: string;
  name: string;
}

/** `@name` in a note calls a colleague. */
export interface Mentions {
  found: Person[];
  active: number;
  choose: (person: Person) => void;
  onKeyDown: (event: KeyboardEvent<HTMLTextAreaElement>) => boolean;
  idsIn: (text: string) => string[];
}

export function useMentions(input: RefObject<HTMLTextAreaElement | null>, text: string, setText: (text: string) => void, enabled: boolean): Mentions {
  const people = useCatalogues().data?.employees;
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState("");
  const caret = input.current?.selectionStart ?? text.length;
  const word = enabled ? (/(?:^|\s)@([\p{L}]{0,30})$/u.exec(text.slice(0, caret))?.[1] ?? null) : null;
  const found = useMemo(
    () =>
      word === null || word === dismissed
        ? []
        : (people ?? [])
            .filter(
              (each) =>
                each.state === "active" &&
                each.name
                  .toLowerCase()
                  .split(" ")
                  .some((part) => part.startsWith(word.toLowerCase())),
            )
            .slice(0, 7),
    [word, people, dismissed],
  );
  const choose = (person: Person) => {
    const start = text.slice(0, caret).lastIndexOf("@");
    setText(`${text.slice(0, start)}@${person.name} ${text.slice(caret)}`);
    setActive(0);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (found.length === 0) return false;
    const person = found[Math.min(active, found.length - 1)];
    if (event.key === "ArrowDown") setActive((active + 1) % found.length);
    else if (event.key === "ArrowUp") setActive((active + found.length - 1) % found.length);
    else if ((event.key === "Enter" || event.key === "Tab") && person !== undefined) choose(person);
    else if (event.key === "Escape") setDismissed(word ?? "");
    else return false;
    event.preventDefault();
    return true;
  };
  const idsIn = (note: string) => (people ?? []).filter((each) => note.includes(`@${each.name}`)).map((each) => each.id);
  return { found, active: Math.min(active, Math.max(0, found.length - 1)), choose, onKeyDown, idsIn };
}

export function MentionList({ mentions }: { mentions: Mentions }) {
  const { t } = useTranslation("dialogs");
  if (mentions.found.length === 0) return null;
  return (
    <div className={classes["mentions"]} role="listbox" aria-label={t("composer.mention")}>
      {mentions.found.map((person, index) => (
        <button
          key={person.id}
          type="button"
          role="option"
          aria-selected={index === mentions.active}
          data-active={index === mentions.active || undefined}
          className={classes["mention"]}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => mentions.choose(person)}
        >
          {person.name}
        </button>
      ))}
    </div>
  );
}
