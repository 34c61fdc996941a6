-- Skills, forwarding, the emergency switch, callbacks, head starts; the medium "message" (messengers and SMS). Owner: routing.
ALTER TABLE queue
  ADD COLUMN priority_step_s int NOT NULL DEFAULT 30 CHECK (priority_step_s >= 0),          -- head start of one step of priority: VIP = 10 steps
  ADD COLUMN wait_responsible_s int NOT NULL DEFAULT 20 CHECK (wait_responsible_s >= 0),    -- 0 = a responsible who is about to be free is not waited for
  ADD COLUMN on_max_wait text NOT NULL DEFAULT 'fallback' CHECK (on_max_wait IN ('fallback','callback')),
  ADD COLUMN callback_s int NOT NULL DEFAULT 14400 CHECK (callback_s > 0),                  -- working time within which a promised callback is made
  ADD COLUMN announce_s int NOT NULL DEFAULT 45 CHECK (announce_s >= 0),                    -- 0 = the place is not spoken
  ADD COLUMN callback_offered boolean NOT NULL DEFAULT true;
ALTER TABLE entry
  ADD COLUMN person text,                          -- who waits, equal for a repeated contact
  ADD COLUMN requires jsonb NOT NULL DEFAULT '[]', -- [{skillId, level, relaxMs}]
  ADD COLUMN caller_number text,
  ADD COLUMN callback_number text,                 -- set: a promised callback that waits for somebody to make it
  ADD COLUMN waits_until timestamptz,              -- stands before the responsible who is about to be free, until then
  ADD COLUMN announce_at timestamptz,              -- when the caller is told the place next
  ADD COLUMN forwarded jsonb NOT NULL DEFAULT '[]',-- hops of personal forwarding: [{rung, from, on, to}]
  DROP CONSTRAINT entry_outcome_check,
  ADD CONSTRAINT entry_outcome_check CHECK (outcome IN ('answered','abandoned','overflowed','transferred','closed','callback','redirected'));
CREATE INDEX entry_person ON entry(person, ended_at) WHERE person IS NOT NULL;
-- The stays of a dialog: its story, and who had it in a list.
CREATE INDEX entry_dialog ON entry(dialog_id, enqueued_at);
CREATE INDEX assignment_ended_voice ON assignment(ended_at) WHERE medium = 'voice' AND ended_at IS NOT NULL; -- mean talk of the last hours, after a restart

CREATE TABLE skill (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE,
  language boolean NOT NULL DEFAULT false,         -- required by itself for a customer who speaks it
  archived_at timestamptz, version int NOT NULL DEFAULT 0
);
CREATE TABLE employee_skill (employee_id uuid NOT NULL REFERENCES employee(id), skill_id uuid NOT NULL REFERENCES skill(id), level int NOT NULL CHECK (level BETWEEN 1 AND 5), PRIMARY KEY (employee_id, skill_id));
CREATE TABLE queue_skill (
  queue_id uuid NOT NULL REFERENCES queue(id), skill_id uuid NOT NULL REFERENCES skill(id), level int NOT NULL CHECK (level BETWEEN 1 AND 5),
  relax_s int CHECK (relax_s >= 0),                -- of waiting, after which the requirement is dropped; null = never
  PRIMARY KEY (queue_id, skill_id)
);
CREATE TABLE forwarding (                          -- personal forwarding of calls, one rule an occasion
  employee_id uuid NOT NULL REFERENCES employee(id), "on" text NOT NULL CHECK ("on" IN ('busy','no_answer','absent','out_of_hours','always')),
  to_employee_id uuid REFERENCES employee(id), to_number text, PRIMARY KEY (employee_id, "on"),
  CHECK ((to_employee_id IS NULL) <> (to_number IS NULL)), CHECK (to_employee_id IS DISTINCT FROM employee_id)
);
CREATE TABLE emergency_switch (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), queue_id uuid REFERENCES queue(id), channel_id uuid REFERENCES channel(id),
  mode text NOT NULL CHECK (mode IN ('closed','announcement','redirect')), redirect_queue_id uuid REFERENCES queue(id), redirect_number text,
  note text NOT NULL DEFAULT '', until_at timestamptz, by_id uuid NOT NULL REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz,
  CHECK ((queue_id IS NULL) <> (channel_id IS NULL)),
  CHECK ((mode = 'redirect') = ((redirect_queue_id IS NULL) <> (redirect_number IS NULL))),
  CHECK (mode = 'redirect' OR (redirect_queue_id IS NULL AND redirect_number IS NULL))
);
CREATE UNIQUE INDEX emergency_queue ON emergency_switch(queue_id) WHERE ended_at IS NULL AND queue_id IS NOT NULL;
CREATE UNIQUE INDEX emergency_channel ON emergency_switch(channel_id) WHERE ended_at IS NULL AND channel_id IS NOT NULL;

-- What came by a messenger or SMS was a chat before.
UPDATE entry e SET medium = 'message' FROM dialog d JOIN channel c ON c.id = d.channel_id WHERE d.id = e.dialog_id AND e.medium = 'chat' AND (c.kind IN ('telegram','viber','vk') OR c.kind LIKE 'sms-%');
UPDATE assignment a SET medium = 'message' FROM dialog d JOIN channel c ON c.id = d.channel_id WHERE d.id = a.dialog_id AND a.medium = 'chat' AND (c.kind IN ('telegram','viber','vk') OR c.kind LIKE 'sms-%');
UPDATE queue_member SET media = array_append(media, 'message') WHERE 'chat' = ANY(media) AND NOT 'message' = ANY(media);
ALTER TABLE queue_member ALTER COLUMN media SET DEFAULT '{voice,chat,message,mail}';
