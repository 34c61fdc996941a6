-- The media of which an agent may be offered something now, as the router sees it: the board counts the ready by them. Filled
-- anew when the router reads its facts, which it does at every start.
ALTER TABLE presence ADD COLUMN ready text[] NOT NULL DEFAULT '{}';
