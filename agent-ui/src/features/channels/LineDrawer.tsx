import { LineBody, type LineView } from "@kommutator/contract/api/line";
import { Button, Group, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { countryOptions } from "../../app/countries.ts";
import { usePhone } from "../../app/format.ts";
import { keys } from "../../app/keys.ts";
import { Confirm } from "../settings/Confirm.tsx";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import { LineMenu } from "./LineMenu.tsx";

/** One line: its number, and what a call to it brings along. What is left empty is as the channel says. */
export function LineDrawer({ channelId, line, onClose }: { channelId: string; line: LineView | null; onClose: () => void }) {
  const { t, i18n } = useTranslation("channels");
  const client = useQueryClient();
  const lists = useCatalogues().data;
  const phone = usePhone();
  const [asking, setAsking] = useState(false);
  const done = () => {
    void client.invalidateQueries({ queryKey: [...keys.channels, channelId, "lines"] });
    onClose();
  };
  const form = useForm<LineBody>({
    id: `line.${line?.id ?? channelId}`,
    initial: {
      number: line?.number ?? "",
      queueId: line?.queueId ?? null,
      purposeId: line?.purposeId ?? null,
      sourceId: line?.sourceId ?? null,
      country: line?.country ?? null,
      keys: line?.keys ?? [],
    },
    schema: LineBody,
    version: line?.version,
    save: (body, version) => (line === null ? api.post(`/channels/${channelId}/lines`, body) : api.patch(`/lines/${line.id}`, { ...body, version })),
    onSaved: () => {
      notifications.show({ color: "green", message: t("lines.saved") });
      done();
    },
  });
  const { values, set, fault } = form;
  const options = (list: { id: string; name: string }[] | undefined) => (list ?? []).map((each) => ({ value: each.id, label: each.name }));
  const purposes = options(lists?.purposes.filter((each) => !each.archived));
  const optional = { clearable: true, allowDeselect: true, searchable: true, placeholder: t("lines.asChannel") };
  const countries = countryOptions(i18n.language);
  const other = values.country !== null && !countries.some((each) => each.value === values.country) ? [{ value: values.country, label: values.country }] : [];
  const aside =
    line === null ? null : (
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("common:delete")}
      </Button>
    );
  return (
    <FormDrawer title={line === null ? t("lines.add") : t("lines.title", { number: phone(line.number) })} form={form} onClose={onClose} aside={aside} wide>
      <Group grow align="flex-start">
        <TextInput
          label={t("lines.number")}
          description={t("lines.numberText")}
          type="tel"
          data-autofocus
          required
          value={values.number}
          error={fault("number")}
          onChange={(event) => set({ number: event.currentTarget.value })}
        />
        <Select
          label={t("lines.country")}
          description={t("lines.countryText")}
          {...optional}
          placeholder={t("lines.asCompany")}
          data={[...countries, ...other]}
          value={values.country}
          error={fault("country")}
          onChange={(country) => set({ country })}
        />
      </Group>
      <Group grow align="flex-start">
        <Select
          label={t("queue")}
          description={t("queueText")}
          {...optional}
          data={options(lists?.queues)}
          value={values.queueId}
          error={fault("queueId")}
          onChange={(queueId) => set({ queueId })}
        />
        <Select
          label={t("source")}
          description={t("sourceText")}
          {...optional}
          data={options(lists?.sources)}
          value={values.sourceId}
          error={fault("sourceId")}
          onChange={(sourceId) => set({ sourceId })}
        />
      </Group>
      <Select
        label={t("purposeDefault")}
        description={t("purposeDefaultText")}
        {...optional}
        data={purposes}
        value={values.purposeId}
        error={fault("purposeId")}
        onChange={(purposeId) => set({ purposeId })}
      />
      <LineMenu
        values={values.keys}
        purposes={purposes}
        faultOf={(at) => fault(`keys.${at}.purposeId`) ?? fault("keys")}
        onChange={(next) => set({ keys: next })}
      />
      {asking && line !== null ? (
        <Confirm
          title={t("lines.deleteTitle", { number: phone(line.number) })}
          text={t("lines.deleteText")}
          action={t("common:delete")}
          onClose={() => setAsking(false)}
          run={() => api.delete(`/lines/${line.id}`)}
          done={done}
        />
      ) : null}
    </FormDrawer>
  );
}
