import type { connect } from "@kommutator/gateway/db/pool";
import type { Page } from "playwright-core";

type Sql = ReturnType<typeof connect>;

/** A call that somebody has answered and is talking on, as ingest leaves it. `who`: whom identification found; nobody: a new lead of the number. */
export async function answeredCall(
  sql: Sql,
  channelId: string,
  employeeId: string,
  who: { customerId: string; contactPointId: string } | null,
  value: string,
): Promise<string> {
  const at = new Date();
  const [lead] = who === null ? await sql<{ id: string }[]>`INSERT INTO lead (created_at) VALUES (${at}) RETURNING id` : [];
  const [point] =
    lead === undefined
      ? []
      : await sql<{ id: string }[]>`
          INSERT INTO contact_point (lead_id, kind, value_raw, value_norm, verified_at, verified_how) VALUES (${lead.id}, 'phone', ${value}, ${value}, ${at}, 'inbound_call') RETURNING id`;
  const [dialog] = await sql<{ id: string }[]>`
    INSERT INTO dialog (channel_id, thread_key, medium, identity_kind, identity_value, identity_result, contact_point_id, opened_at)
    VALUES (${channelId}, ${`call-${value}`}, 'voice', 'phone', ${value}, ${who === null ? "new" : "known"}, ${who?.contactPointId ?? (point?.id as string)}, ${at}) RETURNING id`;
  const id = dialog?.id as string;
  await sql`INSERT INTO dialog_party (dialog_id, customer_id, lead_id) VALUES (${id}, ${who?.customerId ?? null}, ${lead?.id ?? null})`;
  await sql`
    INSERT INTO call (dialog_id, channel_id, external_id, direction, from_raw, from_norm, to_raw, to_norm, state, started_at, answered_at, answered_by)
    VALUES (${id}, ${channelId}, ${value}, 'in', ${value}, ${value}, '100', '100', 'talking', ${at}, ${at}, ${employeeId})`;
  await sql`INSERT INTO assignment (id, dialog_id, employee_id, medium, started_at) VALUES (gen_random_uuid(), ${id}, ${employeeId}, 'voice', ${at})`;
  return id;
}

/** The dialog is open and its wizard stands ready beside the talk. */
export async function openWizard(page: Page, url: string, dialogId: string): Promise<void> {
  await page.goto(`${url}/dialogs/${dialogId}`);
  await page.locator("form[data-reception]").waitFor();
}
