import type { InterestView } from "@kommutator/contract/api/interest";
import { Checkbox, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useFormat } from "../../app/format.ts";
import classes from "../customer/customer.module.css";

/** What the present stage says to do, its list, and the conditions of winning, each ticked with name and time. */
export function Checks({ interest, editable, onSaved }: { interest: InterestView; editable: boolean; onSaved: (row: InterestView) => Promise<void> }) {
  const { t } = useTranslation("interests");
  const format = useFormat();
  const tick = useMutation({
    mutationFn: ({ id, checked }: { id: string; checked: boolean }) => api.put<InterestView>(`/interests/${interest.id}/checks/${id}`, { checked }),
    onSuccess: onSaved,
    onError: showFailure,
  });
  const instruction = interest.stages.find((s) => s.state === "current")?.instruction ?? null;
  const groups = [
    [t("card.checks"), interest.checks.filter((c) => c.stageId !== null)],
    [t("card.conditions"), interest.checks.filter((c) => c.stageId === null)],
  ] as const;
  if (instruction === null && interest.checks.length === 0) return null;
  return (
    <section className={classes["block"]} aria-label={t("card.checks")}>
      {instruction === null ? null : <p style={{ margin: "0 0 8px", whiteSpace: "pre-wrap" }}>{instruction}</p>}
      {groups
        .filter(([, items]) => items.length > 0)
        .map(([label, items]) => (
          <Stack key={label} gap={6} mb={8}>
            <b>{label}</b>
            {items.map((item) => (
              <Checkbox
                key={item.id}
                size="sm"
                label={item.name}
                description={item.checkedAt === null ? undefined : `${item.by?.name ?? ""}, ${format.full(item.checkedAt)}`}
                checked={item.checkedAt !== null}
                disabled={!editable || tick.isPending}
                onChange={(event) => tick.mutate({ id: item.id, checked: event.currentTarget.checked })}
              />
            ))}
          </Stack>
        ))}
    </section>
  );
}
