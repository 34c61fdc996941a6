-- Whose a call was does not change once it is over: kept beside it, so that rights over a whole register cost no look at each dialog. Owner: gateway.
ALTER TABLE call
  ADD COLUMN owner_settled boolean NOT NULL DEFAULT false,
  ADD COLUMN owner_id uuid REFERENCES employee(id);              -- who had it last; NULL when settled: nobody
CREATE INDEX call_unsettled ON call(ended_at) WHERE NOT owner_settled AND ended_at IS NOT NULL;
-- In which language a human is spoken to; whoever calls or writes is brought to somebody who speaks it. Owner of the table: crm-core.
ALTER TABLE contact ADD COLUMN language text CHECK (language ~ '^[a-z]{2}$');
CREATE INDEX call_owner ON call(owner_id, started_at DESC, id DESC) WHERE owner_settled;
