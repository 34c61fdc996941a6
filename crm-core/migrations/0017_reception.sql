-- Reception: rules of dispatch, their history, deadlines and qualification of potential clients.

-- What happens to a new inquiry without a human (RG-07, RG-08). The first enabled rule whose every condition holds acts; an empty condition always holds.
CREATE TABLE dispatch_rule (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, pos int NOT NULL DEFAULT 0, enabled boolean NOT NULL DEFAULT true,
  channel_id uuid REFERENCES channel(id), senders text[] NOT NULL DEFAULT '{}', words text[] NOT NULL DEFAULT '{}', identities text[] NOT NULL DEFAULT '{}',
  action text NOT NULL CHECK (action IN ('suggest','assign','create_interest','reject')),
  purpose_id uuid REFERENCES inquiry_purpose(id), employee_id uuid REFERENCES employee(id), queue_id uuid REFERENCES queue(id), reason text,
  archived_at timestamptz, created_by uuid REFERENCES employee(id), version int NOT NULL DEFAULT 0,
  CHECK (action <> 'reject' OR btrim(reason) <> ''), CHECK (action NOT IN ('suggest','create_interest') OR purpose_id IS NOT NULL),
  CHECK (action <> 'assign' OR num_nonnulls(purpose_id, employee_id, queue_id) >= 1), CHECK (num_nonnulls(employee_id, queue_id) <= 1)
);
CREATE INDEX dispatch_rule_order ON dispatch_rule(pos, id) WHERE archived_at IS NULL;

-- A complaint taken in by the wizard (B1). It belongs to somebody from its first moment.
CREATE TABLE claim (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  customer_id uuid REFERENCES customer(id), lead_id uuid REFERENCES lead(id), contact_id uuid REFERENCES contact(id), dialog_id uuid REFERENCES dialog(id),
  title text NOT NULL, description text NOT NULL, responsible_id uuid NOT NULL REFERENCES employee(id),
  status text NOT NULL DEFAULT 'registered' CHECK (status IN ('registered','in_work','satisfied','not_satisfied')),
  registered_at timestamptz NOT NULL, due_at timestamptz, version int NOT NULL DEFAULT 0, CHECK (num_nonnulls(customer_id, lead_id) >= 1)
);
CREATE INDEX claim_customer ON claim(customer_id);
CREATE INDEX claim_lead ON claim(lead_id);

ALTER TABLE inquiry ADD COLUMN dispatch_queue_id uuid REFERENCES queue(id), ADD COLUMN rule_id uuid REFERENCES dispatch_rule(id), ADD COLUMN claim_id uuid REFERENCES claim(id),
  ADD COLUMN escalated int NOT NULL DEFAULT 0,     -- percent of its time of which somebody was told
  ADD COLUMN undo jsonb;                           -- what the finish changed, so that it can be taken back for a minute
ALTER TABLE interaction ADD COLUMN claim_id uuid REFERENCES claim(id);
CREATE INDEX inquiry_dispatched ON inquiry(dispatched_to) WHERE status IN ('new','in_wizard','dispatched');
-- To whom a matter was handed, by whom or by which rule, until when (RG-08): written once, never changed.
CREATE TABLE inquiry_dispatch (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), inquiry_id uuid NOT NULL REFERENCES inquiry(id), at timestamptz NOT NULL, by_id uuid REFERENCES employee(id),
  rule_id uuid REFERENCES dispatch_rule(id), from_id uuid REFERENCES employee(id), to_id uuid REFERENCES employee(id), queue_id uuid REFERENCES queue(id),
  purpose_id uuid REFERENCES inquiry_purpose(id), due_at timestamptz, reason text
);
CREATE INDEX inquiry_dispatch_of ON inquiry_dispatch(inquiry_id, at);

-- Thresholds of reception (B19): all times in working seconds.
CREATE TABLE reception_setting (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), first_contact_s int NOT NULL DEFAULT 900 CHECK (first_contact_s > 0), processing_s int NOT NULL DEFAULT 86400 CHECK (processing_s > 0),
  supervisor_after_s int NOT NULL DEFAULT 3600 CHECK (supervisor_after_s >= 0), escalate_percents int[] NOT NULL DEFAULT '{50,100,200}', undo_s int NOT NULL DEFAULT 60 CHECK (undo_s >= 0), version int NOT NULL DEFAULT 0
);
INSERT INTO reception_setting DEFAULT VALUES;

-- Sources: the first is kept for ever, the last stands beside it (RG-16); a source may set its own deadlines (RG-17).
ALTER TABLE lead_source ADD COLUMN first_contact_s int CHECK (first_contact_s > 0), ADD COLUMN processing_s int CHECK (processing_s > 0);
ALTER TABLE lead ADD COLUMN last_source_id uuid REFERENCES lead_source(id), ADD COLUMN last_source_at timestamptz, ADD COLUMN first_contact_due_at timestamptz,
  ADD COLUMN qualified_at timestamptz, ADD COLUMN disqualify_note text,
  ADD COLUMN reminded int NOT NULL DEFAULT 0;      -- bits: 1 and 2 first contact, 4 and 8 processing; responsible, then supervisor
CREATE INDEX lead_open_due ON lead(due_at) WHERE status IN ('new','in_work','qualified');
-- The checklist of qualification (RG-15).
CREATE TABLE lead_question (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, pos int NOT NULL DEFAULT 0, required boolean NOT NULL DEFAULT false, archived_at timestamptz
);
CREATE TABLE lead_answer (
  lead_id uuid NOT NULL REFERENCES lead(id), question_id uuid NOT NULL REFERENCES lead_question(id), answer text NOT NULL CHECK (btrim(answer) <> ''),
  by_id uuid REFERENCES employee(id), at timestamptz NOT NULL, PRIMARY KEY (lead_id, question_id)
);
