-- Tasks, chains of one subject, notifications with preferences and deliveries, files on objects, saved filters. Owner: crm-core.

-- A status that is no longer chosen; the order in which types and statuses are offered.
ALTER TABLE interaction_type ADD COLUMN pos int NOT NULL DEFAULT 0;
ALTER TABLE interaction_status ADD COLUMN pos int NOT NULL DEFAULT 0, ADD COLUMN archived_at timestamptz;
-- Reminders and overdue ones are found by time, not by person.
CREATE INDEX interaction_due ON interaction(lower(planned)) WHERE state = 'planned';
CREATE INDEX interaction_contact_timeline ON interaction(contact_id, (coalesce(lower(occurred), lower(planned))) DESC, id DESC) WHERE contact_id IS NOT NULL;
CREATE INDEX interaction_executor_timeline ON interaction(executor_id, (coalesce(lower(occurred), lower(planned))) DESC, id DESC);
CREATE INDEX interaction_all_timeline ON interaction((coalesce(lower(occurred), lower(planned))) DESC, id DESC);

-- "Поручение": work that one person gives to another, or to oneself. The column named by subject_kind is what it is about; the others
-- are filled from it, so that it stands in every history it belongs to and moves with conversion and merge.
CREATE TABLE task (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind text NOT NULL CHECK (kind IN ('personal','errand','claim_step','process_step','kpi','call_list','callback','data_quality','review')),
  title text NOT NULL CHECK (btrim(title) <> ''), description text, author_id uuid REFERENCES employee(id), executor_id uuid REFERENCES employee(id), queue_id uuid REFERENCES queue(id),
  subject_kind text CHECK (subject_kind IN ('customer','contact','lead','interest','interaction','inquiry','dialog')),
  customer_id uuid REFERENCES customer(id), contact_id uuid REFERENCES contact(id), lead_id uuid REFERENCES lead(id), interest_id uuid REFERENCES interest(id),
  interaction_id uuid REFERENCES interaction(id), inquiry_id uuid REFERENCES inquiry(id), dialog_id uuid REFERENCES dialog(id),
  priority smallint NOT NULL DEFAULT 2 CHECK (priority BETWEEN 1 AND 4), due_at timestamptz,
  controlled boolean NOT NULL DEFAULT false,       -- done only when its author says so
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new','accepted','in_work','done','rejected','cancelled')),
  accepted_at timestamptz, done_at timestamptz, confirmed_at timestamptz, refuse_reason text, result text,
  parent_id uuid REFERENCES task(id), dedup_key text UNIQUE, created_at timestamptz NOT NULL DEFAULT now(), version int NOT NULL DEFAULT 0,
  CHECK ((state = 'done') = (done_at IS NOT NULL)), CHECK (num_nonnulls(executor_id, queue_id) >= 1), CHECK (confirmed_at IS NULL OR done_at IS NOT NULL),
  CHECK (state <> 'rejected' OR refuse_reason IS NOT NULL), CHECK (kind <> 'claim_step' OR (description IS NOT NULL AND btrim(description) <> '')),
  CHECK (subject_kind IS NULL OR num_nonnulls(customer_id, contact_id, lead_id, interest_id, interaction_id, inquiry_id, dialog_id) >= 1)
);
CREATE INDEX task_executor_open ON task(executor_id, due_at) WHERE state IN ('new','accepted','in_work','rejected');
CREATE INDEX task_author ON task(author_id, created_at DESC);
CREATE INDEX task_due ON task(due_at) WHERE state IN ('new','accepted','in_work');
CREATE INDEX task_customer ON task(customer_id, created_at DESC, id DESC) WHERE customer_id IS NOT NULL;
CREATE INDEX task_lead ON task(lead_id, created_at DESC, id DESC) WHERE lead_id IS NOT NULL;
CREATE INDEX task_contact ON task(contact_id, created_at DESC, id DESC) WHERE contact_id IS NOT NULL;
CREATE INDEX task_interest ON task(interest_id) WHERE interest_id IS NOT NULL;
CREATE INDEX task_interaction ON task(interaction_id) WHERE interaction_id IS NOT NULL;
CREATE INDEX task_created ON task(created_at DESC, id DESC);
CREATE TABLE task_participant (task_id uuid NOT NULL REFERENCES task(id), employee_id uuid NOT NULL REFERENCES employee(id), role text NOT NULL DEFAULT 'co_executor' CHECK (role IN ('co_executor','observer')), PRIMARY KEY (task_id, employee_id));
CREATE INDEX task_participant_employee ON task_participant(employee_id);

-- "Предмет": every object of a chain points to the one object that the chain is about; chains are flat, one hop is always enough.
CREATE TABLE subject_link (
  from_kind text NOT NULL CHECK (from_kind IN ('interaction','task','interest','dialog','inquiry')), from_id uuid NOT NULL,
  to_kind text NOT NULL CHECK (to_kind IN ('interaction','task','interest','dialog','inquiry')), to_id uuid NOT NULL,
  linked_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (from_kind, from_id), CHECK ((from_kind, from_id) <> (to_kind, to_id))
);
CREATE INDEX subject_link_to ON subject_link(to_kind, to_id);

-- A file of the house with its versions; the bytes are the blob's. It hangs on any number of objects, whose rights it has.
CREATE TABLE file (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL CHECK (btrim(name) <> ''), created_by uuid REFERENCES employee(id),
  created_at timestamptz NOT NULL DEFAULT now(), archived_at timestamptz, version int NOT NULL DEFAULT 0
);
CREATE TABLE file_version (
  file_id uuid NOT NULL REFERENCES file(id), no int NOT NULL CHECK (no > 0), blob_id uuid NOT NULL REFERENCES blob(id), comment text,
  created_by uuid REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (file_id, no)
);
CREATE INDEX file_version_blob ON file_version(blob_id);
-- One column for each kind of object, so that conversion and merge move files like everything else.
CREATE TABLE file_link (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), file_id uuid NOT NULL REFERENCES file(id),
  customer_id uuid REFERENCES customer(id), contact_id uuid REFERENCES contact(id), lead_id uuid REFERENCES lead(id), interest_id uuid REFERENCES interest(id),
  interaction_id uuid REFERENCES interaction(id), task_id uuid REFERENCES task(id), inquiry_id uuid REFERENCES inquiry(id),
  linked_by uuid REFERENCES employee(id), linked_at timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(customer_id, contact_id, lead_id, interest_id, interaction_id, task_id, inquiry_id) >= 1)
);
CREATE INDEX file_link_file ON file_link(file_id);
CREATE INDEX file_link_customer ON file_link(customer_id, linked_at DESC, id DESC) WHERE customer_id IS NOT NULL;
CREATE INDEX file_link_contact ON file_link(contact_id, linked_at DESC, id DESC) WHERE contact_id IS NOT NULL;
CREATE INDEX file_link_lead ON file_link(lead_id, linked_at DESC, id DESC) WHERE lead_id IS NOT NULL;
CREATE INDEX file_link_interest ON file_link(interest_id) WHERE interest_id IS NOT NULL;
CREATE INDEX file_link_interaction ON file_link(interaction_id) WHERE interaction_id IS NOT NULL;
CREATE INDEX file_link_task ON file_link(task_id) WHERE task_id IS NOT NULL;
CREATE INDEX file_link_inquiry ON file_link(inquiry_id) WHERE inquiry_id IS NOT NULL;

-- `kind` is the event; one notification for each employee, event and key. A snoozed one is unread again when its time has come.
ALTER TABLE notification DROP CONSTRAINT notification_kind_check, ADD COLUMN object text, ADD COLUMN object_id uuid, ADD COLUMN key text,
  ADD COLUMN payload jsonb NOT NULL DEFAULT '{}', ADD COLUMN in_app boolean NOT NULL DEFAULT true, ADD COLUMN snoozed_until timestamptz,
  ADD CONSTRAINT notification_object CHECK ((object IS NULL) = (object_id IS NULL));
CREATE UNIQUE INDEX notification_key ON notification(employee_id, kind, key) WHERE key IS NOT NULL;
CREATE INDEX notification_object ON notification(object_id) WHERE object_id IS NOT NULL AND read_at IS NULL;
CREATE INDEX notification_snoozed ON notification(snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE TABLE notification_delivery (
  notification_id uuid NOT NULL REFERENCES notification(id), channel text NOT NULL CHECK (channel IN ('email','sms')),
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued','sent','failed','dropped')), due_at timestamptz NOT NULL, attempts int NOT NULL DEFAULT 0,
  error text, sent_at timestamptz, PRIMARY KEY (notification_id, channel), CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX notification_delivery_due ON notification_delivery(due_at) WHERE state = 'queued';
CREATE TABLE notification_pref (
  employee_id uuid NOT NULL REFERENCES employee(id), event text NOT NULL, channels text[] NOT NULL CHECK (channels <@ '{app,email,sms}'::text[]),
  lead_minutes int CHECK (lead_minutes BETWEEN 0 AND 10080), PRIMARY KEY (employee_id, event)
);
-- Nothing leaves the house for a person in these hours; a row only where somebody chose otherwise than the house's 21:00 to 09:00.
CREATE TABLE notification_quiet (employee_id uuid PRIMARY KEY REFERENCES employee(id), enabled boolean NOT NULL, from_time time NOT NULL, to_time time NOT NULL);

-- Filters of a register, kept by whoever made them.
CREATE TABLE saved_filter (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), employee_id uuid NOT NULL REFERENCES employee(id), list text NOT NULL, name text NOT NULL CHECK (btrim(name) <> ''),
  filter jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX saved_filter_name ON saved_filter(employee_id, list, lower(name));

-- Roles that stand already: whoever may plan Interactions may give and take tasks, in the same scope.
INSERT INTO role_permission (role_id, object, action, scope)
  SELECT role_id, 'task', action, CASE WHEN action = 'create' THEN 'all' ELSE scope END FROM role_permission WHERE object = 'interaction' AND action IN ('create','read','edit','assign')
  ON CONFLICT DO NOTHING;
-- What somebody is at the house; the event card names it beside the person.
ALTER TABLE employee ADD COLUMN IF NOT EXISTS position text;
-- By which the house itself reaches the person; E.164.
ALTER TABLE employee ADD COLUMN mobile text CHECK (mobile ~ '^\+[1-9][0-9]{6,14}$');
-- The history of one human.
CREATE INDEX IF NOT EXISTS dialog_party_contact ON dialog_party(contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS interest_contact ON interest(contact_id) WHERE contact_id IS NOT NULL;
