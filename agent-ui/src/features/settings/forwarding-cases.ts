import { FORWARDING_ON, type Forwarding } from "@kommutator/contract/api/skills";

/** One line of the form: this case, and where it leads. What is not chosen stays typed, so that going back loses nothing. */
export interface Case {
  on: (typeof FORWARDING_ON)[number];
  to: "none" | "employee" | "number";
  employeeId: string | null;
  number: string;
}

/** A line for each case, also for those without a rule. */
export function casesOf({ rules }: Forwarding): Case[] {
  return FORWARDING_ON.map((on) => {
    const to = rules.find((rule) => rule.on === on)?.to;
    if (to === undefined) return { on, to: "none", employeeId: null, number: "" };
    return "employee" in to ? { on, to: "employee", employeeId: to.employee.id, number: "" } : { on, to: "number", employeeId: null, number: to.number };
  });
}

/** What is sent: the lines that lead somewhere. Spaces, brackets and dashes of a number go. */
export function bodyOf(cases: readonly Case[]): { rules: { on: Case["on"]; toEmployeeId?: string; toNumber?: string }[] } {
  return {
    rules: cases
      .filter((each) => each.to !== "none")
      .map(({ on, to, employeeId, number }) =>
        to === "employee" ? { on, ...(employeeId === null ? {} : { toEmployeeId: employeeId }) } : { on, toNumber: number.replace(/[\s()-]/g, "") },
      ),
  };
}
