-- Whom nobody answered within the last day comes sooner when calling again. Owner: routing.
ALTER TABLE queue ADD COLUMN repeat_priority int NOT NULL DEFAULT 1 CHECK (repeat_priority >= 0);     -- steps of priority; 0 = none
