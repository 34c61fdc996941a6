-- A history's order whole in its index, for claims too; the claim's inquiry; what a card was once reached by. Owner: crm-core.
DROP INDEX claim_customer;
DROP INDEX claim_lead;
CREATE INDEX claim_customer ON claim(customer_id, registered_at DESC, id DESC) WHERE customer_id IS NOT NULL;
CREATE INDEX claim_lead ON claim(lead_id, registered_at DESC, id DESC) WHERE lead_id IS NOT NULL;
CREATE INDEX claim_contact ON claim(contact_id, registered_at DESC, id DESC) WHERE contact_id IS NOT NULL;
CREATE INDEX inquiry_claim ON inquiry(claim_id) WHERE claim_id IS NOT NULL;
-- Those in use have theirs; a card's change history shows the numbers taken from it as well.
CREATE INDEX contact_point_gone ON contact_point(coalesce(customer_id, contact_id, lead_id)) WHERE archived_at IS NOT NULL;
