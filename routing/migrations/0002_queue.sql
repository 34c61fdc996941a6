-- Queues and their members. Owner: routing.
CREATE TABLE queue (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE,
  department_id uuid REFERENCES department(id), calendar_id uuid NOT NULL REFERENCES working_calendar(id),
  -- deadlines of an offer by medium; mail's is working time (design 12.4)
  ring_timeout_s int NOT NULL DEFAULT 20, owner_timeout_s int NOT NULL DEFAULT 25, chat_offer_s int NOT NULL DEFAULT 45, message_offer_s int NOT NULL DEFAULT 900,
  max_least_loaded int NOT NULL DEFAULT 3, max_wait_s int NOT NULL DEFAULT 300,
  wrapup_voice_s int NOT NULL DEFAULT 30, wrapup_chat_s int NOT NULL DEFAULT 15,
  sl_threshold_s int NOT NULL DEFAULT 20, sl_target numeric(4,3) NOT NULL DEFAULT 0.800, message_sla_s int NOT NULL DEFAULT 900,
  overflow_queue_id uuid REFERENCES queue(id), record_calls boolean NOT NULL DEFAULT true,
  archived_at timestamptz, version int NOT NULL DEFAULT 0
);
CREATE TABLE queue_member (
  queue_id uuid NOT NULL REFERENCES queue(id), employee_id uuid NOT NULL REFERENCES employee(id),
  media text[] NOT NULL DEFAULT '{voice,chat,mail}', weight numeric(4,2) NOT NULL DEFAULT 1 CHECK (weight > 0),
  PRIMARY KEY (queue_id, employee_id)
);
