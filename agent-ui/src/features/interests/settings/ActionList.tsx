import type { KindStage } from "@kommutator/contract/api/interest-kind";
import { ActionIcon, Button, Checkbox, Group, Input, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useCatalogues } from "../../../app/catalogues.ts";

export type Line = Omit<KindStage["actions"][number], "id" | "type"> & { id?: string };

/** What entering the stage plans: type, subject, working days ahead, for whom, and whether it must be done before the stage is left. */
export function ActionList({ lines, typical, onChange }: { lines: Line[]; typical: boolean; onChange: (lines: Line[]) => void }) {
  const { t } = useTranslation("interests");
  const catalogues = useCatalogues();
  const types = catalogues.data?.interactionTypes ?? [];
  const set = (at: number, change: Partial<Line>) => onChange(lines.map((line, n) => (n === at ? { ...line, ...change } : line)));
  const [first] = types;
  return (
    <Input.Wrapper label={t("kinds.actions")} description={t("kinds.actionsHint")}>
      <Stack gap={6} mt={6}>
        {lines.map((line, at) => (
          <Group key={line.id ?? `new-${at}`} gap={6} wrap="nowrap" align="center">
            <Select
              w={130}
              aria-label={t("kinds.actionType")}
              data={types.map((type) => ({ value: type.id, label: type.name }))}
              value={line.typeId}
              onChange={(typeId) => typeId !== null && set(at, { typeId })}
            />
            <TextInput
              flex={1}
              aria-label={t("kinds.actionSubject")}
              maxLength={300}
              value={line.subject}
              onChange={(event) => set(at, { subject: event.currentTarget.value })}
            />
            <NumberInput
              w={82}
              aria-label={t("kinds.actionDays")}
              prefix="+"
              suffix={t("kinds.daysSuffix")}
              min={0}
              max={365}
              value={line.offsetDays}
              onChange={(value) => set(at, { offsetDays: Number(value) })}
            />
            <Select
              w={140}
              aria-label={t("kinds.actionExecutor")}
              data={(["responsible", "head"] as const).map((value) => ({ value, label: t(`kinds.executor.${value}`) }))}
              value={line.executor}
              onChange={(executor) => executor !== null && set(at, { executor: executor as Line["executor"] })}
            />
            {typical ? (
              <Checkbox
                title={t("kinds.compulsory")}
                aria-label={t("kinds.compulsory")}
                checked={line.compulsory}
                onChange={(event) => set(at, { compulsory: event.currentTarget.checked })}
              />
            ) : null}
            <ActionIcon aria-label={t("kinds.removeItem", { name: line.subject })} onClick={() => onChange(lines.filter((_, n) => n !== at))}>
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="compact-sm"
            variant="light"
            disabled={first === undefined}
            leftSection={<IconPlus size={14} />}
            onClick={() =>
              first !== undefined && onChange([...lines, { typeId: first.id, subject: first.name, offsetDays: 1, executor: "responsible", compulsory: false }])
            }
          >
            {t("kinds.addAction")}
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
