-- Who had a dialog last: the right to a closed dialog is its last assignee's.
CREATE INDEX assignment_dialog ON assignment(dialog_id, started_at DESC);
