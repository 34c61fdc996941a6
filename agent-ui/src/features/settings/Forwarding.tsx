import { FORWARDING_ON, type Forwarding, ForwardingBody } from "@kommutator/contract/api/skills";
import { Alert, Group, Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCatalogues } from "../../app/catalogues.ts";
import { keys } from "../../app/keys.ts";
import { ErrorState, RowsSkeleton } from "../../app/states.tsx";
import { FormBody } from "./FormBody.tsx";
import { useForm } from "./form.ts";
import { bodyOf, type Case, casesOf } from "./forwarding-cases.ts";

/** Where calls of a person go when they cannot take them: one line for each case. */
export function ForwardingRules({ employeeId, own = false, onClose }: { employeeId: string; own?: boolean; onClose?: () => void }) {
  const { t } = useTranslation("settings");
  const rules = useQuery({
    queryKey: keys.forwarding(employeeId),
    queryFn: ({ signal }) => api.get<Forwarding>(`/employees/${employeeId}/forwarding`, { signal }),
  });
  if (rules.isPending) return <RowsSkeleton rows={5} height={36} />;
  if (rules.data === undefined) return <ErrorState error={rules.error} onRetry={() => void rules.refetch()} />;
  return (
    <>
      <Text size="sm" c="dimmed" mb="md">
        {own ? t("forwarding.mine") : t("forwarding.purpose")}
      </Text>
      <Fields forwarding={rules.data} onClose={onClose} />
    </>
  );
}

function Fields({ forwarding, onClose }: { forwarding: Forwarding; onClose: (() => void) | undefined }) {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const people = useCatalogues();
  const { employee } = forwarding;
  const form = useForm<{ cases: Case[] }>({
    id: `forwarding.${employee.id}`,
    initial: { cases: casesOf(forwarding) },
    // Faults of a line stand beside its own field: the rules are in the order of their lines.
    schema: ForwardingBody,
    body: ({ cases }) => bodyOf(cases),
    save: ({ cases }) => api.put(`/employees/${employee.id}/forwarding`, bodyOf(cases)),
    onSaved: () => {
      void client.invalidateQueries({ queryKey: keys.forwarding(employee.id) });
      notifications.show({ color: "green", message: t("forwarding.saved") });
      onClose?.();
    },
  });
  const { values, set } = form;
  const colleagues = (people.data?.employees ?? [])
    .filter((each) => each.state === "active" && each.id !== employee.id)
    .map((each) => ({ value: each.id, label: each.name }));
  const change = (on: Case["on"], next: Partial<Case>) => set({ cases: values.cases.map((each) => (each.on === on ? { ...each, ...next } : each)) });
  const used = values.cases.filter((each) => each.to !== "none");
  const faultOf = (on: Case["on"], field: "toEmployeeId" | "toNumber") => {
    const index = used.findIndex((each) => each.on === on);
    return index < 0 ? null : (form.fault(`rules.${index}.${field}`) ?? (field === "toNumber" ? form.fault(`rules.${index}`) : null));
  };
  return (
    <FormBody form={form} {...(onClose === undefined ? {} : { onCancel: onClose })}>
      {values.cases.some((each) => each.on === "always" && each.to !== "none") && used.length > 1 ? (
        <Alert color="yellow" variant="light" py="xs">
          {t("forwarding.alwaysWarning")}
        </Alert>
      ) : null}
      {FORWARDING_ON.map((on) => {
        const line = values.cases.find((each) => each.on === on) as Case;
        const label = t(`forwarding.on.${on}`);
        return (
          <Group key={on} gap="sm" align="flex-start" wrap="nowrap">
            <Select
              w={230}
              label={label}
              data={(["none", "employee", "number"] as const).map((value) => ({ value, label: t(`forwarding.${value}`) }))}
              value={line.to}
              onChange={(to) => to !== null && change(on, { to: to as Case["to"] })}
            />
            {line.to === "employee" ? (
              <Select
                flex={1}
                label={t("forwarding.person")}
                aria-label={t("forwarding.to", { on: label })}
                searchable
                data={colleagues}
                value={line.employeeId}
                error={faultOf(on, "toEmployeeId") ?? (line.employeeId === null ? faultOf(on, "toNumber") : null)}
                onChange={(employeeId) => change(on, { employeeId })}
              />
            ) : line.to === "number" ? (
              <TextInput
                flex={1}
                type="tel"
                label={t("forwarding.numberLabel")}
                aria-label={t("forwarding.to", { on: label })}
                placeholder="+77011234567"
                value={line.number}
                error={faultOf(on, "toNumber")}
                onChange={(event) => change(on, { number: event.currentTarget.value })}
              />
            ) : null}
          </Group>
        );
      })}
    </FormBody>
  );
}
