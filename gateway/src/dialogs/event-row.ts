import type { DialogEvent } from "@kommutator/contract/dialog-event";

/** A row of dialog_event as the driver gives it. */
export interface EventRow {
  id: number;
  position: number;
  at: Date;
  kind: string;
  dialog_id: string | null;
  payload: unknown;
}

/** Row -> event. The kind and the payload were typed when they were emitted. */
export function asEvent(row: EventRow): DialogEvent {
  return { position: row.position, id: row.id, at: row.at.getTime(), kind: row.kind, dialogId: row.dialog_id, payload: row.payload } as DialogEvent;
}
