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
-- Thresholds of B0, B1 and RG-06 that were constants; owner: crm-core.
ALTER TABLE reception_setting
  ADD COLUMN last_talked_days int NOT NULL DEFAULT 90 CHECK (last_talked_days >= 0),   -- so long whoever talked last with a customer nobody answers for is who is meant
  ADD COLUMN reopen_days int NOT NULL DEFAULT 60 CHECK (reopen_days >= 0),             -- so long a lost Interest is offered for reopening
  ADD COLUMN offline_grace_s int NOT NULL DEFAULT 60 CHECK (offline_grace_s > 0);      -- so long after an agent's last connection the unanswered dialogs are the agent's
