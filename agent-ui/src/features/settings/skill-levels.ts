import type { EmployeeSkills } from "@kommutator/contract/api/skills";

export interface Level {
  employeeId: string;
  level: number;
}
type Known = EmployeeSkills["skills"];

/** Whose list of skills changes when one skill is to have exactly these levels, and what each list becomes. The server keeps whole lists. */
export function changedLists(matrix: readonly EmployeeSkills[], skillId: string, levels: readonly Level[]): { employeeId: string; skills: Known }[] {
  return matrix.flatMap(({ employee, skills }) => {
    const before = skills.find((each) => each.skillId === skillId)?.level;
    const after = levels.find((each) => each.employeeId === employee.id)?.level;
    if (before === after) return [];
    const others = skills.filter((each) => each.skillId !== skillId);
    return [{ employeeId: employee.id, skills: after === undefined ? others : [...others, { skillId, level: after }] }];
  });
}
