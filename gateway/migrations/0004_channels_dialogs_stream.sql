-- Everything that touches the outside: leases, channels, raw events, dialogs, messages, calls, files, the stream. Owner: gateway.

-- One row per exclusive duty. The key is (duty, epoch): commits take it FOR KEY SHARE, renewals write only the
-- expiry (and wait for nobody), a take-over changes the key (and waits for the commits).
CREATE TABLE lease (duty text NOT NULL UNIQUE, epoch bigint NOT NULL, holder text NOT NULL, expires_at timestamptz NOT NULL, PRIMARY KEY (duty, epoch));
CREATE TABLE installation (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), data_marker uuid NOT NULL);   -- which data folder belongs to this database
CREATE TABLE agent_connection (employee_id uuid NOT NULL REFERENCES employee(id), socket_id text NOT NULL, node text NOT NULL, last_seen timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (employee_id, socket_id));
CREATE INDEX agent_connection_seen ON agent_connection(last_seen);

CREATE TABLE channel (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), kind text NOT NULL, name text NOT NULL,
  config jsonb NOT NULL DEFAULT '{}', secrets bytea,               -- secrets: AES-256-GCM, written, never read back by the API
  queue_id uuid NOT NULL REFERENCES queue(id), purpose_id uuid REFERENCES inquiry_purpose(id), source_id uuid REFERENCES lead_source(id),
  enabled boolean NOT NULL DEFAULT true, status jsonb NOT NULL DEFAULT '{"state":"connecting"}', status_since timestamptz NOT NULL DEFAULT now(),
  memory jsonb,                                    -- the adapter's small durable memory (UIDVALIDITY, last UID)
  archived_at timestamptz, version int NOT NULL DEFAULT 0, UNIQUE (kind, name)
);
CREATE TABLE line (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), channel_id uuid NOT NULL REFERENCES channel(id), number text NOT NULL,
  queue_id uuid REFERENCES queue(id), purpose_id uuid REFERENCES inquiry_purpose(id), source_id uuid REFERENCES lead_source(id), UNIQUE (channel_id, number)
);
CREATE TABLE raw_event (                           -- step a: stored and committed before the provider is acknowledged
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, channel_id uuid NOT NULL REFERENCES channel(id), event_key text NOT NULL,
  order_key text NOT NULL,                         -- events of one order_key are ingested in order; others do not wait
  kind text NOT NULL, event jsonb NOT NULL, occurred_at timestamptz NOT NULL, received_at timestamptz NOT NULL DEFAULT now(),
  lane text NOT NULL GENERATED ALWAYS AS (CASE WHEN kind LIKE 'call.%' OR kind LIKE 'phone.%' THEN 'voice' ELSE 'text' END) STORED,   -- calls never wait behind letters
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','done','failed')), attempts int NOT NULL DEFAULT 0, error text, next_attempt_at timestamptz, done_at timestamptz,
  UNIQUE (channel_id, event_key)
);
CREATE INDEX raw_event_pending ON raw_event(lane, id) WHERE state = 'pending';
CREATE INDEX raw_event_failed ON raw_event(channel_id, id) WHERE state = 'failed';
CREATE TABLE raw_event_blob (raw_event_id bigint NOT NULL REFERENCES raw_event(id) ON DELETE CASCADE, pos int NOT NULL, blob_id uuid NOT NULL, name text NOT NULL, mime text NOT NULL, content_id text, PRIMARY KEY (raw_event_id, pos));
CREATE TABLE transcript (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, channel_id uuid NOT NULL REFERENCES channel(id), at timestamptz NOT NULL DEFAULT now(), direction text NOT NULL CHECK (direction IN ('in','out')), summary text NOT NULL, detail jsonb);
CREATE INDEX transcript_channel ON transcript(channel_id, id DESC);

CREATE TABLE blob (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), sha256 bytea NOT NULL, bytes bigint NOT NULL, mime text NOT NULL, name text NOT NULL, created_by uuid REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now());
ALTER TABLE raw_event_blob ADD FOREIGN KEY (blob_id) REFERENCES blob(id);

CREATE TABLE dialog (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), channel_id uuid NOT NULL REFERENCES channel(id), thread_key text NOT NULL,
  medium text NOT NULL CHECK (medium IN ('voice','chat','mail')), direction text NOT NULL DEFAULT 'in' CHECK (direction IN ('in','out')), line_id uuid REFERENCES line(id),
  subject text, thread_subject text,               -- as shown; without prefixes, lower-case, for threading
  identity_kind text NOT NULL, identity_value text, display_name text,      -- as the channel told it, normalised; NULL value = hidden
  identity_result text NOT NULL DEFAULT 'pending' CHECK (identity_result IN ('known','lead','ambiguous','new','hidden','blocked','pending')),
  contact_point_id uuid REFERENCES contact_point(id), participants text[] NOT NULL DEFAULT '{}',
  previous_dialog_id uuid REFERENCES dialog(id), next_seq int NOT NULL DEFAULT 1,
  opened_at timestamptz NOT NULL, closed_at timestamptz, closed_by uuid REFERENCES employee(id), close_reason text,
  customer_wait_since timestamptz, last_message_at timestamptz, last_message_text text, last_message_direction text, version int NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX dialog_open_uq ON dialog(channel_id, thread_key) WHERE closed_at IS NULL;
CREATE INDEX dialog_thread ON dialog(channel_id, thread_key, opened_at DESC);
CREATE INDEX dialog_thread_subject ON dialog(channel_id, identity_value, thread_subject) WHERE thread_subject IS NOT NULL;
CREATE INDEX dialog_open ON dialog(opened_at) WHERE closed_at IS NULL;
CREATE INDEX dialog_closed ON dialog(closed_at DESC) WHERE closed_at IS NOT NULL;
CREATE INDEX dialog_contact_point ON dialog(contact_point_id, opened_at DESC);

CREATE TABLE message (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), dialog_id uuid NOT NULL REFERENCES dialog(id), seq int NOT NULL,
  channel_id uuid NOT NULL REFERENCES channel(id), thread_key text NOT NULL, message_key text,   -- the provider's id of the message
  direction text NOT NULL CHECK (direction IN ('in','out','internal')),
  author_kind text NOT NULL CHECK (author_kind IN ('customer','employee','external_staff','bot','auto_ack','auto_reply','bounce','system')),
  employee_id uuid REFERENCES employee(id), subject text, body text NOT NULL DEFAULT '', html text, quoted text, truncated boolean NOT NULL DEFAULT false,
  note jsonb, meta jsonb NOT NULL DEFAULT '{}', provider_at timestamptz, created_at timestamptz NOT NULL DEFAULT now(), edited_at timestamptz, deleted_at timestamptz,
  delivery text CHECK (delivery IN ('queued','sent','delivered','read','failed','uncertain')), failure text, attempts int NOT NULL DEFAULT 0,
  client_key uuid UNIQUE, mentions uuid[] NOT NULL DEFAULT '{}',
  UNIQUE (dialog_id, seq),
  CHECK ((author_kind = 'employee') = (employee_id IS NOT NULL)), CHECK ((direction = 'out') = (delivery IS NOT NULL))
);
CREATE UNIQUE INDEX message_key_uq ON message(channel_id, thread_key, message_key) WHERE message_key IS NOT NULL;
CREATE INDEX message_key_lookup ON message(channel_id, message_key) WHERE message_key IS NOT NULL;
CREATE INDEX message_unsent ON message(dialog_id, seq) WHERE delivery IN ('queued','uncertain');
CREATE TABLE message_attachment (message_id uuid NOT NULL REFERENCES message(id), pos int NOT NULL, blob_id uuid NOT NULL REFERENCES blob(id), name text NOT NULL, mime text NOT NULL, bytes bigint NOT NULL, content_id text, PRIMARY KEY (message_id, pos));
CREATE INDEX message_attachment_blob ON message_attachment(blob_id);
CREATE TABLE dialog_read (dialog_id uuid NOT NULL REFERENCES dialog(id), employee_id uuid NOT NULL REFERENCES employee(id), seq int NOT NULL, PRIMARY KEY (dialog_id, employee_id));
CREATE TABLE draft (dialog_id uuid NOT NULL REFERENCES dialog(id), employee_id uuid NOT NULL REFERENCES employee(id), body text NOT NULL, updated_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (dialog_id, employee_id));

CREATE TABLE call (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), dialog_id uuid NOT NULL UNIQUE REFERENCES dialog(id), channel_id uuid NOT NULL REFERENCES channel(id),
  external_id text NOT NULL,                       -- Asterisk Linkedid
  direction text NOT NULL CHECK (direction IN ('in','out','internal')), from_raw text, from_norm text, to_raw text, to_norm text, line_id uuid REFERENCES line(id),
  state text NOT NULL DEFAULT 'offered' CHECK (state IN ('offered','ringing','talking','held','lost','unknown','ended')),
  started_at timestamptz NOT NULL, answered_at timestamptz, ended_at timestamptz,
  disposition text CHECK (disposition IN ('answered','abandoned_queue','no_answer','busy','failed','congestion','voicemail','fallback','blocked')),
  hold_ms bigint NOT NULL DEFAULT 0, held_since timestamptz, answered_by uuid REFERENCES employee(id), ended_by text,
  recording_key text, recording_state text CHECK (recording_state IN ('pending','stored','failed')), recording_id uuid REFERENCES blob(id),
  source text NOT NULL DEFAULT 'live' CHECK (source IN ('live','reconciled','reconstructed')),
  UNIQUE (channel_id, external_id), CHECK ((ended_at IS NOT NULL) = (state = 'ended')), CHECK (disposition IS DISTINCT FROM 'answered' OR answered_at IS NOT NULL)
);
CREATE INDEX call_live ON call(channel_id) WHERE ended_at IS NULL;
CREATE TABLE call_leg (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), call_id uuid NOT NULL REFERENCES call(id), external_id text NOT NULL, party text NOT NULL CHECK (party IN ('customer','agent')),
  employee_id uuid REFERENCES employee(id), offer_id uuid, target text,
  state text NOT NULL CHECK (state IN ('trying','ringing','answered','bridged','held','lost','unknown','ended')), cause text,
  started_at timestamptz NOT NULL, ringing_at timestamptz, answered_at timestamptz, bridged_at timestamptz, ended_at timestamptz, source text NOT NULL DEFAULT 'live', UNIQUE (call_id, external_id)
);
CREATE INDEX call_leg_employee_live ON call_leg(employee_id) WHERE ended_at IS NULL;

-- The Dialogs stream. Writers insert without a position; the sequencer stamps positions in short batches by id.
CREATE TABLE dialog_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, position bigint UNIQUE, dialog_id uuid REFERENCES dialog(id), kind text NOT NULL, payload jsonb NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX dialog_event_unstamped ON dialog_event(id) WHERE position IS NULL;
CREATE TABLE stream_head (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), position bigint NOT NULL DEFAULT 0, oldest_position bigint NOT NULL DEFAULT 1);
INSERT INTO stream_head DEFAULT VALUES;
CREATE TABLE stream_reader (name text PRIMARY KEY, position bigint NOT NULL DEFAULT 0);
CREATE TABLE stream_skipped (reader text NOT NULL, position bigint NOT NULL, error text NOT NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (reader, position));
