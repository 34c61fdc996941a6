-- The history's order whole in its index: the planner does not know who has ten thousand items, and sorted them all. Owner: crm-core.
DROP INDEX interaction_timeline;
DROP INDEX interaction_lead_timeline;
CREATE INDEX interaction_timeline ON interaction(customer_id, (coalesce(lower(occurred), lower(planned))) DESC, id DESC);
CREATE INDEX interaction_lead_timeline ON interaction(lead_id, (coalesce(lower(occurred), lower(planned))) DESC, id DESC);
