import { AppError } from "@kommutator/contract/errors";

const UNIQUE: Record<string, string> = {
  employee_login_key: "login",
  employee_extension_uq: "extension",
  working_calendar_name_key: "name",
};

/** Runs the work; a broken unique constraint becomes `duplicate` with the field, a broken reference `validation`. */
export async function namingConflicts<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, constraint_name: constraint } = error as { code?: string; constraint_name?: string };
    if (code === "23505" && constraint !== undefined) throw new AppError("duplicate", { field: UNIQUE[constraint] ?? constraint });
    if (code === "23503") throw new AppError("validation", { reference: constraint ?? "unknown" });
    throw error;
  }
}
