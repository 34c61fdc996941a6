-- Telephone lines are set up in the product: a line may have a country of its own and a small menu, and goes without leaving its calls. Owner: gateway.
ALTER TABLE line ADD COLUMN country text CHECK (country ~ '^[A-Z]{2}$');   -- tells the national forms of numbers that come in on it; NULL = the company's
ALTER TABLE line ADD COLUMN archived_at timestamptz;
ALTER TABLE line ADD COLUMN version int NOT NULL DEFAULT 0;
ALTER TABLE line DROP CONSTRAINT line_channel_id_number_key;
CREATE UNIQUE INDEX line_number_uq ON line(channel_id, number) WHERE archived_at IS NULL;
CREATE TABLE line_key (                            -- the menu: a key that a waiting caller presses, and for what they call then
  line_id uuid NOT NULL REFERENCES line(id), key text NOT NULL CHECK (key ~ '^[0-9*#]$'), purpose_id uuid NOT NULL REFERENCES inquiry_purpose(id), PRIMARY KEY (line_id, key)
);
ALTER TABLE call ADD COLUMN pressed text;          -- the key of the line's menu that the caller pressed last while waiting
