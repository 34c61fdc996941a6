-- Counts changes of rights, departments and queue memberships, so that whoever keeps rights in memory (the live sockets) asks for one
-- number instead of reading everybody's rights anew. Bumped in the transaction of the change: who sees the number sees the change.
-- Owner: crm-core.
CREATE TABLE rights_version (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), version bigint NOT NULL DEFAULT 0);
INSERT INTO rights_version DEFAULT VALUES;
CREATE FUNCTION rights_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE rights_version SET version = version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER rights_changed AFTER INSERT OR UPDATE OR DELETE ON role_permission FOR EACH STATEMENT EXECUTE FUNCTION rights_changed();
CREATE TRIGGER rights_changed AFTER INSERT OR UPDATE OR DELETE ON employee_role FOR EACH STATEMENT EXECUTE FUNCTION rights_changed();
CREATE TRIGGER rights_changed AFTER INSERT OR UPDATE OR DELETE ON department FOR EACH STATEMENT EXECUTE FUNCTION rights_changed();
CREATE TRIGGER rights_changed AFTER INSERT OR UPDATE OR DELETE ON queue_member FOR EACH STATEMENT EXECUTE FUNCTION rights_changed();
CREATE TRIGGER rights_changed AFTER UPDATE OF department_id, state, full_name, login ON employee FOR EACH STATEMENT EXECUTE FUNCTION rights_changed();
