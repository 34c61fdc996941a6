-- Whose an inquiry is, asked with every dialog that somebody of another department works on.
CREATE INDEX inquiry_holder ON inquiry(coalesce(dispatched_to, received_by), dialog_id) WHERE dialog_id IS NOT NULL;
