-- Messengers and SMS are a medium of their own. Owner: gateway.
ALTER TABLE dialog DROP CONSTRAINT dialog_medium_check, ADD CONSTRAINT dialog_medium_check CHECK (medium IN ('voice','chat','message','mail'));
UPDATE dialog d SET medium = 'message' FROM channel c WHERE c.id = d.channel_id AND d.medium = 'chat' AND (c.kind IN ('telegram','viber','vk') OR c.kind LIKE 'sms-%');
-- A caller may be sent on to an outside number: a leg that is neither the customer's nor an agent's.
ALTER TABLE call_leg DROP CONSTRAINT call_leg_party_check, ADD CONSTRAINT call_leg_party_check CHECK (party IN ('customer','agent','outside'));
CREATE INDEX call_leg_offer ON call_leg(offer_id) WHERE offer_id IS NOT NULL;   -- has the callback of this offer been placed?
-- What one node asks the node that has the channel: a click of an agent whose browser is at the other one. Gone when it is answered.
CREATE TABLE channel_order (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel_id uuid NOT NULL REFERENCES channel ON DELETE CASCADE,
  kind text NOT NULL,
  command jsonb NOT NULL,
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked','taken','done','failed')),
  answer jsonb,
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX channel_order_channel ON channel_order (channel_id);
CREATE INDEX call_started ON call(started_at DESC, id DESC);   -- the register, newest first
