import { Combobox, type ComboboxStore, Loader, ScrollArea, useCombobox } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactElement } from "react";
import classes from "./PickList.module.css";

export interface Pick {
  key: string;
  name: string;
  icon: Icon;
  /** On the right, in small letters; `good` in green. */
  hint?: string;
  good?: boolean;
  disabled?: boolean;
}
/** A part of the list; without a label it follows the one before after a line. */
export interface PickGroup {
  label?: string;
  picks: Pick[];
}

/** The state of a PickList: typing narrows it down, closing it forgets what was typed and gives the focus back. */
export function usePickList(onTyped: (typed: string) => void): ComboboxStore {
  const list = useCombobox({
    onDropdownOpen: () => list.focusSearchInput(),
    onDropdownClose: () => {
      list.resetSelectedOption();
      list.focusTarget();
      onTyped("");
    },
  });
  return list;
}

/** A button that opens a list to choose one of, by mouse or by a part of the name, the arrows and Enter. */
export function PickList(props: {
  list: ComboboxStore;
  /** The button, with `aria-expanded` and the click that toggles. */
  target: ReactElement;
  title: string;
  search: string;
  typed: string;
  onTyped: (typed: string) => void;
  groups: readonly PickGroup[];
  loading?: boolean;
  /** Said instead of choices, when there are none. */
  empty: string | null;
  onPick: (key: string) => void;
}) {
  const { list } = props;
  const groups = props.groups.filter((group) => group.picks.length > 0);
  return (
    <Combobox store={list} width={320} position="bottom-end" shadow="md" withArrow onOptionSubmit={props.onPick}>
      <Combobox.Target targetType="button" withAriaAttributes={false}>
        {props.target}
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={props.typed}
          onChange={(event) => {
            props.onTyped(event.currentTarget.value);
            list.updateSelectedOptionIndex();
          }}
          aria-label={props.search}
          placeholder={props.search}
          rightSection={props.loading === true ? <Loader size={14} /> : null}
        />
        <Combobox.Options aria-label={props.title}>
          <ScrollArea.Autosize mah={300} type="scroll">
            {groups.map((group, at) => (
              <Combobox.Group key={group.label ?? `group-${at}`} label={group.label ?? ""}>
                {group.picks.map((pick) => (
                  <Combobox.Option key={pick.key} value={pick.key} disabled={pick.disabled === true} className={classes["pick"] ?? ""}>
                    <pick.icon size={16} aria-hidden />
                    <span className={classes["name"]}>{pick.name}</span>
                    {pick.hint === undefined ? null : (
                      <span className={classes["hint"]} data-good={pick.good === true}>
                        {pick.hint}
                      </span>
                    )}
                  </Combobox.Option>
                ))}
              </Combobox.Group>
            ))}
            {groups.length === 0 && props.empty !== null ? <Combobox.Empty>{props.empty}</Combobox.Empty> : null}
          </ScrollArea.Autosize>
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
