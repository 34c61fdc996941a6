-- A purpose that goes to a queue or to one person says to which; one that said neither goes by the usual rule.
UPDATE inquiry_purpose SET dispatch = 'owner_then_least_loaded' WHERE (dispatch = 'queue' AND queue_id IS NULL) OR (dispatch = 'fixed' AND fixed_employee_id IS NULL);
ALTER TABLE inquiry_purpose ADD CONSTRAINT inquiry_purpose_target CHECK ((dispatch <> 'queue' OR queue_id IS NOT NULL) AND (dispatch <> 'fixed' OR fixed_employee_id IS NOT NULL));
