import { z } from "zod";
import { EmployeeRef, Id } from "./common.ts";

/**
 * Skills and languages that routing asks for, and where calls of a person go instead (CC-18).
 * GET    /api/v1/skills                       SkillView[] (everybody signed in)
 * POST   /api/v1/skills                       SkillBody -> 201 SkillView (right `catalogue create`); duplicate name: `duplicate`
 * PATCH  /api/v1/skills/:id                   SkillPatch -> SkillView (right `catalogue edit`)
 * DELETE /api/v1/skills/:id                   204 (right `catalogue delete`); `in_use` with counts while people or queues have it
 * GET    /api/v1/employee-skills              EmployeeSkills[] (right `employee read`, in its scope): the matrix
 * PUT    /api/v1/employees/:id/skills         EmployeeSkillsBody -> EmployeeSkills (right `employee assign`)
 * PUT    /api/v1/queues/:id/skills            QueueSkillsBody -> QueueView, which lists them as `skills` (right `queue edit`)
 * GET    /api/v1/employees/:id/forwarding     Forwarding (one's own, or right `employee read`)
 * PUT    /api/v1/employees/:id/forwarding     ForwardingBody -> Forwarding (one's own, or right `employee assign`)
 */
export const SkillView = z.object({
  id: Id,
  name: z.string(),
  /** A language skill; its name is matched with the customer's language (`ru`, `kk`, `uk`, `en` or the language's name). */
  language: z.boolean(),
  employees: z.number().int(),
  queues: z.number().int(),
});
export type SkillView = z.infer<typeof SkillView>;
export const SkillBody = z.object({ name: z.string().trim().min(1).max(100), language: z.boolean().default(false) });
export const SkillPatch = z.object({ name: z.string().trim().min(1).max(100).optional(), language: z.boolean().optional() });

/** 1 = beginner … 5 = master. */
const Level = z.number().int().min(1).max(5);
export const EmployeeSkill = z.object({ skillId: Id, level: Level });
export const EmployeeSkills = z.object({ employee: EmployeeRef, skills: z.array(EmployeeSkill) });
export type EmployeeSkills = z.infer<typeof EmployeeSkills>;
export const EmployeeSkillsBody = z.object({ skills: z.array(EmployeeSkill).max(100) });
/** Asked of whoever serves the queue, at least at this level; after `relaxS` seconds of waiting no longer (null = always). */
export const QueueSkill = z.object({ skillId: Id, level: Level, relaxS: z.number().int().min(0).max(86_400).nullable() });
export const QueueSkillsBody = z.object({ skills: z.array(QueueSkill).max(20) });

export const FORWARDING_ON = ["always", "busy", "no_answer", "absent", "out_of_hours"] as const;
/** When this is the matter with the person, the call goes to the colleague or the number. Each case once. */
export const ForwardingRule = z.object({
  on: z.enum(FORWARDING_ON),
  to: z.union([z.object({ employee: EmployeeRef }), z.object({ number: z.string() })]),
});
export const Forwarding = z.object({ employee: EmployeeRef, rules: z.array(ForwardingRule) });
export type Forwarding = z.infer<typeof Forwarding>;
export const ForwardingBody = z.object({
  rules: z
    .array(
      z
        .object({
          on: z.enum(FORWARDING_ON),
          toEmployeeId: Id.optional(),
          toNumber: z
            .string()
            .trim()
            .regex(/^\+?[0-9]{2,15}$/)
            .optional(),
        })
        .refine((r) => (r.toEmployeeId === undefined) !== (r.toNumber === undefined), { path: ["toNumber"], message: "a colleague or a number" }),
    )
    .max(FORWARDING_ON.length)
    .refine((rules) => new Set(rules.map((r) => r.on)).size === rules.length, { message: "each case once" }),
});
