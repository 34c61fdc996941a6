import type { Tx } from "@kommutator/contract/db";
import { AppError } from "@kommutator/contract/errors";
import type { Id } from "@kommutator/contract/ids";

/** A lead is qualified once every required question of the checklist has an answer (RG-15). Throws lead_not_qualified with those that lack one. */
export async function requireAnswers(tx: Tx, leadId: Id): Promise<void> {
  const questions = await tx<{ id: Id; name: string }[]>`
    SELECT q.id, q.name FROM lead_question q WHERE q.required AND q.archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM lead_answer a WHERE a.question_id = q.id AND a.lead_id = ${leadId})
    ORDER BY q.pos, q.name`;
  if (questions.length > 0) throw new AppError("lead_not_qualified", { questions: [...questions] });
}
