import { type AccessAction, type AccessObject, OBJECTS, OFFERED, type Scope } from "@kommutator/contract/access";
import type { RoleView } from "@kommutator/contract/api/admin";

/** A role as a table: what is not in it is refused. */
export type Matrix = Partial<Record<AccessObject, Partial<Record<AccessAction, Scope>>>>;

export function matrixOf(permissions: RoleView["permissions"]): Matrix {
  const matrix: Matrix = {};
  for (const { object, action, scope } of permissions) matrix[object] = { ...matrix[object], [action]: scope };
  return matrix;
}

export function permissionsOf(matrix: Matrix): RoleView["permissions"] {
  return OBJECTS.flatMap((object) =>
    OFFERED[object].flatMap((action) => {
      const scope = matrix[object]?.[action];
      return scope === undefined ? [] : [{ object, action, scope }];
    }),
  );
}

/** One cell changed; null takes the right away. */
export function withScope(matrix: Matrix, object: AccessObject, action: AccessAction, scope: Scope | null): Matrix {
  const { [action]: _, ...rest } = matrix[object] ?? {};
  return { ...matrix, [object]: scope === null ? rest : { ...rest, [action]: scope } };
}
