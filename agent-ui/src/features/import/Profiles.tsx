import type { ImportProfile, ImportView } from "@kommutator/contract/api/import";
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { showFailure } from "../../app/failure.ts";
import { useProfiles } from "./queries.ts";

/** Mappings that were kept: one is applied by the titles of the columns, the present one may be kept under a name. */
export function Profiles({ batch, onApply }: { batch: ImportView; onApply: (profile: ImportProfile) => void }) {
  const { t } = useTranslation("import");
  const client = useQueryClient();
  const profiles = useProfiles(batch.object);
  const [name, setName] = useState("");
  const save = useMutation({
    mutationFn: () =>
      api.post("/import-profiles", {
        object: batch.object,
        name,
        options: batch.options,
        mapping: Object.fromEntries(Object.entries(batch.mapping).map(([column, field]) => [batch.columns[Number(column)]?.title ?? "", field])),
      }),
    onSuccess: () => {
      setName("");
      void client.invalidateQueries({ queryKey: ["import-profiles"] });
    },
    onError: showFailure,
  });
  return (
    <Group align="flex-end" gap="sm">
      {(profiles.data?.length ?? 0) === 0 ? null : (
        <Select
          w={240}
          label={t("profile.apply")}
          placeholder={t("profile.choose")}
          data={(profiles.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={null}
          onChange={(id) => {
            const profile = profiles.data?.find((each) => each.id === id);
            if (profile !== undefined) onApply(profile);
          }}
        />
      )}
      <TextInput w={240} label={t("profile.name")} value={name} maxLength={100} onChange={(event) => setName(event.currentTarget.value)} />
      <Button variant="default" disabled={name.trim() === "" || !batch.options.header} loading={save.isPending} onClick={() => save.mutate()}>
        {t("profile.save")}
      </Button>
    </Group>
  );
}
