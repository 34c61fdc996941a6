import { CatalogueBodies, type CatalogueEntry } from "@kommutator/contract/api/catalogue";
import { ColorSwatch, Group, NumberInput, Select, Switch, Text, Textarea, TextInput, UnstyledButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { LANGUAGE_NAMES, LANGUAGES } from "../../app/i18n.ts";
import { ICON_NAMES, TypeIcon } from "../events/TypeMark.tsx";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import classes from "./administration.module.css";
import { codeOf, EDITED, type Edited, type EntryField } from "./catalogues.ts";
import { useEntries } from "./queries.ts";

/** Names of the component library's colours that stay readable in both schemes. */
const COLORS = ["blue", "cyan", "teal", "green", "lime", "yellow", "orange", "red", "pink", "grape", "violet", "indigo", "gray"];
type Values = Record<string, unknown>;

/** One entry of any catalogue: its name, its own fields, its names in other languages. */
export function CatalogueForm(props: {
  name: Edited;
  entry: CatalogueEntry | null;
  all: CatalogueEntry[];
  archive: ReactNode;
  onSaved: () => void;
  onClose: () => void;
}) {
  const { name, entry, all, archive, onSaved, onClose } = props;
  const { t } = useTranslation("administration");
  const fields: readonly EntryField[] = EDITED[name];
  const taken = new Set(all.map((each) => String(each["code"] ?? "")));
  /** As it is sent: a code that nobody typed is made of the name. */
  const body = (values: Values): Values => {
    const { version: _, archived: __, id: ___, ...rest } = values;
    const coded = fields.some((field) => field.name === "code") && name !== "sources";
    const translations = Object.fromEntries(Object.entries((rest["translations"] ?? {}) as Record<string, string>).filter(([, text]) => text.trim() !== ""));
    return { ...rest, translations, ...(coded && !rest["code"] ? { code: codeOf(String(rest["name"] ?? ""), taken) } : {}) };
  };
  const form = useForm<Values>({
    id: `catalogue.${name}.${entry?.id ?? "new"}`,
    initial:
      entry === null
        ? {
            name: "",
            translations: {},
            ...Object.fromEntries(fields.map((f) => [f.name, f.type === "flag" ? (f.initial ?? true) : f.type === "minutes" ? 15 : null])),
          }
        : { ...entry },
    schema: CatalogueBodies[name],
    body,
    version: entry?.version,
    save: (values, version) => {
      const { pos: _, ...sent } = body(values);
      return entry === null ? api.post(`/catalogues/${name}`, sent) : api.patch(`/catalogues/${name}/${entry.id}`, { ...sent, version });
    },
    onSaved: () => {
      onSaved();
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const translations = (values["translations"] ?? {}) as Record<string, string>;
  return (
    <FormDrawer title={entry?.name ?? t("catalogues.add")} form={form} onClose={onClose} aside={archive}>
      <TextInput
        label={t("catalogues.name")}
        data-autofocus
        value={String(values["name"] ?? "")}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name]}
          self={entry?.id ?? null}
          error={fault(field.name)}
          onChange={(value) => set({ [field.name]: value })}
        />
      ))}
      <div>
        <Text fw={600} size="sm">
          {t("catalogues.translations")}
        </Text>
        <Text size="xs" c="dimmed" mb={6}>
          {t("catalogues.translationsText")}
        </Text>
        {LANGUAGES.map((language) => (
          <TextInput
            key={language}
            mt={6}
            size="sm"
            lang={language}
            leftSection={<Text size="xs">{language}</Text>}
            aria-label={LANGUAGE_NAMES[language]}
            placeholder={LANGUAGE_NAMES[language]}
            value={translations[language] ?? ""}
            error={fault(`translations.${language}`)}
            onChange={(event) => set({ translations: { ...translations, [language]: event.currentTarget.value } })}
          />
        ))}
      </div>
    </FormDrawer>
  );
}

function Field(props: { field: EntryField; value: unknown; self: string | null; error: string | null; onChange: (value: unknown) => void }) {
  const { field, value, self, error, onChange } = props;
  const { t } = useTranslation("administration");
  const label = t(`catalogues.fields.${field.name}`);
  const entries = useEntries(field.type === "entry" || field.type === "own" ? field.of : "regions");
  const text = value === null || value === undefined ? "" : String(value);
  switch (field.type) {
    case "text":
      return (
        <TextInput
          label={label}
          description={t(`catalogues.hints.${field.name}`)}
          value={text}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value || null)}
        />
      );
    case "long":
      return (
        <Textarea
          label={label}
          description={t(`catalogues.hints.${field.name}`)}
          autosize
          minRows={2}
          value={text}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value || null)}
        />
      );
    case "minutes":
      return (
        <NumberInput
          label={label}
          min={1}
          max={1440}
          value={value === null ? "" : Number(value)}
          error={error}
          onChange={(next) => onChange(next === "" ? null : Number(next))}
        />
      );
    case "term": {
      const unit = field.unit === "hours" ? 3600 : 60;
      return (
        <NumberInput
          label={label}
          description={t(`catalogues.hints.${field.name}`)}
          min={1}
          max={31_536_000 / unit}
          decimalScale={field.unit === "hours" ? 2 : 0}
          value={value === null || value === undefined ? "" : Math.round((Number(value) / unit) * 100) / 100}
          error={error}
          onChange={(next) => onChange(next === "" ? null : Math.round(Number(next) * unit))}
        />
      );
    }
    case "flag":
      return <Switch label={label} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case "color":
      return (
        <Radios label={label}>
          {COLORS.map((color) => (
            <ColorSwatch
              key={color}
              component="button"
              type="button"
              role="radio"
              aria-checked={value === color}
              aria-label={color}
              title={color}
              size={24}
              color={`var(--mantine-color-${color}-6)`}
              style={{ cursor: "pointer", outline: value === color ? "2px solid var(--k-blue)" : undefined, outlineOffset: 2 }}
              onClick={() => onChange(value === color ? null : color)}
            />
          ))}
        </Radios>
      );
    case "icon":
      return (
        <Radios label={label}>
          {ICON_NAMES.map((icon) => (
            <UnstyledButton
              key={icon}
              role="radio"
              className={classes["icon"] ?? ""}
              aria-checked={value === icon}
              aria-label={t(`catalogues.icons.${icon}`)}
              title={t(`catalogues.icons.${icon}`)}
              onClick={() => onChange(value === icon ? null : icon)}
            >
              <TypeIcon name={icon} />
            </UnstyledButton>
          ))}
        </Radios>
      );
    case "own": {
      const own = (entries.data ?? []).filter((each) => !each.archived && each[field.by] === self);
      return own.length === 0 ? null : (
        <Select
          label={label}
          description={t(`catalogues.hints.${field.name}`)}
          clearable
          data={own.map((each) => ({ value: each.id, label: each.name }))}
          value={text === "" ? null : text}
          error={error}
          onChange={onChange}
        />
      );
    }
    case "choice":
      return (
        <Select
          label={label}
          clearable={field.required !== true}
          data={field.options.map((option) => ({ value: option, label: t(`catalogues.options.${field.name}.${option}`) }))}
          value={text === "" ? null : text}
          error={error}
          onChange={onChange}
        />
      );
    case "entry":
      return (
        <Select
          label={label}
          searchable
          clearable={field.required !== true}
          data={(entries.data ?? []).filter((each) => !each.archived && each.id !== self).map((each) => ({ value: each.id, label: each.name }))}
          value={text === "" ? null : text}
          error={error}
          onChange={onChange}
        />
      );
  }
}

/** A choice of small signs, of which at most one is on. */
function Radios({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div role="radiogroup" aria-label={label}>
      <Text size="sm" fw={500} mb={4}>
        {label}
      </Text>
      <Group gap={6}>{children}</Group>
    </div>
  );
}
