-- Administration: required fields, catalogues with order and translations, history of departments, second factor. Owner: crm-core.

-- Required-field control (B7). A field is a name of the object's registry (crm-core required-field/fields.ts).
CREATE TABLE required_field_rule (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  object text NOT NULL CHECK (object IN ('customer','contact','lead','interest','interaction','inquiry')), field text NOT NULL,
  condition jsonb NOT NULL DEFAULT '{}',           -- {"kind":["company"]}: every key must hold, any of its values
  moment text NOT NULL CHECK (moment IN ('save','stage_enter','stage_leave','close_won','close_lost','convert','interaction_done')),
  stage_id uuid REFERENCES stage(id), severity text NOT NULL CHECK (severity IN ('block','warn','defer')),
  defer_hours int CHECK (defer_hours BETWEEN 1 AND 8760), roles uuid[] CHECK (cardinality(roles) > 0),      -- NULL = everybody
  validator text NOT NULL DEFAULT 'meaningful', allow_unknown boolean NOT NULL DEFAULT false, message text,
  enabled boolean NOT NULL DEFAULT true, archived_at timestamptz, version int NOT NULL DEFAULT 0,
  CHECK ((severity = 'defer') = (defer_hours IS NOT NULL)), CHECK (stage_id IS NULL OR moment IN ('stage_enter','stage_leave'))
);
CREATE INDEX required_field_rule_live ON required_field_rule(object, moment) WHERE enabled AND archived_at IS NULL;
CREATE TABLE required_field_deferral (             -- who was let through until when; past it the rule blocks
  rule_id uuid NOT NULL REFERENCES required_field_rule(id), object_id uuid NOT NULL, due_at timestamptz NOT NULL, created_at timestamptz NOT NULL,
  PRIMARY KEY (rule_id, object_id)
);
CREATE INDEX required_field_deferral_object ON required_field_deferral(object_id);
CREATE TABLE unknown_value (                       -- "unknown" said with a reason, where a rule allows it; counts as 0 in quality
  object text NOT NULL, object_id uuid NOT NULL, field text NOT NULL, reason text NOT NULL CHECK (btrim(reason) <> ''),
  said_by uuid REFERENCES employee(id), said_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (object_id, field)
);
CREATE TABLE incomplete_record (                   -- let through by right (import) though rules would have refused it
  object text NOT NULL, object_id uuid PRIMARY KEY, fields text[] NOT NULL, marked_at timestamptz NOT NULL DEFAULT now(), marked_by uuid REFERENCES employee(id)
);

-- Every catalogue: an order, names in other languages, archiving instead of deletion, a version (AD-05).
ALTER TABLE lead_source        ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0;
ALTER TABLE customer_status    ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0;
ALTER TABLE region             ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS archived_at timestamptz;
ALTER TABLE industry           ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS archived_at timestamptz;
ALTER TABLE loss_reason        ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0;
ALTER TABLE inquiry_purpose    ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0;
ALTER TABLE interest_kind      ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0;
ALTER TABLE stage              ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0;
ALTER TABLE interaction_type   ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0;
ALTER TABLE interaction_status ADD COLUMN IF NOT EXISTS pos int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS translations jsonb NOT NULL DEFAULT '{}', ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS archived_at timestamptz;
CREATE TABLE job_position (                        -- what contacts are at their companies; a suggestion, the card keeps the text
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE, pos int NOT NULL DEFAULT 0, translations jsonb NOT NULL DEFAULT '{}',
  archived_at timestamptz, version int NOT NULL DEFAULT 0
);

-- Who belonged to which department when, and where departments hung: facts stay with the department of their time (AD-04, PK-10).
CREATE TABLE employee_department_history (
  employee_id uuid NOT NULL REFERENCES employee(id), department_id uuid NOT NULL REFERENCES department(id), during tstzrange NOT NULL,
  EXCLUDE USING gist (employee_id WITH =, during WITH &&)
);
CREATE INDEX employee_department_history_department ON employee_department_history(department_id);
CREATE TABLE department_history (
  department_id uuid NOT NULL REFERENCES department(id), parent_id uuid REFERENCES department(id), head_id uuid REFERENCES employee(id), name text NOT NULL, during tstzrange NOT NULL,
  EXCLUDE USING gist (department_id WITH =, during WITH &&)
);
CREATE FUNCTION keep_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE employee_department_history SET during = tstzrange(lower(during), now()) WHERE employee_id = NEW.id AND upper_inf(during) AND lower(during) < now();
  DELETE FROM employee_department_history WHERE employee_id = NEW.id AND upper_inf(during);      -- a second move in the same transaction
  IF NEW.state <> 'dismissed' THEN INSERT INTO employee_department_history VALUES (NEW.id, NEW.department_id, tstzrange(now(), NULL)); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_membership AFTER INSERT ON employee FOR EACH ROW EXECUTE FUNCTION keep_membership();
CREATE TRIGGER keep_membership_changed AFTER UPDATE OF department_id, state ON employee FOR EACH ROW
  WHEN (OLD.department_id <> NEW.department_id OR (OLD.state = 'dismissed') <> (NEW.state = 'dismissed')) EXECUTE FUNCTION keep_membership();
CREATE FUNCTION keep_department() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE department_history SET during = tstzrange(lower(during), now()) WHERE department_id = NEW.id AND upper_inf(during) AND lower(during) < now();
  DELETE FROM department_history WHERE department_id = NEW.id AND upper_inf(during);
  IF NEW.archived_at IS NULL THEN INSERT INTO department_history VALUES (NEW.id, NEW.parent_id, NEW.head_id, NEW.name, tstzrange(now(), NULL)); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_department AFTER INSERT ON department FOR EACH ROW EXECUTE FUNCTION keep_department();
CREATE TRIGGER keep_department_changed AFTER UPDATE OF parent_id, head_id, name, archived_at ON department FOR EACH ROW
  WHEN ((OLD.parent_id, OLD.head_id, OLD.name, OLD.archived_at IS NULL) IS DISTINCT FROM (NEW.parent_id, NEW.head_id, NEW.name, NEW.archived_at IS NULL)) EXECUTE FUNCTION keep_department();

ALTER TABLE role ADD COLUMN IF NOT EXISTS version int NOT NULL DEFAULT 0;
ALTER TABLE working_calendar ADD COLUMN IF NOT EXISTS archived_at timestamptz;

-- Login (AD-01): a second factor with recovery codes, back-off by address, where a session comes from.
ALTER TABLE employee ADD COLUMN totp_secret text, ADD COLUMN totp_since timestamptz, ADD COLUMN totp_last_step bigint NOT NULL DEFAULT 0,
  ADD CHECK (totp_since IS NULL OR totp_secret IS NOT NULL);
CREATE TABLE recovery_code (employee_id uuid NOT NULL REFERENCES employee(id), code_hash bytea NOT NULL, used_at timestamptz, PRIMARY KEY (employee_id, code_hash));
CREATE TABLE login_address (address text PRIMARY KEY, failures int NOT NULL, last_failed_at timestamptz NOT NULL, blocked_until timestamptz);
ALTER TABLE session ADD COLUMN address text;

-- Nobody empties the audit either; triggers on rows do not see TRUNCATE, and those of a statement do not reach partitions.
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_immutable();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_log_default FOR EACH STATEMENT EXECUTE FUNCTION audit_immutable();
CREATE INDEX audit_actor ON audit_log(actor_id, id);
CREATE INDEX audit_newest ON audit_log(id);
