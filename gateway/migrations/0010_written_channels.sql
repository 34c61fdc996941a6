-- Written channels: answers to messages, ready answers, edits and deletions, files that come after their message. Owner: gateway.

ALTER TABLE message
  ADD COLUMN reply_to uuid REFERENCES message(id),           -- the message of the thread that this one answers
  ADD COLUMN quick_answers text[] NOT NULL DEFAULT '{}';     -- offered to the customer under ours
CREATE INDEX message_reply_to ON message(reply_to) WHERE reply_to IS NOT NULL;

-- What a message said before its writer changed it; the oldest row of a message is its first wording.
CREATE TABLE message_edit (
  message_id uuid NOT NULL REFERENCES message(id), version int NOT NULL, body text NOT NULL, html text, replaced_at timestamptz NOT NULL, PRIMARY KEY (message_id, version)
);

-- A provider's file is fetched after its message was stored: until then there is a row without bytes of ours.
ALTER TABLE message_attachment
  ALTER COLUMN blob_id DROP NOT NULL,
  ADD COLUMN state text NOT NULL DEFAULT 'stored' CHECK (state IN ('stored','pending','refused')),
  ADD COLUMN file_key text,
  ADD COLUMN attempts int NOT NULL DEFAULT 0,
  ADD COLUMN reason text CHECK (reason IN ('too_large','gone','type','failed')),
  ADD COLUMN duration_ms int,
  ADD COLUMN voice boolean NOT NULL DEFAULT false,
  ADD CONSTRAINT message_attachment_bytes_here CHECK ((state = 'stored') = (blob_id IS NOT NULL)),
  ADD CONSTRAINT message_attachment_reason CHECK ((state = 'refused') = (reason IS NOT NULL)),
  ADD CONSTRAINT message_attachment_where CHECK (state = 'stored' OR file_key IS NOT NULL);
CREATE INDEX message_attachment_pending ON message_attachment(message_id) WHERE state = 'pending';
