import { LeadQuestionBody, type LeadQuestionView } from "@kommutator/contract/api/lead";
import { Badge, Button, Checkbox, NumberInput, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChecklist } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../../app/api.ts";
import { useCan } from "../../app/me.ts";
import { Confirm } from "../settings/Confirm.tsx";
import { OpenRow } from "../settings/DataTable.tsx";
import { FormDrawer } from "../settings/FormDrawer.tsx";
import { useForm } from "../settings/form.ts";
import { AddButton } from "../settings/TablePage.tsx";
import { useChanged, useQuestions } from "./queries.ts";
import { Rows } from "./Rows.tsx";

/** The checklist by which leads are qualified (RG-15). */
export function QuestionsTab() {
  const { t } = useTranslation("dispatch");
  const can = useCan();
  const questions = useQuestions();
  const [open, setOpen] = useState<LeadQuestionView | "new" | null>(null);
  return (
    <>
      <Rows
        hint={t("questions.hint")}
        action={<AddButton label={t("questions.add")} allowed={can("catalogue", "create") !== null} onAdd={() => setOpen("new")} />}
        query={questions}
        columns={[
          { name: "pos", head: "№", width: 64, cell: (row) => row.pos },
          { name: "name", head: t("questions.name"), cell: (row) => <OpenRow onOpen={() => setOpen(row)}>{row.name}</OpenRow> },
          {
            name: "required",
            head: "",
            width: 160,
            cell: (row) =>
              row.required ? (
                <Badge size="sm" variant="light" tt="none" color="yellow">
                  {t("questions.required")}
                </Badge>
              ) : null,
          },
        ]}
        idOf={(row) => row.id}
        icon={<IconChecklist />}
        empty={t("questions.empty")}
      />
      {open === null ? null : (
        <QuestionForm question={open === "new" ? null : open} next={(questions.data?.at(-1)?.pos ?? 0) + 1} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

function QuestionForm({ question, next, onClose }: { question: LeadQuestionView | null; next: number; onClose: () => void }) {
  const { t } = useTranslation("dispatch");
  const can = useCan();
  const changed = useChanged();
  const [asking, setAsking] = useState(false);
  const form = useForm({
    id: `lead-question.${question?.id ?? "new"}`,
    initial: { name: question?.name ?? "", pos: question?.pos ?? next, required: question?.required ?? false },
    schema: LeadQuestionBody,
    save: async (body) => {
      if (question === null) await api.post("/lead-questions", body);
      else await api.patch(`/lead-questions/${question.id}`, body);
    },
    onSaved: () => {
      changed();
      notifications.show({ color: "green", message: t("common:saved") });
      onClose();
    },
  });
  const { values, set, fault } = form;
  const aside =
    question === null || can("catalogue", "delete") === null ? null : (
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {t("common:delete")}
      </Button>
    );
  return (
    <FormDrawer title={question?.name ?? t("questions.add")} form={form} onClose={onClose} aside={aside}>
      <TextInput
        label={t("questions.name")}
        data-autofocus
        value={values.name}
        error={fault("name")}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <NumberInput label={t("questions.pos")} min={0} value={values.pos} onChange={(pos) => typeof pos === "number" && set({ pos })} />
      <Checkbox label={t("questions.requiredHint")} checked={values.required} onChange={(event) => set({ required: event.currentTarget.checked })} />
      {asking && question !== null ? (
        <Confirm
          title={t("questions.remove")}
          text={t("questions.removeText")}
          action={t("common:delete")}
          onClose={() => setAsking(false)}
          run={() => api.delete(`/lead-questions/${question.id}`)}
          done={() => {
            changed();
            onClose();
          }}
        />
      ) : null}
    </FormDrawer>
  );
}
