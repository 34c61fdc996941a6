-- Letters one by one, a call nobody answered in its own words, the actual time of what is registered later. Owner: crm-core.

-- IA-04: one Interaction for each letter, or for the day of its thread (a setting). `letter_seq`: the letter that one stands for.
ALTER TABLE reception_setting ADD COLUMN letters_by text NOT NULL DEFAULT 'day' CHECK (letters_by IN ('day','message'));
ALTER TABLE interaction ADD COLUMN letter_seq int, ADD CHECK (letter_seq IS NULL OR dialog_day IS NOT NULL),
  ADD COLUMN closed_at timestamptz;                  -- when it was said to be over; null: by the telephone or the channel itself
DROP INDEX interaction_dialog_day;
CREATE UNIQUE INDEX interaction_dialog_day ON interaction(dialog_id, dialog_day) WHERE dialog_day IS NOT NULL AND letter_seq IS NULL;
CREATE UNIQUE INDEX interaction_letter ON interaction(dialog_id, letter_seq) WHERE letter_seq IS NOT NULL;

-- IA-03: an outgoing call that failed says why by its status, not by a code in its result. The names' own language is the one that has no translation.
INSERT INTO interaction_status (type_id, code, name, state, pos, translations)
SELECT t.id, w.code, w.names ->> own.locale, 'failed', w.pos, w.names - own.locale
FROM interaction_type t
CROSS JOIN LATERAL (SELECT l AS locale FROM unnest('{ru,en,kk,uk}'::text[]) WITH ORDINALITY AS x(l, n) WHERE NOT t.translations ? l ORDER BY n LIMIT 1) own
CROSS JOIN (VALUES
  ('no_answer', 5, '{"ru":"Не ответили","en":"No answer","kk":"Жауап бермеді","uk":"Не відповіли"}'::jsonb),
  ('busy', 6, '{"ru":"Занято","en":"Busy","kk":"Бос емес","uk":"Зайнято"}'),
  ('not_reached', 7, '{"ru":"Не дозвонились","en":"Not reached","kk":"Қосыла алмады","uk":"Не додзвонилися"}')) AS w(code, pos, names)
WHERE t.code = 'call' ON CONFLICT DO NOTHING;
UPDATE interaction i SET status_id = s.id, result = NULL FROM interaction_status s
WHERE i.state = 'failed' AND i.call_id IS NOT NULL AND i.result IN ('abandoned_queue','no_answer','busy','failed','congestion','voicemail','fallback','blocked')
  AND s.type_id = i.type_id AND s.code = CASE WHEN i.result IN ('no_answer','busy') THEN i.result ELSE 'not_reached' END;
