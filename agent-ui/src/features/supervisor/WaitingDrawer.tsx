import { Button, Checkbox, Drawer, Group } from "@mantine/core";
import { IconInbox } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../../app/me.ts";
import { Empty, ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { AssignMenu } from "../dialogs/AssignMenu.tsx";
import { DialogRow } from "../dialogs/DialogRow.tsx";
import { useDialogs } from "../dialogs/queries.ts";
import { AssignTo } from "./AssignTo.tsx";
import classes from "./supervisor.module.css";

export type WaitingList = "queue" | "all";

/** The dialogs behind a number, each to be opened or given to somebody. */
export function WaitingDrawer({ list, onClose }: { list: WaitingList | null; onClose: () => void }) {
  const { t } = useTranslation("supervisor");
  return (
    <Drawer
      opened={list !== null}
      onClose={onClose}
      position="right"
      size={540}
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
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [assigning, setAssigning] = useState(false);
  if (dialogs.isPending) return <RowsSkeleton rows={6} />;
  if (dialogs.data === undefined) return <ErrorState error={dialogs.error} onRetry={() => void dialogs.refetch()} />;
  if (dialogs.data.items.length === 0) return <Empty icon={<IconInbox />} title={t("nobodyWaits")} />;
  // A call is given by its transfer, not by a list.
  const movable = dialogs.data.items.filter((each) => each.medium !== "voice");
  // What left the list meanwhile is chosen no more.
  const ids = movable.filter((each) => chosen.has(each.id)).map((each) => each.id);
  const toggle = (id: string) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <>
      {movable.length === 0 ? null : (
        <Group className={classes["bulk"] ?? ""} justify="space-between">
          <Checkbox
            label={ids.length === 0 ? t("assign.choose") : t("assign.chosen", { count: ids.length })}
            checked={ids.length === movable.length}
            indeterminate={ids.length > 0 && ids.length < movable.length}
            onChange={() => setChosen(new Set(ids.length === movable.length ? [] : movable.map((each) => each.id)))}
          />
          <Button size="compact-sm" disabled={ids.length === 0} onClick={() => setAssigning(true)}>
            {t("assign.action")}
          </Button>
        </Group>
      )}
      {dialogs.data.items.map((dialog) => (
        <Group key={dialog.id} gap="xs" wrap="nowrap">
          <Checkbox
            aria-label={t("assign.one", { name: dialog.party.name })}
            checked={chosen.has(dialog.id)}
            disabled={dialog.medium === "voice"}
            onChange={() => toggle(dialog.id)}
          />
          <div style={{ flex: 1, minWidth: 0 }}>
            <DialogRow dialog={dialog} selected={false} meId={me.id} to={`/dialogs/${dialog.id}?view=${list}`} />
          </div>
          {dialog.medium === "voice" ? null : <AssignMenu dialog={dialog} compact />}
        </Group>
      ))}
      {assigning ? (
        <AssignTo
          many={{ dialogIds: ids.slice(0, 200) }}
          title={t("assign.title", { count: ids.length })}
          onClose={() => {
            setAssigning(false);
            setChosen(new Set());
          }}
        />
      ) : null}
    </>
  );
}
