import { Modal, Table } from "@mantine/core";
import { useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { listShortcuts, shortcutsVersion, subscribeShortcuts, useShortcut } from "./shortcuts.ts";

let open: () => void = () => undefined;
export const openShortcuts = () => open();

/** `?` shows every key that works on this page. */
export function ShortcutsOverlay() {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  open = () => setShown(true);
  useShortcut({ keys: "?", label: "common:shortcuts.show", run: () => setShown(true) });
  return (
    <Modal opened={shown} onClose={() => setShown(false)} title={t("shortcuts.title")} closeButtonProps={{ "aria-label": t("close") }}>
      <Keys />
    </Modal>
  );
}

function Keys() {
  useSyncExternalStore(subscribeShortcuts, shortcutsVersion);
  const list = listShortcuts();
  const words = [...new Set(list.map((each) => each.label?.split(":")[0] ?? "common"))].sort().join(" ");
  // The same array as long as the words are the same: a new one at each render would load again and render again.
  const namespaces = useMemo(() => words.split(" "), [words]);
  const { t } = useTranslation(namespaces, { useSuspense: false });
  return (
    <Table verticalSpacing={6} withRowBorders={false}>
      <Table.Tbody>
        {list.map((each) => (
          <Table.Tr key={each.keys}>
            <Table.Td>{t(each.label ?? "")}</Table.Td>
            <Table.Td ta="right">
              {each.keys.split(" ").map((key) => (
                <kbd key={key} style={{ marginLeft: 4 }}>
                  {key.replace("ctrl+", "Ctrl ").replace(/(^| )([a-z])$/, (_, space: string, letter: string) => space + letter.toUpperCase())}
                </kbd>
              ))}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
