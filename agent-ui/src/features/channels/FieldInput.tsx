import { ActionIcon, Badge, Button, Checkbox, Group, NumberInput, PasswordInput, Select, Textarea, TextInput } from "@mantine/core";
import { IconDice5 } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChannelKind } from "../settings/queries.ts";
import { layoutOf, randomSecret } from "./layout.ts";

type Field = ChannelKind["fields"][number];
export type FieldValue = string | number | boolean;

/** One field of a channel's own form: its name and what it is for in words, by its kind. */
export function FieldInput({
  kind,
  field,
  value,
  fault,
  secretSet,
  onChange,
}: {
  kind: string;
  field: Field;
  value: FieldValue | undefined;
  fault: string | null;
  /** A value is stored, and never read back. */
  secretSet: boolean;
  onChange: (value: FieldValue) => void;
}) {
  const { t } = useTranslation("channels");
  const { long = [], ours = [] } = layoutOf(kind);
  const key = `field.${kind}.${field.name}`;
  const help = t(`${key}.help`, { defaultValue: "" });
  const common = { label: t(`${key}.label`, { defaultValue: field.name }), description: help === "" ? null : help, error: fault, required: field.required };
  const text = typeof value === "string" ? value : "";
  switch (field.type) {
    case "boolean":
      return (
        <Checkbox
          label={common.label}
          description={common.description}
          error={fault}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "number":
      return (
        <NumberInput {...common} value={typeof value === "number" ? value : ""} hideControls onChange={(next) => onChange(next === "" ? "" : Number(next))} />
      );
    case "select":
      return (
        <Select
          {...common}
          data={(field.options ?? []).map((option) => ({
            value: option,
            label: t(`option.${kind}.${field.name}.${option}`, { defaultValue: t(`option.${option}`, { defaultValue: option }) }),
          }))}
          value={text === "" ? null : text}
          onChange={(next) => next !== null && onChange(next)}
        />
      );
    case "secret":
      return <Secret common={common} value={text} set={secretSet} ours={ours.includes(field.name)} onChange={onChange} />;
    case "text":
      return long.includes(field.name) ? (
        <Textarea {...common} autosize minRows={2} maxRows={6} value={text} onChange={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <TextInput {...common} value={text} spellCheck={false} onChange={(event) => onChange(event.currentTarget.value)} />
      );
  }
}

/** A stored secret says only that it is there; "replace" opens the field. */
function Secret({
  common,
  value,
  set,
  ours,
  onChange,
}: {
  common: { label: string; description: string | null; error: string | null; required: boolean };
  value: string;
  set: boolean;
  ours: boolean;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation("channels");
  const [open, setOpen] = useState(!set);
  if (!open)
    return (
      <div>
        <Group gap="xs">
          <span style={{ fontSize: "var(--mantine-font-size-sm)", fontWeight: 500 }}>{common.label}</span>
          <Badge variant="light" color="green" tt="none" radius="sm">
            {t("secret.set")}
          </Badge>
          <Button size="compact-xs" variant="subtle" aria-label={t("secret.replaceOf", { name: common.label })} onClick={() => setOpen(true)}>
            {t("secret.replace")}
          </Button>
        </Group>
        {common.error === null ? null : <div style={{ color: "var(--k-red)", fontSize: "var(--mantine-font-size-xs)" }}>{common.error}</div>}
      </div>
    );
  return (
    <PasswordInput
      {...common}
      description={set ? t("secretSet") : common.description}
      autoComplete="new-password"
      autoFocus={set}
      visibilityToggleButtonProps={{ "aria-label": t("settings:people.showPassword") }}
      value={value}
      {...(ours
        ? {
            leftSection: (
              <ActionIcon size="sm" aria-label={t("secret.generate")} title={t("secret.generate")} onClick={() => onChange(randomSecret())}>
                <IconDice5 size={16} />
              </ActionIcon>
            ),
          }
        : {})}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
