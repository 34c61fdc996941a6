import type { ReactNode } from "react";
import classes from "./composer.module.css";
import type { Suggestions } from "./useSuggestions.ts";

/** What was found for the word at the caret; the arrows and Enter work from the field. */
export function SuggestionList<T extends { id: string }>({
  suggestions,
  label,
  render,
}: {
  suggestions: Suggestions<T>;
  label: string;
  render: (item: T) => ReactNode;
}) {
  if (suggestions.found.length === 0) return null;
  return (
    <div className={classes["mentions"]} role="listbox" aria-label={label}>
      {suggestions.found.map((item, index) => (
        <button
          key={item.id}
          type="button"
          role="option"
          aria-selected={index === suggestions.active}
          data-active={index === suggestions.active || undefined}
          className={classes["mention"]}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => suggestions.choose(item)}
        >
          {render(item)}
        </button>
      ))}
    </div>
  );
}
