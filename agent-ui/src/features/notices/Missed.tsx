import type { NotificationPage } from "@kommutator/contract/api/notification";
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBell } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { tellMissed, wantNotices } from "./told.ts";

const REMINDERS: readonly string[] = ["interaction.soon", "interaction.overdue", "task.overdue", "lead.deadline", "inquiry.deadline"];
const TOAST = "missed-reminders";
const SHOWN_MS = 20_000;

/** Reminders that came while one was away are told once after the login (IA-07): one calm message, which opens the notices. Renders nothing. */
export default function Missed() {
  const { t } = useTranslation("notices");
  const missed = useQuery({
    queryKey: keys.notices("missed"),
    queryFn: ({ signal }) => api.get<z.infer<typeof NotificationPage>>("/notifications", { signal, query: { unread: "true", limit: 200 } }),
    retry: false,
  });
  const count = missed.data?.items.filter((each) => REMINDERS.includes(each.kind)).length;
  useEffect(() => {
    if (count === undefined || !tellMissed() || count === 0) return;
    notifications.show({
      id: TOAST,
      icon: <IconBell size={18} />,
      autoClose: SHOWN_MS,
      closeButtonProps: { "aria-label": t("common:close") },
      message: (
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Text size="sm">{t("missed.text", { count })}</Text>
          <Button
            size="compact-sm"
            variant="light"
            style={{ flex: "none" }}
            onClick={() => {
              notifications.hide(TOAST);
              wantNotices();
            }}
          >
            {t("missed.show")}
          </Button>
        </Group>
      ),
    });
  }, [count, t]);
  return null;
}
