import { Modal, Table } from "@mantine/core";
import { useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { listShortcuts, shortcutsVersion, subscribeShortcuts } from "./shortcuts.ts";

/** All keys that work here and now. */
export function ShortcutsBox({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={t("shortcuts.title")} closeButtonProps={{ "aria-label": t("close") }}>
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
