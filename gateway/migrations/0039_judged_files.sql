-- Files from outside are looked at by the house's scanner before anybody may open them. Owner: gateway.
ALTER TABLE message_attachment DROP CONSTRAINT message_attachment_reason_check,
  ADD CONSTRAINT message_attachment_reason_check CHECK (reason IN ('too_large','gone','type','failed','infected','unscanned'));
