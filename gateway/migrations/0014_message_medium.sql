-- Messengers and SMS are a medium of their own. Owner: gateway.
ALTER TABLE dialog DROP CONSTRAINT dialog_medium_check, ADD CONSTRAINT dialog_medium_check CHECK (medium IN ('voice','chat','message','mail'));
UPDATE dialog d SET medium = 'message' FROM channel c WHERE c.id = d.channel_id AND d.medium = 'chat' AND (c.kind IN ('telegram','viber','vk') OR c.kind LIKE 'sms-%');
-- A caller may be sent on to an outside number: a leg that is neither the customer's nor an agent's.
ALTER TABLE call_leg DROP CONSTRAINT call_leg_party_check, ADD CONSTRAINT call_leg_party_check CHECK (party IN ('customer','agent','outside'));
