-- Organisation, access and audit (spec C1). Owner: crm-core.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE EXTENSION IF NOT EXISTS unaccent;

CREATE TABLE company (                             -- exactly one row once "set up my company" is done
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  name text NOT NULL, tz text NOT NULL, country char(2) NOT NULL, currency char(3) NOT NULL, is_sample boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE department (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), parent_id uuid REFERENCES department(id), name text NOT NULL, head_id uuid,
  day_norm_points numeric(8,2) CHECK (day_norm_points >= 0),       -- NULL = inherit
  archived_at timestamptz, version int NOT NULL DEFAULT 0,
  CHECK (parent_id IS DISTINCT FROM id)
);
CREATE TABLE working_calendar (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE, tz text NOT NULL,
  week jsonb NOT NULL,                             -- {"mon":[["09:00","18:00"]],...}
  version int NOT NULL DEFAULT 0
);
CREATE TABLE calendar_exception (
  calendar_id uuid NOT NULL REFERENCES working_calendar(id), day date NOT NULL,
  intervals jsonb NOT NULL,                        -- [] = day off
  PRIMARY KEY (calendar_id, day)
);
CREATE TABLE employee (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), login citext NOT NULL UNIQUE, full_name text NOT NULL, email citext,
  password_hash text, failed_logins int NOT NULL DEFAULT 0, locked_until timestamptz, locale text NOT NULL DEFAULT 'ru' CHECK (locale IN ('ru','en','kk','uk')),
  department_id uuid NOT NULL REFERENCES department(id), calendar_id uuid NOT NULL REFERENCES working_calendar(id),
  fte numeric(3,2) NOT NULL DEFAULT 1 CHECK (fte > 0 AND fte <= 1), extension text CHECK (extension ~ '^[0-9]{2,6}$'),
  max_dialogs int NOT NULL DEFAULT 5 CHECK (max_dialogs >= 0),
  state text NOT NULL DEFAULT 'active' CHECK (state IN ('active','suspended','dismissed')), dismissed_at timestamptz,
  version int NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'dismissed') = (dismissed_at IS NOT NULL))
);
CREATE UNIQUE INDEX employee_extension_uq ON employee(extension) WHERE extension IS NOT NULL AND state <> 'dismissed';
ALTER TABLE department ADD FOREIGN KEY (head_id) REFERENCES employee(id);
CREATE TABLE absence (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), employee_id uuid NOT NULL REFERENCES employee(id),
  kind text NOT NULL CHECK (kind IN ('planned','unplanned')), reason text, during tstzrange NOT NULL, substitute_id uuid REFERENCES employee(id),
  state text NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled','active','returning','closed','cancelled')),
  created_by uuid REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (substitute_id IS DISTINCT FROM employee_id),
  EXCLUDE USING gist (employee_id WITH =, during WITH &&) WHERE (state <> 'cancelled')
);

CREATE TABLE role (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text NOT NULL UNIQUE, name text NOT NULL UNIQUE);
CREATE TABLE role_permission (
  role_id uuid NOT NULL REFERENCES role(id), object text NOT NULL,
  action text NOT NULL CHECK (action IN ('create','read','edit','delete','export','assign')),
  scope text NOT NULL CHECK (scope IN ('own','department','subtree','all')),
  PRIMARY KEY (role_id, object, action)
);
CREATE TABLE employee_role (employee_id uuid REFERENCES employee(id), role_id uuid REFERENCES role(id), PRIMARY KEY (employee_id, role_id));
CREATE TABLE session (                             -- the cookie holds the token; only its SHA-256 is stored
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), token_hash bytea NOT NULL UNIQUE, csrf_token text NOT NULL,
  employee_id uuid NOT NULL REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now(), last_seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL, revoked_at timestamptz, user_agent text
);
CREATE INDEX session_employee ON session(employee_id) WHERE revoked_at IS NULL;

CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor_kind text NOT NULL CHECK (actor_kind IN ('employee','system','integration','automation')), actor_id uuid, actor_label text NOT NULL,
  on_behalf_of uuid, request_id text, object_kind text NOT NULL, object_id uuid NOT NULL, action text NOT NULL, changes jsonb NOT NULL,
  PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE audit_log_default PARTITION OF audit_log DEFAULT;
CREATE INDEX audit_object ON audit_log(object_kind, object_id, at);
CREATE FUNCTION audit_immutable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit_log is append-only'; END $$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_immutable();
