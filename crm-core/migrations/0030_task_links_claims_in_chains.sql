-- Existing tasks linked with events (IA-20), claims as links of a chain (IA-05). Owner: crm-core.

-- A task that was there before, linked with an event; one made on an event names it itself (task.interaction_id). `came` is the end that
-- joined the other's chain by this link, and that leaves it when the link is taken off.
CREATE TABLE task_event (
  task_id uuid NOT NULL REFERENCES task(id), interaction_id uuid NOT NULL REFERENCES interaction(id), came text CHECK (came IN ('task','interaction')),
  linked_by uuid REFERENCES employee(id), linked_at timestamptz NOT NULL, PRIMARY KEY (task_id, interaction_id)
);
CREATE INDEX task_event_interaction ON task_event(interaction_id);

ALTER TABLE subject_link DROP CONSTRAINT subject_link_from_kind_check, DROP CONSTRAINT subject_link_to_kind_check,
  ADD CONSTRAINT subject_link_from_kind_check CHECK (from_kind IN ('interaction','task','interest','dialog','inquiry','claim')),
  ADD CONSTRAINT subject_link_to_kind_check CHECK (to_kind IN ('interaction','task','interest','dialog','inquiry','claim'));
-- Claims taken in so far stand in the chain of the inquiry that they came of.
INSERT INTO subject_link (from_kind, from_id, to_kind, to_id, linked_at)
SELECT 'claim', q.claim_id, coalesce(sl.to_kind, 'inquiry'), coalesce(sl.to_id, q.id), q.processed_at
FROM inquiry q LEFT JOIN subject_link sl ON sl.from_kind = 'inquiry' AND sl.from_id = q.id WHERE q.claim_id IS NOT NULL AND q.processed_at IS NOT NULL
ON CONFLICT DO NOTHING;
