-- An offer and a decision belong to an entry, and the entry refers to its dialog: the second check of the same dialog cost
-- every decision a look-up and a lock. The column stays, for reading by dialog.
ALTER TABLE offer DROP CONSTRAINT offer_dialog_id_fkey;
ALTER TABLE decision DROP CONSTRAINT decision_dialog_id_fkey;
