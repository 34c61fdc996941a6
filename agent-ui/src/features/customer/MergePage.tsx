import type { MergePreview, MergeResult } from "@kommutator/contract/api/merge";
import { ActionIcon, Alert, Badge, Button, Checkbox, Group, Skeleton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowLeft, IconArrowsJoin2 } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import type { z } from "zod";
import { ApiError, api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useShortcut } from "../../app/shortcuts.ts";
import { ErrorState } from "../../app/states.tsx";
import classes from "./customer.module.css";
import { MergeFields, type Side } from "./MergeFields.tsx";
import { usePointText } from "./point.ts";

const SIDES = ["a", "b"] as const;
const PATHS = { customer: "/customers/", contact: "/customers/contacts/", lead: "/leads/" } as const;

/** Two cards side by side (CB-13): which stays, and whose value each field takes; by keyboard alone as well. */
export function MergePage() {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const text = usePointText();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [params] = useSearchParams();
  const query = { card: params.get("card") ?? "customer", a: params.get("a") ?? "", b: params.get("b") ?? "" };
  const preview = useQuery({
    queryKey: keys.customers("merge", query),
    queryFn: ({ signal }) => api.get<MergePreview>("/merges/preview", { signal, query }),
    staleTime: 0,
  });
  const [stays, setStays] = useState<Side | null>(null);
  const [picked, setPicked] = useState<Record<string, Side>>({});
  const [different, setDifferent] = useState(true);
  const data = preview.data;
  const survivor: Side = stays ?? (data?.suggested === data?.b.id ? "b" : "a");
  const loser: Side = survivor === "a" ? "b" : "a";
  const merge = useMutation({
    mutationFn: () => {
      if (data === undefined) throw new Error("nothing to merge");
      const choices = Object.fromEntries(Object.entries(picked).map(([field, side]) => [field, side === survivor ? "survivor" : "loser"]));
      return api.post<z.infer<typeof MergeResult>>("/merges", {
        card: data.card,
        survivorId: data[survivor].id,
        survivorVersion: data[survivor].version,
        loserId: data[loser].id,
        loserVersion: data[loser].version,
        choices,
      });
    },
    onSuccess: async ({ survivorId }) => {
      notifications.show({ color: "green", message: t("merge.done") });
      await client.invalidateQueries({ queryKey: keys.customers() });
      await client.invalidateQueries({ queryKey: keys.customer(survivorId) });
      await client.invalidateQueries({ queryKey: keys.leads() });
      await client.invalidateQueries({ queryKey: keys.lead(survivorId) });
      await navigate(PATHS[data?.card ?? "customer"] + survivorId, { replace: true });
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === "version_conflict") void preview.refetch();
    },
  });
  const ready = data !== undefined && !merge.isPending;
  useShortcut({ keys: "ctrl+Enter", typing: true, run: () => (ready ? merge.mutate() : undefined) });
  useShortcut({ keys: "s", run: () => setStays(loser) });
  if (preview.isPending)
    return (
      <div className={classes["page"]} aria-busy="true">
        <Skeleton height={34} width={320} />
        <Skeleton height={420} radius="md" />
      </div>
    );
  if (preview.isError) return <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />;
  const shown = preview.data;
  const fields = shown.fields.filter((f) => (different ? !f.same : f.a.text !== "" || f.b.text !== ""));
  return (
    <div className={classes["page"]}>
      <div className={classes["head"]}>
        <ActionIcon component={Link} to="/customers/duplicates" aria-label={t("back")}>
          <IconArrowLeft size={19} />
        </ActionIcon>
        <h1>{t("merge.title")}</h1>
        <span style={{ flex: 1 }} />
        <Checkbox size="xs" label={t("merge.onlyDifferent")} checked={different} onChange={(event) => setDifferent(event.currentTarget.checked)} />
        <Button leftSection={<IconArrowsJoin2 size={16} />} loading={merge.isPending} onClick={() => merge.mutate()}>
          {t("merge.go")}
        </Button>
      </div>
      <p className={classes["note"]}>{t("merge.purpose")}</p>
      {!merge.isError ? null : (
        <Alert color={merge.error instanceof ApiError && merge.error.code === "version_conflict" ? "yellow" : "red"} role="alert">
          {merge.error instanceof ApiError && merge.error.code === "version_conflict" ? t("merge.changed") : failureText(merge.error)}
        </Alert>
      )}
      <section className={classes["sheet"]} aria-label={t("merge.title")}>
        <div className={classes["mergeRow"]} data-head="true">
          <span />
          {SIDES.map((side) => (
            <div key={side} className={classes["mergeSide"]} data-stays={side === survivor}>
              <Group gap={8} wrap="nowrap">
                <b className={classes["mergeName"]} title={shown[side].name}>
                  {shown[side].name}
                </b>
                <Badge size="sm" variant="light" color={side === survivor ? "green" : "gray"}>
                  {t(side === survivor ? "merge.stays" : "merge.joins")}
                </Badge>
              </Group>
              <div className={classes["second"]}>
                {[shown[side].code, shown[side].responsible?.name, `${t("field.createdAt")} ${format.date(shown[side].createdAt)}`].filter(Boolean).join(" · ")}
              </div>
              <div className={classes["second"]}>
                {Object.entries(shown[side].counts)
                  .filter(([, n]) => n > 0)
                  .map(([name, n]) => `${t(`merge.count.${name}`)} ${n}`)
                  .join(" · ") || t("merge.empty")}
              </div>
              <div className={classes["second"]}>{shown[side].contactPoints.map(text).join(", ")}</div>
              {side === survivor ? null : (
                <Button mt={4} size="compact-xs" variant="default" onClick={() => setStays(side)}>
                  {t("merge.keep")}
                </Button>
              )}
            </div>
          ))}
        </div>
        <MergeFields fields={fields} survivor={survivor} picked={picked} onPick={(field, side) => setPicked((before) => ({ ...before, [field]: side }))} />
      </section>
      <p className={classes["note"]}>
        {t("merge.points")} · <kbd>{t("merge.keys")}</kbd>
      </p>
    </div>
  );
}
