-- The load matrix is edited as one: its version tells a second writer that it has changed meanwhile. Owner: crm-core.
CREATE TABLE load_matrix (one boolean PRIMARY KEY DEFAULT true CHECK (one), version int NOT NULL DEFAULT 0);
INSERT INTO load_matrix DEFAULT VALUES;
