-- Interests, inquiries, Interactions and the party of a dialog. Owner: crm-core.
CREATE TABLE stage (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), kind_id uuid NOT NULL REFERENCES interest_kind(id), pos int NOT NULL, name text NOT NULL,
  planned_seconds bigint CHECK (planned_seconds > 0), is_optional boolean NOT NULL DEFAULT false, allow_back boolean NOT NULL DEFAULT false, requires_next_step boolean NOT NULL DEFAULT false,
  instruction text, archived_at timestamptz, UNIQUE (id, kind_id)
);
CREATE UNIQUE INDEX stage_pos_uq ON stage(kind_id, pos) WHERE archived_at IS NULL;
CREATE TABLE interest (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind_id uuid NOT NULL REFERENCES interest_kind(id), process_mode text NOT NULL CHECK (process_mode IN ('typical','manual','none')),
  customer_id uuid REFERENCES customer(id), lead_id uuid REFERENCES lead(id), contact_id uuid REFERENCES contact(id),
  purpose_id uuid REFERENCES inquiry_purpose(id), source_id uuid REFERENCES lead_source(id), title text NOT NULL,
  responsible_id uuid REFERENCES employee(id), department_id uuid REFERENCES department(id),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open','won','lost','cancelled')), stage_id uuid, stage_entered_at timestamptz,
  amount numeric(18,2) CHECK (amount >= 0), currency char(3), expected_close date, on_hold_until date,
  loss_reason_id uuid REFERENCES loss_reason(id), close_comment text, parallel_reason text, closed_at timestamptz, created_at timestamptz NOT NULL DEFAULT now(), created_by uuid REFERENCES employee(id),
  last_activity_at timestamptz NOT NULL DEFAULT now(), created_from_dialog_id uuid REFERENCES dialog(id), version int NOT NULL DEFAULT 0,
  FOREIGN KEY (stage_id, kind_id) REFERENCES stage(id, kind_id),
  CHECK (num_nonnulls(customer_id, lead_id) >= 1), CHECK ((status = 'open') = (closed_at IS NULL)), CHECK (status <> 'lost' OR loss_reason_id IS NOT NULL),
  CHECK ((process_mode = 'none') = (stage_id IS NULL)), CHECK ((amount IS NULL) = (currency IS NULL))
);
CREATE INDEX interest_open_customer ON interest(customer_id) WHERE status = 'open';
CREATE INDEX interest_open_lead ON interest(lead_id) WHERE status = 'open';
CREATE INDEX interest_responsible_open ON interest(responsible_id) WHERE status = 'open';
CREATE TABLE interest_stage_history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, interest_id uuid NOT NULL REFERENCES interest(id), stage_id uuid NOT NULL REFERENCES stage(id), during tstzrange NOT NULL,
  entered_by uuid REFERENCES employee(id), planned_seconds bigint, hold_seconds bigint NOT NULL DEFAULT 0, skipped_stage_ids uuid[] NOT NULL DEFAULT '{}', reason text,
  EXCLUDE USING gist (interest_id WITH =, during WITH &&)
);
CREATE UNIQUE INDEX interest_stage_current ON interest_stage_history(interest_id) WHERE upper_inf(during);
CREATE TABLE dialog_party (                        -- who a dialog is with and what it is about; the dialog itself is the gateway's
  dialog_id uuid PRIMARY KEY REFERENCES dialog(id), customer_id uuid REFERENCES customer(id), contact_id uuid REFERENCES contact(id), lead_id uuid REFERENCES lead(id), interest_id uuid REFERENCES interest(id),
  candidates jsonb NOT NULL DEFAULT '[]', version int NOT NULL DEFAULT 0
);
CREATE INDEX dialog_party_customer ON dialog_party(customer_id);
CREATE INDEX dialog_party_lead ON dialog_party(lead_id);
CREATE INDEX dialog_party_interest ON dialog_party(interest_id);
CREATE TABLE inquiry (                             -- "Обращение", the unit of reception
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), number bigint GENERATED ALWAYS AS IDENTITY UNIQUE, dialog_id uuid REFERENCES dialog(id), seq int NOT NULL DEFAULT 1, call_id uuid REFERENCES call(id),
  origin text NOT NULL CHECK (origin IN ('call','missed_call','message','email','form','manual')),
  identity_kind text, identity_value text,         -- one open missed-call inquiry per caller
  received_at timestamptz NOT NULL, received_by uuid REFERENCES employee(id), purpose_id uuid REFERENCES inquiry_purpose(id), suggested_purpose_id uuid REFERENCES inquiry_purpose(id),
  status text NOT NULL DEFAULT 'new' CHECK (status IN ('new','in_wizard','dispatched','processed','rejected')), attempts int NOT NULL DEFAULT 1,
  dispatched_to uuid REFERENCES employee(id), dispatched_at timestamptz, due_at timestamptz, interest_id uuid REFERENCES interest(id), reject_reason text,
  processed_at timestamptz, processed_by uuid REFERENCES employee(id), draft jsonb, version int NOT NULL DEFAULT 0,
  UNIQUE (dialog_id, seq),
  CHECK ((status IN ('processed','rejected')) = (processed_at IS NOT NULL)), CHECK (status <> 'processed' OR purpose_id IS NOT NULL OR origin = 'missed_call'), CHECK (status <> 'rejected' OR reject_reason IS NOT NULL)
);
CREATE INDEX inquiry_unprocessed ON inquiry(received_at) WHERE status IN ('new','in_wizard','dispatched');
CREATE UNIQUE INDEX inquiry_missed_open ON inquiry(identity_kind, identity_value) WHERE origin = 'missed_call' AND status IN ('new','in_wizard','dispatched') AND identity_value IS NOT NULL;

CREATE TABLE interaction_type (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text NOT NULL UNIQUE, name text NOT NULL, direction text CHECK (direction IN ('in','out','both')),
  icon text, color text, prompt text, counts_as_touch boolean NOT NULL DEFAULT true, default_minutes int NOT NULL DEFAULT 15, default_status_id uuid, archived_at timestamptz
);
CREATE TABLE interaction_status (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), type_id uuid NOT NULL REFERENCES interaction_type(id), code text NOT NULL, name text NOT NULL,
  state text NOT NULL CHECK (state IN ('planned','done','failed','cancelled')), UNIQUE (type_id, code), UNIQUE (id, type_id)
);
ALTER TABLE interaction_type ADD FOREIGN KEY (default_status_id, id) REFERENCES interaction_status(id, type_id);
CREATE TABLE load_point (type_id uuid NOT NULL REFERENCES interaction_type(id), stage_id uuid REFERENCES stage(id), points numeric(6,2) NOT NULL CHECK (points >= 0));
CREATE UNIQUE INDEX load_point_uq ON load_point(type_id, coalesce(stage_id, '00000000-0000-0000-0000-000000000000'::uuid));
CREATE TABLE interaction (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), type_id uuid NOT NULL REFERENCES interaction_type(id), status_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('planned','done','failed','cancelled')), direction text NOT NULL CHECK (direction IN ('in','out','both')),
  customer_id uuid REFERENCES customer(id), contact_id uuid REFERENCES contact(id), lead_id uuid REFERENCES lead(id), interest_id uuid REFERENCES interest(id),
  dialog_id uuid REFERENCES dialog(id), call_id uuid UNIQUE REFERENCES call(id), dialog_day date,     -- chats and letters: one per dialog and day
  stage_id uuid REFERENCES stage(id), executor_id uuid REFERENCES employee(id), author_id uuid REFERENCES employee(id),
  subject text NOT NULL, description text, planned tstzrange, occurred tstzrange, result text, place text, points numeric(6,2), is_touch boolean NOT NULL DEFAULT false,
  parent_id uuid REFERENCES interaction(id), reschedule_count int NOT NULL DEFAULT 0, extra jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now(), version int NOT NULL DEFAULT 0,
  FOREIGN KEY (status_id, type_id) REFERENCES interaction_status(id, type_id),
  CHECK (state <> 'planned' OR planned IS NOT NULL), CHECK (state NOT IN ('done','failed') OR occurred IS NOT NULL), CHECK (NOT is_touch OR state = 'done'),
  CHECK (num_nonnulls(customer_id, lead_id, interest_id, contact_id, dialog_id) >= 1)
);
CREATE UNIQUE INDEX interaction_dialog_day ON interaction(dialog_id, dialog_day) WHERE dialog_day IS NOT NULL;
CREATE INDEX interaction_timeline ON interaction(customer_id, (coalesce(lower(occurred), lower(planned))) DESC);
CREATE INDEX interaction_lead_timeline ON interaction(lead_id, (coalesce(lower(occurred), lower(planned))) DESC);
CREATE INDEX interaction_interest ON interaction(interest_id);
CREATE INDEX interaction_planned ON interaction(executor_id, lower(planned)) WHERE state = 'planned';
CREATE TABLE interaction_participant (interaction_id uuid NOT NULL REFERENCES interaction(id), employee_id uuid REFERENCES employee(id), contact_id uuid REFERENCES contact(id), CHECK (num_nonnulls(employee_id, contact_id) = 1));
