import type { Tx } from "@kommutator/contract/db";
import type { Id } from "@kommutator/contract/ids";
import { ROLES } from "./roles.ts";
import type { Locale } from "./texts.ts";

/** The three roles with their permissions, named in the language; called again it renames and completes, it never takes a right away. */
export async function installRoles(tx: Tx, locale: Locale): Promise<Record<string, Id>> {
  const ids: Record<string, Id> = {};
  for (const role of ROLES) {
    const [row] = await tx<{ id: Id }[]>`
      INSERT INTO role (code, name) VALUES (${role.code}, ${role.name[locale]})
      ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id`;
    const id = (row as { id: Id }).id;
    ids[role.code] = id;
    const permissions = Object.entries(role.permissions).flatMap(([object, actions]) =>
      Object.entries(actions ?? {}).map(([action, scope]) => ({ role_id: id, object, action, scope })),
    );
    await tx`INSERT INTO role_permission ${tx(permissions)} ON CONFLICT DO NOTHING`;
  }
  return ids;
}
