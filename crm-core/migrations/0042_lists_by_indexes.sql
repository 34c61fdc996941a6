-- Lists and searches of a large base (CB-03, CB-04). Owner: crm-core.
-- Who works where now, by the company: what its name says is said of its people without reading their links.
CREATE INDEX customer_contact_now ON customer_contact(customer_id, contact_id) WHERE left_at IS NULL;
-- Where somebody is or was, answered by the index alone.
DROP INDEX customer_contact_contact;
CREATE INDEX customer_contact_contact ON customer_contact(contact_id, customer_id) INCLUDE (left_at);
-- Those who have left a company, and the companies that are no more, are few.
CREATE INDEX customer_contact_left ON customer_contact(contact_id) WHERE left_at IS NOT NULL;
CREATE INDEX customer_dead ON customer(id) WHERE archived_at IS NOT NULL;
-- Leads of one file have one time: the register reads them in the order in which it shows them.
DROP INDEX lead_created;
CREATE INDEX lead_created ON lead(created_at DESC, id DESC);
