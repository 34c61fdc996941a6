-- Absences: who stands in, what was delegated to them, and handing it back (AD-07, B8). Owner: crm-core.
ALTER TABLE employee ADD COLUMN substitute_id uuid REFERENCES employee(id), ADD CONSTRAINT employee_not_own_substitute CHECK (substitute_id IS DISTINCT FROM id);
-- stand_in_id: whom the rules name this moment; kept current while the absence is active, for rights and the screens.
ALTER TABLE absence ADD COLUMN stand_in_id uuid REFERENCES employee(id), ADD COLUMN auto_return boolean NOT NULL DEFAULT false, ADD COLUMN reminded_at timestamptz, ADD CONSTRAINT absence_not_empty CHECK (NOT isempty(during));
CREATE INDEX absence_stand_in ON absence(stand_in_id) WHERE state = 'active';
CREATE INDEX absence_current ON absence(employee_id) WHERE state IN ('scheduled','active','returning');
CREATE TABLE delegation (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), absence_id uuid NOT NULL REFERENCES absence(id),
  object_kind text NOT NULL CHECK (object_kind IN ('task','interaction','interest','dialog','claim','process_step','inquiry')), object_id uuid NOT NULL,
  original_id uuid NOT NULL REFERENCES employee(id), substitute_id uuid REFERENCES employee(id), delegated_at timestamptz NOT NULL,
  outcome text CHECK (outcome IN ('returned','kept','done_by_substitute','reassigned_elsewhere','cancelled')), resolved_at timestamptz, resolved_by uuid REFERENCES employee(id),
  UNIQUE (absence_id, object_kind, object_id), CHECK ((outcome IS NULL) = (resolved_at IS NULL)), CHECK (substitute_id IS DISTINCT FROM original_id)
);
CREATE UNIQUE INDEX delegation_active ON delegation(object_kind, object_id) WHERE outcome IS NULL;
CREATE INDEX delegation_substitute ON delegation(substitute_id) WHERE outcome IS NULL;
-- Whoever is back is reminded of what waits to be taken back; the head is told who did not come.
ALTER TABLE notification DROP CONSTRAINT notification_kind_check, ADD CONSTRAINT notification_kind_check CHECK (kind IN ('mention','hand_back','no_show')), ADD COLUMN absence_id uuid REFERENCES absence(id);
-- The register of calls may be taken out of the house by those who may take dialogs out.
INSERT INTO role_permission (role_id, object, action, scope)
  SELECT r.id, 'call', 'export', CASE r.code WHEN 'admin' THEN 'all' ELSE 'subtree' END FROM role r WHERE r.code IN ('admin', 'supervisor') ON CONFLICT DO NOTHING;
