-- The emergency switch of one number of a trunk. Owner: routing.
ALTER TABLE emergency_switch ADD COLUMN line_id uuid REFERENCES line(id), DROP CONSTRAINT emergency_switch_check, ADD CHECK (num_nonnulls(queue_id, channel_id, line_id) = 1);
CREATE UNIQUE INDEX emergency_line ON emergency_switch(line_id) WHERE ended_at IS NULL AND line_id IS NOT NULL;
