import { Modal, Table } from "@mantine/core";
import { useState, useSyncExternalStore } from "react";
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
  useSyncExternalStore(subscribeShortcuts, shortcutsVersion);
  const namespaces = [...new Set(listShortcuts().map((each) => each.label?.split(":")[0] ?? "common"))];
  const { t: tAll } = useTranslation(["common", ...namespaces], { useSuspense: false });
  return (
    <Modal opened={shown} onClose={() => setShown(false)} title={t("shortcuts.title")} closeButtonProps={{ "aria-label": t("close") }}>
      <Table verticalSpacing={6} withRowBorders={false}>
        <Table.Tbody>
          {listShortcuts().map((each) => (
            <Table.Tr key={each.keys}>
              <Table.Td>{tAll(each.label ?? "")}</Table.Td>
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
    </Modal>
  );
}
