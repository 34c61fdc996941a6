-- The router's tables. Owner: routing.
CREATE TABLE routing_input (                       -- everything the router hears; deleted in the transaction that decides it
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, input jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_insert_threshold = 100000);
CREATE TABLE routing_quarantine (id bigint PRIMARY KEY, input jsonb NOT NULL, error text NOT NULL, at timestamptz NOT NULL DEFAULT now());
-- Written with each batch: the count of decided events, and those orders of the last batch that no row below can bring back
-- (stop ringing, fallback, acknowledge): whoever reads the tables anew after a lost commit or a take-over gives them again.
CREATE TABLE router_head (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), version bigint NOT NULL DEFAULT 0, orders jsonb NOT NULL DEFAULT '[]');
INSERT INTO router_head DEFAULT VALUES;
CREATE TABLE presence (                            -- the axes of an agent; `state` follows from them
  employee_id uuid PRIMARY KEY REFERENCES employee(id),
  online boolean NOT NULL DEFAULT false, offline_since timestamptz, phone_reachable boolean NOT NULL DEFAULT false,
  intent text NOT NULL DEFAULT 'logged_out' CHECK (intent IN ('available','paused','logged_out')), reason text,
  wrapup_until timestamptz, wrapup_ms int NOT NULL DEFAULT 0, rest_until timestamptz, missed_offers int NOT NULL DEFAULT 0, last_assigned_at timestamptz,
  state text NOT NULL DEFAULT 'offline' CHECK (state IN ('offline','unreachable','paused','idle','offered','busy','wrapup')), state_since timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE presence_log (employee_id uuid NOT NULL REFERENCES employee(id), state text NOT NULL, intent text NOT NULL, reason text, from_at timestamptz NOT NULL, to_at timestamptz, PRIMARY KEY (employee_id, from_at));
CREATE UNIQUE INDEX presence_log_open ON presence_log(employee_id) WHERE to_at IS NULL;
CREATE TABLE entry (
  id uuid PRIMARY KEY, dialog_id uuid NOT NULL REFERENCES dialog(id), queue_id uuid NOT NULL REFERENCES queue(id), medium text NOT NULL, priority int NOT NULL DEFAULT 0,
  identity_result text NOT NULL, responsible_id uuid REFERENCES employee(id), responsible_why text, substitute_id uuid REFERENCES employee(id),
  rung text NOT NULL, tried uuid[] NOT NULL DEFAULT '{}', least_loaded_tried int NOT NULL DEFAULT 0, hops int NOT NULL DEFAULT 0, acknowledged boolean NOT NULL DEFAULT false,
  cooldowns jsonb NOT NULL DEFAULT '{}',           -- agent -> until when (ms) this entry is not offered to that agent again
  enqueued_at timestamptz NOT NULL,                -- the place in the queue; a dialog that comes back keeps it
  deadline_at timestamptz, alone_since timestamptz, ended_at timestamptz, outcome text CHECK (outcome IN ('answered','abandoned','overflowed','transferred','closed')),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX entry_open_uq ON entry(dialog_id) WHERE ended_at IS NULL;
CREATE INDEX entry_open_queue ON entry(queue_id, priority DESC, enqueued_at) WHERE ended_at IS NULL;
CREATE INDEX entry_ended ON entry(ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE offer (
  id uuid PRIMARY KEY, entry_id uuid NOT NULL REFERENCES entry(id), dialog_id uuid NOT NULL REFERENCES dialog(id), employee_id uuid NOT NULL REFERENCES employee(id), by_id uuid REFERENCES employee(id),
  rung text NOT NULL, reason jsonb NOT NULL, state text NOT NULL CHECK (state IN ('pending','presented','answered','accepted','rejected','timed_out','rescinded','failed')), cause text,
  command_id text NOT NULL,                        -- of the ring command: asked again under the same id, a device that rings already is found
  created_at timestamptz NOT NULL, deadline_at timestamptz NOT NULL, ended_at timestamptz
);
CREATE UNIQUE INDEX offer_one_per_entry ON offer(entry_id) WHERE ended_at IS NULL;             -- one winner per entry
CREATE INDEX offer_open_employee ON offer(employee_id) WHERE ended_at IS NULL;
CREATE INDEX offer_dialog ON offer(dialog_id, created_at);
CREATE TABLE assignment (
  id uuid PRIMARY KEY, dialog_id uuid NOT NULL REFERENCES dialog(id), employee_id uuid NOT NULL REFERENCES employee(id), entry_id uuid REFERENCES entry(id), offer_id uuid REFERENCES offer(id),
  queue_id uuid REFERENCES queue(id), medium text NOT NULL,
  awaiting_answer boolean NOT NULL DEFAULT false,  -- A of the load formula
  started_at timestamptz NOT NULL, lost_at timestamptz, ended_at timestamptz, end_reason text
);
CREATE UNIQUE INDEX assignment_open_uq ON assignment(dialog_id) WHERE ended_at IS NULL;
CREATE INDEX assignment_employee_open ON assignment(employee_id) WHERE ended_at IS NULL;
CREATE TABLE decision (
  id uuid PRIMARY KEY, entry_id uuid NOT NULL REFERENCES entry(id), dialog_id uuid NOT NULL REFERENCES dialog(id), at timestamptz NOT NULL,
  rung text NOT NULL, chosen_id uuid REFERENCES employee(id), reason jsonb NOT NULL, best jsonb NOT NULL, refusals jsonb NOT NULL, state_version bigint NOT NULL, input_id bigint NOT NULL
);
CREATE INDEX decision_dialog ON decision(dialog_id, at);
CREATE TABLE agent_load (employee_id uuid PRIMARY KEY REFERENCES employee(id), planned_points numeric(10,2) NOT NULL DEFAULT 0, norm_points numeric(10,2));
