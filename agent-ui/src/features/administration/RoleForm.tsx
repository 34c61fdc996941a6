import { ACTIONS, OBJECTS, OFFERED, SCOPES, type Scope } from "@kommutator/contract/access";
import { RoleBody, type RoleView } from "@kommutator/contract/api/admin";
import { Button, Drawer, NativeSelect, Select, Table, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { keys } from "../../app/keys.ts";
import { useCan } from "../../app/me.ts";
import { Confirm } from "../settings/Confirm.tsx";
import { FormBody } from "../settings/FormBody.tsx";
import { useForm } from "../settings/form.ts";
import { useRoles } from "../settings/queries.ts";
import classes from "./administration.module.css";
import { type Matrix, matrixOf, permissionsOf, withScope } from "./permissions.ts";

type Values = { name: string; matrix: Matrix };

/** One role: its name and the table of its rights. */
export function RoleForm({ role, onClose }: { role: RoleView | null; onClose: () => void }) {
  const { t } = useTranslation("administration");
  const client = useQueryClient();
  const can = useCan();
  const roles = useRoles();
  const [asking, setAsking] = useState(false);
  const done = () => {
    void client.invalidateQueries({ queryKey: keys.roles });
    void client.invalidateQueries({ queryKey: keys.me });
    notifications.show({ color: "green", message: t("common:saved") });
    onClose();
  };
  const form = useForm<Values>({
    id: `role.${role?.id ?? "new"}`,
    initial: { name: role?.name ?? "", matrix: matrixOf(role?.permissions ?? []) },
    schema: RoleBody,
    body: (values) => ({ name: values.name, permissions: permissionsOf(values.matrix) }),
    version: role?.version,
    save: ({ name, matrix }, version) => {
      const body = { name, permissions: permissionsOf(matrix) };
      return role === null ? api.post("/roles", body) : api.patch(`/roles/${role.id}`, { ...body, version });
    },
    onSaved: done,
  });
  const { values, set, fault } = form;
  const locked = can("role", role === null ? "create" : "edit") === null;
  const leave = () => {
    form.discard();
    onClose();
  };
  const remove =
    role === null || can("role", "delete") === null ? null : (
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("roles.remove")}
      </Button>
    );
  return (
    <Drawer
      opened
      onClose={leave}
      position="right"
      size={980}
      padding="lg"
      title={<Text fw={650}>{role?.name ?? t("roles.add")}</Text>}
      closeButtonProps={{ "aria-label": t("common:close") }}
    >
      <FormBody form={form} onCancel={onClose} aside={remove}>
        <div className={classes["pair"]}>
          <TextInput
            label={t("roles.name")}
            data-autofocus
            disabled={locked}
            value={values.name}
            error={fault("name")}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          {role === null ? (
            <Select
              label={t("roles.copyFrom")}
              placeholder={t("roles.copyNothing")}
              clearable
              data={(roles.data ?? []).map((each) => ({ value: each.id, label: each.name }))}
              onChange={(id) => set({ matrix: matrixOf(roles.data?.find((each) => each.id === id)?.permissions ?? []) })}
            />
          ) : (
            <Text size="sm" c="dimmed" className={classes["foot"] ?? ""}>
              {t("roles.effect", { count: role.people })}
            </Text>
          )}
        </div>
        <div className={classes["matrix"]}>
          <Table stickyHeader verticalSpacing={3} horizontalSpacing={6} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("roles.object")}</Table.Th>
                {ACTIONS.map((action) => (
                  <Table.Th key={action}>{t(`actions.${action}`)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {OBJECTS.map((object) => (
                <Table.Tr key={object}>
                  <Table.Th scope="row" fw={500}>
                    {t(`objects.${object}`)}
                  </Table.Th>
                  {ACTIONS.map((action) => {
                    if (!OFFERED[object].includes(action)) return <Table.Td key={action} />;
                    const scope = values.matrix[object]?.[action] ?? null;
                    return (
                      <Table.Td key={action}>
                        <NativeSelect
                          size="xs"
                          disabled={locked}
                          className={scope === null ? (classes["none"] ?? "") : (classes["given"] ?? "")}
                          aria-label={t("roles.cell", { object: t(`objects.${object}`), action: t(`actions.${action}`) })}
                          value={scope ?? ""}
                          data={[{ value: "", label: "—" }, ...SCOPES.map((each) => ({ value: each, label: t(`scopes.${each}`) }))]}
                          onChange={(event) => set({ matrix: withScope(values.matrix, object, action, (event.currentTarget.value || null) as Scope | null) })}
                        />
                      </Table.Td>
                    );
                  })}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      </FormBody>
      {asking && role !== null ? (
        <Confirm
          title={t("roles.removeTitle", { name: role.name })}
          text={t("roles.removeText")}
          action={t("roles.remove")}
          onClose={() => setAsking(false)}
          run={() => api.delete(`/roles/${role.id}`)}
          done={done}
        />
      ) : null}
    </Drawer>
  );
}
