import { CANNED_VARIABLES, type CannedAnswer, CannedBody } from "@kommutator/contract/api/canned";
import { Alert, Autocomplete, Button, Group, Select, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { changeAndGoOn } from "../../app/caret.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { openVariables } from "../composer/canned.ts";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";

type Scope = CannedAnswer["scope"];
type Values = {
  scope: Scope;
  departmentId: string | null;
  title: string;
  shortcut: string;
  body: string;
  folder: string;
  tags: string[];
};

/** One canned answer: whose, how it is called, its text with variables. */
export function CannedForm({ answer, folders, onClose }: { answer: CannedAnswer | null; folders: string[]; onClose: () => void }) {
  const { t } = useTranslation("canned");
  const can = useCan();
  const client = useQueryClient();
  const departments = useCatalogues().data?.departments ?? [];
  const body = useRef<HTMLTextAreaElement>(null);
  const readOnly = answer !== null && !answer.mayEdit;
  const shared = can("canned", answer === null ? "create" : "edit");
  // Shared with all only by who may do so everywhere; the server decides again.
  const scopes: Scope[] = shared === null ? ["personal"] : shared === "all" ? ["personal", "department", "all"] : ["personal", "department"];
  const form = useForm<Values>({
    id: `canned.${answer?.id ?? "new"}`,
    initial: {
      scope: answer?.scope ?? "personal",
      departmentId: answer?.department?.id ?? null,
      title: answer?.title ?? "",
      shortcut: answer?.shortcut ?? "",
      body: answer?.body ?? "",
      folder: answer?.folder ?? "",
      tags: answer?.tags ?? [],
    },
    schema: CannedBody.omit({ shortcut: true, folder: true }),
    version: answer?.version,
    save: (values, version) => {
      const row = {
        ...values,
        departmentId: values.scope === "department" ? values.departmentId : null,
        shortcut: values.shortcut.trim() === "" ? null : values.shortcut.trim().replace(/^\//, ""),
        folder: values.folder.trim() === "" ? null : values.folder.trim(),
      };
      return answer === null ? api.post("/canned-answers", row) : api.patch(`/canned-answers/${answer.id}`, { ...row, version });
    },
    onSaved: () => {
      void client.invalidateQueries({ queryKey: keys.canned });
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const strange = openVariables(values.body)
    .map((each) => each.name)
    .filter((name) => !(CANNED_VARIABLES as readonly string[]).includes(name));
  const insert = (name: string) => {
    const from = body.current?.selectionStart ?? values.body.length;
    const piece = `{{${name}}}`;
    changeAndGoOn(body, () => set({ body: values.body.slice(0, from) + piece + values.body.slice(body.current?.selectionEnd ?? from) }), from + piece.length);
  };
  return (
    <FormDrawer title={answer?.title ?? t("add")} form={form} onClose={onClose}>
      {readOnly ? (
        <Alert color="blue" variant="light" py="xs">
          {t("readOnly")}
        </Alert>
      ) : null}
      <TextInput
        label={t("name")}
        data-autofocus
        required
        value={values.title}
        error={fault("title")}
        onChange={(event) => set({ title: event.currentTarget.value })}
      />
      <TextInput
        label={t("shortcut")}
        description={t("shortcutText")}
        leftSection="/"
        value={values.shortcut}
        error={fault("shortcut")}
        onChange={(event) => set({ shortcut: event.currentTarget.value })}
      />
      <Textarea
        ref={body}
        label={t("text")}
        required
        autosize
        minRows={4}
        maxRows={14}
        value={values.body}
        error={fault("body")}
        onChange={(event) => set({ body: event.currentTarget.value })}
      />
      <div>
        <Text size="xs" c="dimmed" mb={4}>
          {t("variables")}
        </Text>
        <Group gap={4}>
          {CANNED_VARIABLES.map((name) => (
            <Button key={name} size="compact-xs" variant="default" title={`{{${name}}}`} onClick={() => insert(name)}>
              {t(`variable.${name.replace(".", "_")}`)}
            </Button>
          ))}
        </Group>
      </div>
      {strange.length === 0 ? null : (
        <Alert color="yellow" variant="light" py="xs" role="status">
          {t("unknown", { names: strange.join(", ") })}
        </Alert>
      )}
      <Select
        label={t("scopeName")}
        description={scopes.length === 1 ? t("onlyPersonal") : null}
        data={[...new Set([...scopes, values.scope])].map((value) => ({ value, label: t(`scope.${value}`) }))}
        value={values.scope}
        error={fault("scope")}
        onChange={(scope) => scope !== null && set({ scope: scope as Scope })}
      />
      {values.scope === "department" ? (
        <Select
          label={t("department")}
          required
          data={departments.map((each) => ({ value: each.id, label: each.name }))}
          value={values.departmentId}
          error={fault("departmentId")}
          onChange={(departmentId) => set({ departmentId })}
        />
      ) : null}
      <Autocomplete label={t("folder")} data={folders} value={values.folder} error={fault("folder")} onChange={(folder) => set({ folder })} />
      <TagsInput label={t("tags")} maxTags={10} value={values.tags} error={fault("tags")} onChange={(tags) => set({ tags })} />
    </FormDrawer>
  );
}
