import { Drawer, Group } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { AssignMenu } from "../dialogs/AssignMenu.tsx";
import { DialogRow } from "../dialogs/DialogRow.tsx";
import { useDialogs } from "../dialogs/queries.ts";

export type WaitingList = "queue" | "all";

/** The dialogs behind a number, each to be opened or given to somebody. */
export function WaitingDrawer({ list, onClose }: { list: WaitingList | null; onClose: () => void }) {
  const { t } = useTranslation("supervisor");
  return (
    <Drawer
      opened={list !== null}
      onClose={onClose}
      position="right"
      size={460}
      title={list === null ? "" : t(`list.${list}`)}
      closeButtonProps={{ "aria-label": t("common:close") }}
      padding="md"
    >
      {list === null ? null : <Rows list={list} />}
    </Drawer>
  );
}

function Rows({ list }: { list: WaitingList }) {
  const { t } = useTranslation("supervisor");
  const me = useMe();
  const dialogs = useDialogs(list);
  if (dialogs.isPending) return <RowsSkeleton rows={6} />;
  if (dialogs.data === undefined) return <ErrorState error={dialogs.error} onRetry={() => void dialogs.refetch()} />;
  if (dialogs.data.items.length === 0) return <Empty icon={<IconInbox />} title={t("nobodyWaits")} />;
  return dialogs.data.items.map((dialog) => (
    <Group key={dialog.id} gap="xs" wrap="nowrap">
      <div style={{ flex: 1, minWidth: 0 }}>
        <DialogRow dialog={dialog} selected={false} meId={me.id} to={`/dialogs/${dialog.id}?view=${list}`} />
      </div>
      {dialog.medium === "voice" ? null : <AssignMenu dialog={dialog} compact />}
    </Group>
  ));
}
