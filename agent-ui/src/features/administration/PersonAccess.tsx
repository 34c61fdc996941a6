import type { EmployeeView } from "@kommutator/contract/api/admin";
import type { SessionView } from "@kommutator/contract/api/auth";
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useMe } from "../../app/me.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { Confirm } from "../settings/Confirm.tsx";
import { SessionRow } from "./SessionRow.tsx";

/** Where somebody else is signed in, to be ended at once, and their second factor, to be taken off when the telephone is lost (AD-01). */
export function PersonAccess({ person }: { person: EmployeeView }) {
  const { t } = useTranslation("administration");
  const me = useMe();
  const client = useQueryClient();
  const [ask, setAsk] = useState<"sessions" | "factor" | null>(null);
  const key = ["employee-sessions", person.id];
  const sessions = useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<SessionView[]>(`/employees/${person.id}/sessions`, { signal }) });
  const own = person.id === me.id;
  const done = (text: string) => {
    setAsk(null);
    void client.invalidateQueries({ queryKey: key });
    notifications.show({ color: "green", message: text });
  };
  return (
    <section aria-label={t("access.title")}>
      <Group justify="space-between" mb={4}>
        <Text fw={600}>{t("security.sessions")}</Text>
        {own || (sessions.data ?? []).length === 0 ? null : (
          <Button size="compact-xs" variant="light" color="red" onClick={() => setAsk("sessions")}>
            {t("access.endAll")}
          </Button>
        )}
      </Group>
      {sessions.isPending ? (
        <RowsSkeleton rows={2} height={40} />
      ) : sessions.isError ? (
        <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : sessions.data.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("access.nowhere")}
        </Text>
      ) : (
        sessions.data.map((session) => <SessionRow key={session.id} session={session} />)
      )}
      {own ? null : (
        <Group justify="space-between" align="flex-start" wrap="nowrap" mt="lg">
          <div>
            <Text fw={600}>{t("security.secondFactor")}</Text>
            <Text size="sm" c="dimmed">
              {t("access.factorText")}
            </Text>
          </div>
          <Button size="xs" variant="default" style={{ flexShrink: 0 }} onClick={() => setAsk("factor")}>
            {t("access.reset")}
          </Button>
        </Group>
      )}
      {ask === "sessions" ? (
        <Confirm
          title={t("access.endAllTitle", { name: person.name })}
          text={t("access.endAllText")}
          action={t("access.endAll")}
          onClose={() => setAsk(null)}
          run={() => api.delete(`/employees/${person.id}/sessions`)}
          done={() => done(t("security.ended"))}
        />
      ) : null}
      {ask === "factor" ? (
        <Confirm
          title={t("access.resetTitle", { name: person.name })}
          text={t("access.resetText")}
          action={t("access.reset")}
          onClose={() => setAsk(null)}
          run={() => api.delete(`/employees/${person.id}/second-factor`)}
          done={() => done(t("access.resetDone"))}
        />
      ) : null}
    </section>
  );
}
