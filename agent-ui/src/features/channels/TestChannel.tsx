import type { ChannelTest } from "@kommutator/contract/api/admin";
import { Alert, Button, Group, Loader, Stack } from "@mantine/core";
import { IconCircleCheck, IconPlugConnected, IconPlugConnectedX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { saidKey } from "../composer/said.ts";
import { useSaid } from "../composer/useSaid.ts";
import classes from "./channels.module.css";
import { Listening } from "./Listening.tsx";
import { TestSteps } from "./TestSteps.tsx";
import { TestTarget, useTestTargets, type Wanted } from "./TestTarget.tsx";

/** Does the real thing with the provider and says in words what came of it. What is tested is what is saved. */
export function TestChannel({ channelId, kind, unsaved }: { channelId: string; kind: string; unsaved: boolean }) {
  const { t } = useTranslation("channels");
  const format = useFormat();
  const client = useQueryClient();
  const [wanted, setWanted] = useState<Wanted>({});
  const [heard, setHeard] = useState(false);
  const onHeard = useCallback(() => setHeard(true), []);
  const test = useMutation({
    mutationFn: () => api.post<z.infer<typeof ChannelTest>>(`/channels/${channelId}/test`, wanted),
    onSettled: () => client.invalidateQueries({ queryKey: keys.channels }),
  });
  const seconds = useSeconds(test.isPending);
  const hears = useTestTargets(channelId)?.hears ?? "itself";
  const said = useSaid();
  const ok = test.data?.ok === true;
  const detail = test.data?.detail ?? "";
  // A message that came while somebody waited for it proves what the test itself could not try.
  const steps = (test.data?.steps ?? []).map((step) =>
    heard && step.step === "receive" && step.outcome === "not-tried" ? { ...step, outcome: "ok" as const, detail: "" } : step,
  );
  const partly = ok && steps.some(({ outcome }) => outcome === "not-tried");
  // What came of it in the reader's words; the adapter's own below them.
  const words = ok ? (steps.length > 0 ? null : t("testOkText")) : saidKey(detail) === null ? null : said(detail);
  const balance = test.data?.balance ?? null;
  const money = balance === null ? null : `${format.number(balance.amount, 2)} ${balance.currency}`;
  return (
    <Stack gap="xs">
      <TestTarget channelId={channelId} wanted={wanted} onChange={setWanted} />
      <Group gap="sm">
        <Button variant="light" leftSection={<IconPlugConnected size={16} aria-hidden />} disabled={test.isPending} onClick={() => test.mutate()}>
          {t("test")}
        </Button>
        <span role="status" style={{ display: "inline-flex", alignItems: "center", gap: 8, fontSize: "var(--mantine-font-size-xs)", color: "var(--k-dim)" }}>
          {test.isPending ? (
            <>
              <Loader size={14} aria-hidden />
              {t("testing", { seconds })}
            </>
          ) : unsaved ? (
            t("testUnsaved")
          ) : null}
        </span>
      </Group>
      {test.isPending || (test.data === undefined && !test.isError) ? null : (
        <Alert
          color={ok ? "green" : "red"}
          variant="light"
          role={ok ? "status" : "alert"}
          icon={ok ? <IconCircleCheck /> : <IconPlugConnectedX />}
          title={t(partly ? "testPartly" : ok ? "testOk" : "testFailed")}
        >
          {words === null ? null : <div>{words}</div>}
          {test.isError ? (
            failureText(test.error)
          ) : steps.length > 0 ? (
            <TestSteps steps={steps} />
          ) : (
            <div lang="en" className={classes["original"]} data-alone={words === null || undefined}>
              {detail}
            </div>
          )}
          {money === null ? null : <div>{t("balance", { amount: money })}</div>}
        </Alert>
      )}
      {hears === "itself" ? null : <Listening channelId={channelId} kind={kind} onHeard={onHeard} />}
    </Stack>
  );
}

/** How long it runs already. */
function useSeconds(running: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!running) return;
    setSeconds(0);
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return seconds;
}
