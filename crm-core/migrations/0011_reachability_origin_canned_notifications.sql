-- Written channels in the CRM: who can be written to, where people come from, canned answers, notifications. Owner: crm-core.

-- The last that was heard about writing to an identity on one channel. By identity, not by contact point: it stays true when points move
-- to another card, and a bot that was blocked says nothing about another bot. `after_dialog_id`, `after_seq`: messages of that dialog up to
-- this one were there before the state was heard, so they do not undo it, whatever their clocks say.
CREATE TABLE identity_reachability (
  channel_id uuid NOT NULL REFERENCES channel(id), kind text NOT NULL, value_norm text NOT NULL,
  reachable boolean NOT NULL, reason text, at timestamptz NOT NULL, after_dialog_id uuid REFERENCES dialog(id), after_seq int,
  PRIMARY KEY (channel_id, kind, value_norm), CHECK (reachable = (reason IS NULL))
);
CREATE INDEX identity_unreachable ON identity_reachability(kind, value_norm) WHERE NOT reachable;

ALTER TABLE contact_point DROP CONSTRAINT contact_point_verified_how_check,
  ADD CONSTRAINT contact_point_verified_how_check CHECK (verified_how IN ('inbound_call','answered_call','inbound_message','opt_in','manual','import','shared_contact'));

-- Where somebody came from: the catalogue's source by its code, else the text as the channel told it. First touch wins.
ALTER TABLE lead_source ADD COLUMN code text CHECK (code = lower(btrim(code)) AND code <> '');
CREATE UNIQUE INDEX lead_source_code ON lead_source(code) WHERE archived_at IS NULL;
ALTER TABLE lead ADD COLUMN source_text text, ADD COLUMN page text, ADD COLUMN referrer text, ADD COLUMN utm jsonb NOT NULL DEFAULT '{}', ADD COLUMN origin_at timestamptz;
ALTER TABLE inquiry ADD COLUMN source_id uuid REFERENCES lead_source(id), ADD COLUMN source_text text, ADD COLUMN page text, ADD COLUMN referrer text, ADD COLUMN utm jsonb NOT NULL DEFAULT '{}';
CREATE INDEX lead_converted ON lead(converted_customer_id) WHERE converted_customer_id IS NOT NULL;
-- Told before the dialog has an inquiry: kept until it has one.
CREATE TABLE dialog_origin (
  dialog_id uuid PRIMARY KEY REFERENCES dialog(id), source_id uuid REFERENCES lead_source(id), source_text text, page text, referrer text,
  utm jsonb NOT NULL DEFAULT '{}', noted_at timestamptz NOT NULL
);

CREATE TABLE canned_answer (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  owner_id uuid REFERENCES employee(id),           -- personal: its writer's alone
  department_id uuid REFERENCES department(id),    -- shared with a department and those below it; neither: shared with all
  title text NOT NULL CHECK (btrim(title) <> ''), shortcut text CHECK (shortcut ~ '^[^[:space:]/]{1,40}$'), body text NOT NULL CHECK (btrim(body) <> ''),
  folder text, tags text[] NOT NULL DEFAULT '{}', uses int NOT NULL DEFAULT 0, last_used_at timestamptz,
  created_by uuid NOT NULL REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now(), changed_at timestamptz NOT NULL DEFAULT now(),
  archived_at timestamptz, version int NOT NULL DEFAULT 0, CHECK (num_nonnulls(owner_id, department_id) <= 1)
);
CREATE UNIQUE INDEX canned_answer_shortcut ON canned_answer(coalesce(owner_id, department_id, '00000000-0000-0000-0000-000000000000'::uuid), lower(shortcut))
  WHERE archived_at IS NULL AND shortcut IS NOT NULL;
CREATE INDEX canned_answer_owner ON canned_answer(owner_id) WHERE archived_at IS NULL;
INSERT INTO role_permission (role_id, object, action, scope)
  SELECT r.id, 'canned', a, CASE r.code WHEN 'admin' THEN 'all' ELSE 'subtree' END FROM role r, unnest('{create,read,edit,delete}'::text[]) AS a WHERE r.code IN ('admin', 'supervisor')
  ON CONFLICT DO NOTHING;

CREATE TABLE notification (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), employee_id uuid NOT NULL REFERENCES employee(id), kind text NOT NULL CHECK (kind IN ('mention')),
  dialog_id uuid REFERENCES dialog(id), message_id uuid REFERENCES message(id), by_id uuid REFERENCES employee(id), created_at timestamptz NOT NULL, read_at timestamptz
);
CREATE UNIQUE INDEX notification_once ON notification(employee_id, kind, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX notification_employee ON notification(employee_id, created_at DESC, id DESC);
CREATE INDEX notification_unread ON notification(employee_id) WHERE read_at IS NULL;
