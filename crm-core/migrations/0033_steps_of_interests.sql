-- The next steps of an Interest are read for each card of the board, each row of the list and each traffic light: a long project has thousands of
-- done Interactions and a few planned ones.
CREATE INDEX interaction_interest_planned ON interaction(interest_id) WHERE state = 'planned' AND interest_id IS NOT NULL;
