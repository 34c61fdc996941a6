-- The agent's phone is in a call that no offer brought: nothing is offered meanwhile, and the board shows the call.
ALTER TABLE presence ADD COLUMN direct_call boolean NOT NULL DEFAULT false;
