import { Badge, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { SECURITY_KEY, useSecurity } from "./queries.ts";
import { SecondFactorBox, SecondFactorOff } from "./SecondFactorBox.tsx";
import { SessionRow } from "./SessionRow.tsx";

/** The safety of the own account: a second factor, and every browser that is signed in (AD-01). */
export function SecurityPanel() {
  const { t } = useTranslation("administration");
  const format = useFormat();
  const client = useQueryClient();
  const security = useSecurity();
  const [box, setBox] = useState<"on" | "off" | null>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: SECURITY_KEY });
  const end = (work: Promise<unknown>) =>
    void work.then(() => {
      refresh();
      notifications.show({ color: "green", message: t("security.ended") });
    }, showFailure);
  if (security.isPending) return <RowsSkeleton rows={4} height={40} />;
  if (security.data === undefined) return <ErrorState error={security.error} onRetry={() => void security.refetch()} />;
  const { secondFactorSince: since, recoveryCodesLeft: left, sessions } = security.data;
  return (
    <>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Group gap="xs">
            <Text fw={600}>{t("security.secondFactor")}</Text>
            <Badge size="sm" variant="light" tt="none" color={since === null ? "gray" : "green"}>
              {since === null ? t("security.off") : t("security.since", { date: format.date(since) })}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed" maw={520}>
            {since === null ? t("security.secondFactorText") : t("security.codesLeft", { count: left })}
          </Text>
        </div>
        <Button size="xs" style={{ flexShrink: 0 }} variant={since === null ? "filled" : "default"} onClick={() => setBox(since === null ? "on" : "off")}>
          {t(since === null ? "security.turnOn" : "security.turnOff")}
        </Button>
      </Group>
      <Group justify="space-between" mt="lg" mb={4}>
        <Text fw={600}>{t("security.sessions")}</Text>
        {sessions.length < 2 ? null : (
          <Button size="compact-xs" variant="light" color="red" onClick={() => end(api.post("/me/sessions/end-others"))}>
            {t("security.endOthers")}
          </Button>
        )}
      </Group>
      {sessions.map((session) => (
        <SessionRow key={session.id} session={session} onEnd={() => end(api.delete(`/me/sessions/${session.id}`))} />
      ))}
      {box === "on" ? (
        <SecondFactorBox
          onClose={() => {
            setBox(null);
            refresh();
          }}
        />
      ) : null}
      {box === "off" ? (
        <SecondFactorOff
          onClose={() => {
            setBox(null);
            refresh();
          }}
        />
      ) : null}
    </>
  );
}
