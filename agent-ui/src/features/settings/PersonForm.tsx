import { EmployeeBody, EmployeePatch, type EmployeeView } from "@kommutator/contract/api/admin";
import { Button, Group, Menu, MultiSelect, NumberInput, PasswordInput, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { api } from "../../app/api.ts";
import { failureText } from "../../app/failure.ts";
import { LANGUAGE_NAMES, LANGUAGES } from "../../app/i18n.ts";
import { keys } from "../../app/keys.ts";
import { useMe } from "../../app/me.ts";
import { Confirm } from "./Confirm.tsx";
import { FormBody } from "./FormBody.tsx";
import { useForm } from "./form.ts";
import { useCalendars, useDepartments, useRoles } from "./queries.ts";

type Values = {
  login: string;
  name: string;
  position: string | null;
  departmentId: string;
  calendarId: string;
  roleIds: string[];
  extension: string | null;
  maxDialogs: number;
  fte: number;
  email: string | null;
  mobile: string | null;
  locale: "ru" | "en" | "kk" | "uk";
  password: string;
};

/** Fields that stand side by side stand at one height: what explains one of them stands below it. */
const HINT_BELOW: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];

/** Who it is, with which rights, on which extension. */
export function PersonForm({ person, onClose }: { person: EmployeeView | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const client = useQueryClient();
  const departments = useDepartments();
  const calendars = useCalendars();
  const roles = useRoles();
  const [ask, setAsk] = useState<"dismiss" | "password" | null>(null);
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.employees });
    void client.invalidateQueries({ queryKey: keys.catalogues });
  };
  const form = useForm<Values>({
    id: `employee.${person?.id ?? "new"}`,
    initial: {
      login: person?.login ?? "",
      name: person?.name ?? "",
      position: person?.position ?? null,
      departmentId: person?.department.id ?? me.departmentId,
      calendarId: person?.calendar.id ?? calendars.data?.[0]?.id ?? "",
      roleIds: person?.roles.map((role) => role.id) ?? [],
      extension: person?.extension ?? null,
      maxDialogs: person?.maxDialogs ?? 5,
      fte: person?.fte ?? 1,
      email: person?.email ?? null,
      mobile: person?.mobile ?? null,
      locale: (person?.locale as Values["locale"] | undefined) ?? "ru",
      password: "",
    },
    schema: person === null ? EmployeeBody : EmployeePatch.omit({ version: true }).extend({ password: z.string() }),
    version: person?.version,
    save: (values, version) => {
      const { password, ...rest } = values;
      return person === null ? api.post("/employees", { ...rest, password }) : api.patch(`/employees/${person.id}`, { ...rest, version });
    },
    onSaved: () => {
      refresh();
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const changeState = (state: "active" | "suspended") => {
    if (person === null) return;
    api.patch(`/employees/${person.id}`, { state, version: person.version }).then(
      () => {
        refresh();
        onClose();
      },
      (error: unknown) => notifications.show({ color: "red", message: failureText(error) }),
    );
  };
  const aside =
    person === null || person.state === "dismissed" ? null : (
      <Menu position="top-start">
        <Menu.Target>
          <Button variant="subtle" color="gray">
            {t("people.more")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsk("password")}>{t("people.setPassword")}</Menu.Item>
          {person.state === "active" ? (
            <Menu.Item disabled={person.id === me.id} onClick={() => changeState("suspended")}>
              {t("people.suspend")}
            </Menu.Item>
          ) : (
            <Menu.Item onClick={() => changeState("active")}>{t("people.activate")}</Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item color="red" disabled={person.id === me.id} onClick={() => setAsk("dismiss")}>
            {t("people.dismiss")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    );
  return (
    <FormBody form={form} onCancel={onClose} aside={aside}>
      <TextInput
        label={t("people.name")}
        data-autofocus
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Group grow align="flex-start">
        <TextInput
          label={t("people.login")}
          autoComplete="off"
          value={values.login}
          error={fault("login")}
          onChange={(event) => set({ login: event.currentTarget.value })}
        />
        {person === null ? (
          <PasswordInput
            label={t("people.password")}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ "aria-label": t("people.showPassword") }}
            value={values.password}
            error={fault("password")}
            onChange={(event) => set({ password: event.currentTarget.value })}
          />
        ) : null}
      </Group>
      <MultiSelect
        label={t("people.roles")}
        data={(roles.data ?? []).map((role) => ({ value: role.id, label: role.name }))}
        value={values.roleIds}
        error={fault("roleIds")}
        onChange={(roleIds) => set({ roleIds })}
      />
      <Group grow align="flex-start">
        <Select
          label={t("people.department")}
          data={(departments.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={values.departmentId}
          error={fault("departmentId")}
          onChange={(departmentId) => departmentId !== null && set({ departmentId })}
        />
        <Select
          label={t("people.calendar")}
          data={(calendars.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
          value={values.calendarId === "" ? null : values.calendarId}
          error={fault("calendarId")}
          onChange={(calendarId) => calendarId !== null && set({ calendarId })}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput
          label={t("people.position")}
          maxLength={200}
          value={values.position ?? ""}
          error={fault("position")}
          onChange={(event) => set({ position: event.currentTarget.value === "" ? null : event.currentTarget.value })}
        />
        <Select
          label={t("people.language")}
          data={LANGUAGES.map((code) => ({ value: code, label: LANGUAGE_NAMES[code] }))}
          value={values.locale}
          onChange={(locale) => locale !== null && set({ locale: locale as Values["locale"] })}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput
          label={t("people.extension")}
          description={t("people.extensionText")}
          inputWrapperOrder={HINT_BELOW}
          inputMode="numeric"
          value={values.extension ?? ""}
          error={fault("extension")}
          onChange={(event) => set({ extension: event.currentTarget.value.trim() || null })}
        />
        <NumberInput
          label={t("people.maxDialogs")}
          description={t("people.maxDialogsText")}
          inputWrapperOrder={HINT_BELOW}
          min={0}
          max={50}
          value={values.maxDialogs}
          error={fault("maxDialogs")}
          onChange={(value) => set({ maxDialogs: Number(value) })}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput
          label={t("people.email")}
          type="email"
          value={values.email ?? ""}
          error={fault("email")}
          onChange={(event) => set({ email: event.currentTarget.value.trim() || null })}
        />
        <TextInput
          label={t("people.mobile")}
          description={t("people.mobileText")}
          inputWrapperOrder={HINT_BELOW}
          type="tel"
          maxLength={40}
          value={values.mobile ?? ""}
          error={fault("mobile")}
          onChange={(event) => set({ mobile: event.currentTarget.value || null })}
        />
      </Group>
      <NumberInput
        label={t("people.fte")}
        description={t("people.fteText")}
        inputWrapperOrder={HINT_BELOW}
        min={0.1}
        max={1}
        step={0.25}
        decimalScale={2}
        value={values.fte}
        error={fault("fte")}
        onChange={(value) => set({ fte: Number(value) })}
      />
      {ask === "password" && person !== null ? <PasswordForm person={person} onClose={() => setAsk(null)} /> : null}
      {ask === "dismiss" && person !== null ? (
        <Confirm
          title={t("people.dismissTitle", { name: person.name })}
          text={t("people.dismissText")}
          action={t("people.dismiss")}
          onClose={() => setAsk(null)}
          run={() => api.post(`/employees/${person.id}/dismiss`, { version: person.version })}
          done={() => {
            refresh();
            onClose();
          }}
        />
      ) : null}
    </FormBody>
  );
}

function PasswordForm({ person, onClose }: { person: EmployeeView; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const [password, setPassword] = useState("");
  const short = password !== "" && password.length < 8;
  return (
    <Confirm
      title={t("people.setPassword")}
      text={t("people.setPasswordText", { name: person.name })}
      action={t("common:save")}
      disabled={password.length < 8}
      onClose={onClose}
      run={() => api.post(`/employees/${person.id}/password`, { password })}
      done={onClose}
    >
      <PasswordInput
        label={t("people.password")}
        data-autofocus
        autoComplete="new-password"
        visibilityToggleButtonProps={{ "aria-label": t("people.showPassword") }}
        value={password}
        error={short ? t("fault.tooShort", { limit: 8 }) : null}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </Confirm>
  );
}
