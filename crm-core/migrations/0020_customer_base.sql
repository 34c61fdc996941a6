-- Customer base: history of statuses, merge and its undo, pairs that resemble one another. Owner: crm-core.
CREATE TABLE customer_status_history (              -- CB-05: which status a card had when, and who gave it
  customer_id uuid NOT NULL REFERENCES customer(id), status_id uuid REFERENCES customer_status(id), during tstzrange NOT NULL, changed_by uuid REFERENCES employee(id),
  EXCLUDE USING gist (customer_id WITH =, during WITH &&)
);
INSERT INTO customer_status_history (customer_id, status_id, during) SELECT id, status_id, tstzrange(created_at, NULL) FROM customer WHERE status_id IS NOT NULL;

-- CB-07: why a card was given to somebody, in the words of whoever did it.
ALTER TABLE customer_owner_history ADD COLUMN note text;

CREATE TABLE merge_log (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), object_kind text NOT NULL CHECK (object_kind IN ('customer','contact','lead')), survivor_id uuid NOT NULL, loser_id uuid NOT NULL,
  field_choices jsonb NOT NULL, survivor_before jsonb NOT NULL, survivor_after jsonb NOT NULL, loser_snapshot jsonb NOT NULL, moved jsonb NOT NULL,
  merged_by uuid REFERENCES employee(id), merged_at timestamptz NOT NULL, undone_at timestamptz, undone_by uuid REFERENCES employee(id), undo_left jsonb,
  CHECK (survivor_id <> loser_id)
);
CREATE INDEX merge_log_survivor ON merge_log(object_kind, survivor_id, merged_at DESC);

-- Pairs go across kinds (B14): object_kind is the least settled of the two (lead, then contact, then customer). "Not a duplicate" holds until a signal
-- field of either card changes: `fingerprint` says what they were when somebody decided.
ALTER TABLE duplicate_candidate ADD COLUMN found_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN reason text, ADD COLUMN fingerprint text,
  ADD CHECK ((decision = 'open') = (decided_at IS NULL));
CREATE INDEX duplicate_candidate_open ON duplicate_candidate(score DESC, a_id, b_id) WHERE decision = 'open';
CREATE INDEX duplicate_candidate_b ON duplicate_candidate(b_id);
CREATE INDEX contact_point_domain ON contact_point(split_part(value_norm, '@', 2)) WHERE kind = 'email' AND archived_at IS NULL;
CREATE TABLE duplicate_scan (                       -- the nightly search for pairs: what it has looked at up to when
  night date PRIMARY KEY, changed_since timestamptz, changed_until timestamptz NOT NULL, cards int NOT NULL, pairs int NOT NULL, finished_at timestamptz NOT NULL
);

-- CB-04: contacts have codes of their own.
CREATE SEQUENCE contact_code_seq;
ALTER TABLE contact ADD COLUMN code text NOT NULL DEFAULT 'P' || lpad(nextval('contact_code_seq')::text, 6, '0');
CREATE UNIQUE INDEX contact_code ON contact(code);
-- CB-03: the register by each of its filters, newest first.
CREATE INDEX customer_created ON customer(created_at DESC, id DESC) WHERE archived_at IS NULL;
CREATE INDEX customer_region ON customer(region_id, created_at DESC) WHERE archived_at IS NULL;
CREATE INDEX customer_industry ON customer(industry_id, created_at DESC) WHERE archived_at IS NULL;
CREATE INDEX customer_status_created ON customer(status_id, created_at DESC) WHERE archived_at IS NULL;
-- The history of a card asks for the cards that became it.
-- A lead that joined another one is no lead any more; its rows are the survivor's.
ALTER TABLE lead ADD COLUMN merged_into_id uuid REFERENCES lead(id), DROP CONSTRAINT lead_status_check,
  ADD CONSTRAINT lead_status_check CHECK (status IN ('new','in_work','qualified','converted','disqualified','merged')),
  ADD CONSTRAINT lead_merged CHECK ((status = 'merged') = (merged_into_id IS NOT NULL) AND merged_into_id IS DISTINCT FROM id);
CREATE INDEX lead_merged_into ON lead(merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX customer_merged ON customer(merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX contact_merged ON contact(merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX customer_code_pattern ON customer(upper(code) text_pattern_ops);

-- A contact point is changed by people, by what comes in (verified, bounced) and by merging: its version counts every change, whoever makes it.
ALTER TABLE contact_point ADD COLUMN version int NOT NULL DEFAULT 0;
CREATE FUNCTION contact_point_version() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.version := OLD.version + 1; RETURN NEW; END $$;
CREATE TRIGGER contact_point_version BEFORE UPDATE ON contact_point FOR EACH ROW EXECUTE FUNCTION contact_point_version();
