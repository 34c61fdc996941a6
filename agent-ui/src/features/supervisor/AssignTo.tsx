import type { AssignedMany } from "@kommutator/contract/api/routing";
import { Alert, Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { Failure } from "../../app/FormFoot.tsx";
import { keys } from "../../app/keys.ts";

export type Many = { dialogIds: string[] } | { fromEmployeeId: string };
const QUEUE = "queue";

/** Many dialogs at once to one colleague, or back to their queues. What stayed where it was is said, and why. */
export function AssignTo({ many, title, onClose }: { many: Many; title: string; onClose: (done: string[]) => void }) {
  const { t, i18n } = useTranslation("supervisor");
  const client = useQueryClient();
  const people = useCatalogues();
  const [to, setTo] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [left, setLeft] = useState<AssignedMany | null>(null);
  const from = "fromEmployeeId" in many ? many.fromEmployeeId : null;
  const colleagues = (people.data?.employees ?? []).filter((each) => each.state === "active" && each.id !== from);
  const submit = () => {
    setBusy(true);
    setFailure(null);
    api.post<AssignedMany>("/dialogs/assign-many", { ...many, employeeId: to === QUEUE ? null : to }).then(
      (result) => {
        void client.invalidateQueries({ queryKey: ["dialogs"] });
        void client.invalidateQueries({ queryKey: keys.board });
        setBusy(false);
        if (result.failed.length > 0) return setLeft(result);
        notifications.show({ color: "green", message: t("assign.done", { count: result.done.length }) });
        onClose(result.done);
      },
      (error: unknown) => {
        setFailure(error);
        setBusy(false);
      },
    );
  };
  const codes = [...new Set(left?.failed.map((each) => each.code) ?? [])];
  return (
    <Modal opened onClose={() => onClose(left?.done ?? [])} title={title} closeButtonProps={{ "aria-label": t("common:close") }} zIndex={400}>
      <Stack>
        {left === null ? (
          <>
            <Select
              data-autofocus
              searchable
              label={t("assign.to")}
              data={[{ value: QUEUE, label: t("assign.queue") }, ...colleagues.map((each) => ({ value: each.id, label: each.name }))]}
              value={to}
              onChange={setTo}
              comboboxProps={{ zIndex: 500 }}
            />
            <Text size="xs" c="dimmed">
              {t("assign.text")}
            </Text>
          </>
        ) : (
          <Alert color="yellow" role="alert" title={t("assign.left", { done: left.done.length, failed: left.failed.length })}>
            {codes.map((code) => (
              <div key={code}>
                {left.failed.filter((each) => each.code === code).length} · {i18n.exists(code, { ns: "errors" }) ? t(`errors:${code}`) : code}
              </div>
            ))}
          </Alert>
        )}
        <Failure error={failure} />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => onClose(left?.done ?? [])}>
            {t(left === null ? "common:cancel" : "common:close")}
          </Button>
          {left === null ? (
            <Button disabled={to === null} loading={busy} onClick={submit}>
              {t("assign.action")}
            </Button>
          ) : null}
        </Group>
      </Stack>
    </Modal>
  );
}
