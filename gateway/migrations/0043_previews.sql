-- A small picture of a file, as its provider keeps one, is shown in its place. Owner: gateway.
ALTER TABLE blob ADD COLUMN preview_id uuid REFERENCES blob(id);
