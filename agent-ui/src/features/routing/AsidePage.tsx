import type { AsideInput, AsideOutcome } from "@kommutator/contract/api/aside";
import { Anchor, Badge, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCircleCheck } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { Confirm } from "../settings/Confirm.tsx";
import type { Column } from "../settings/DataTable.tsx";
import { TablePage } from "../settings/TablePage.tsx";
import classes from "./routing.module.css";

/** Of which part of its work an input is: the part of its kind before the point. */
const PARTS = ["dialog", "callback", "leg", "offer", "agent", "facts", "deadline"] as const;
const partOf = (kind: string): (typeof PARTS)[number] => PARTS.find((part) => kind.startsWith(part)) ?? "dialog";

/** What the router could not decide: the reason, what it was about, once more or done with. */
export function AsidePage() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const client = useQueryClient();
  const aside = useQuery({ queryKey: keys.aside, queryFn: ({ signal }) => api.get<AsideInput[]>("/routing/aside", { signal }), refetchInterval: 10_000 });
  const [dismissing, setDismissing] = useState<AsideInput | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: keys.aside });
  const retry = useMutation({
    mutationFn: (id: number) => api.post<AsideOutcome>(`/routing/aside/${id}/retry`, {}),
    onSuccess: ({ outcome }) => notifications.show({ color: outcome === "decided" ? "green" : "yellow", message: t(`aside.outcome.${outcome}`) }),
    onError: showFailure,
    onSettled: refresh,
  });
  const columns: Column<AsideInput>[] = [
    {
      name: "at",
      head: t("aside.at"),
      width: 100,
      title: (row) => format.full(row.at),
      cell: (row) => format.stamp(row.at, Date.now()),
    },
    {
      name: "what",
      head: t("aside.what"),
      width: 190,
      cell: (row) => (
        <div>
          {t(`aside.part.${partOf(row.kind)}`)}
          <Text size="xs" c="dimmed" ff="monospace">
            {row.kind}
          </Text>
        </div>
      ),
    },
    {
      name: "about",
      head: t("aside.about"),
      width: 190,
      cell: (row) =>
        row.dialog === null ? (
          (row.employee?.name ?? "—")
        ) : (
          <Group gap={6}>
            <Anchor component={Link} to={`/dialogs/${row.dialog.id}?view=all`} size="sm">
              {t("aside.dialog", { channel: row.dialog.channelName })}
            </Anchor>
            {row.dialog.open ? null : (
              <Badge size="xs" variant="light" color="gray" tt="none">
                {t("aside.closed")}
              </Badge>
            )}
          </Group>
        ),
    },
    {
      name: "error",
      head: t("aside.error"),
      cell: (row) => (
        <details className={classes["fault"]}>
          <summary>{row.error}</summary>
          <pre>{row.details}</pre>
        </details>
      ),
    },
    {
      name: "acts",
      head: "",
      right: true,
      width: 230,
      cell: (row) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          <Button size="compact-sm" variant="light" loading={retry.isPending && retry.variables === row.id} onClick={() => retry.mutate(row.id)}>
            {t("aside.retry")}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setDismissing(row)}>
            {t("aside.dismiss")}
          </Button>
        </Group>
      ),
    },
  ];
  return (
    <TablePage
      title={t("aside.title")}
      purpose={t("aside.purpose")}
      query={aside}
      columns={columns}
      idOf={(row) => String(row.id)}
      minWidth={1000}
      icon={<IconCircleCheck />}
      empty={t("aside.empty")}
      emptyText={t("aside.emptyText")}
    >
      {dismissing === null ? null : (
        <Confirm
          title={t("aside.ask")}
          text={t("aside.askText")}
          action={t("aside.dismiss")}
          onClose={() => setDismissing(null)}
          run={() => api.delete(`/routing/aside/${dismissing.id}`)}
          done={() => {
            setDismissing(null);
            void refresh();
          }}
        />
      )}
    </TablePage>
  );
}
