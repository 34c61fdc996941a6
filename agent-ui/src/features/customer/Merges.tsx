import type { MergeUndone, MergeView } from "@kommutator/contract/api/merge";
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat, useNow } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import classes from "./customer.module.css";

/** Which cards became this one, and taking that back within its time (CB-13). Nothing where nothing was merged. */
export function Merges({ card, id }: { card: "customer" | "contact" | "lead"; id: string }) {
  const { t } = useTranslation("customer");
  const can = useCan();
  const format = useFormat();
  const now = useNow(60_000);
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keys.customer(id, "merges"),
    queryFn: ({ signal }) => api.get<{ items: MergeView[] }>("/merges", { signal, query: { card, id } }),
  });
  const undo = useMutation({
    mutationFn: (merge: string) => api.post<z.infer<typeof MergeUndone>>(`/merges/${merge}/undo`),
    onSuccess: async ({ left }) => {
      const text = [t("merge.undoneText"), left.length === 0 ? "" : t("merge.left", { count: left.length })].filter(Boolean).join(". ");
      notifications.show({ color: left.length === 0 ? "green" : "yellow", message: text, autoClose: 8000 });
      await client.invalidateQueries({ queryKey: keys.customers() });
      await client.invalidateQueries({ queryKey: ["customer"] });
      if (card === "lead") for (const queryKey of [["leads"], ["lead"]]) await client.invalidateQueries({ queryKey });
    },
    onError: showFailure,
  });
  const merges = query.data?.items ?? [];
  if (merges.length === 0) return null;
  return (
    <section className={classes["block"]} aria-labelledby="merges">
      <div className={classes["blockHead"]}>
        <h2 id="merges">{t("merge.list")}</h2>
      </div>
      {merges.map((each) => (
        <Group key={each.id} gap={8} py={3}>
          <span style={{ flex: 1, fontSize: "0.8125rem" }}>
            {t("merge.of", { name: each.loserName, at: format.date(each.at) })}
            <span className={classes["dim"]}> {each.by?.name}</span>
          </span>
          {each.undoneAt !== null ? (
            <span className={classes["dim"]}>{t("merge.undone", { at: format.date(each.undoneAt) })}</span>
          ) : can(card === "lead" ? "lead" : "customer", "assign") !== null && Date.parse(each.undoUntil) > now ? (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconArrowBackUp size={13} />}
              loading={undo.isPending && undo.variables === each.id}
              onClick={() => undo.mutate(each.id)}
            >
              {t("merge.undo")}
            </Button>
          ) : null}
        </Group>
      ))}
    </section>
  );
}
