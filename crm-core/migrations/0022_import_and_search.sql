-- Search of people and companies by name (CB-03, CB-04), import from files (IG-04). Owner: crm-core.

-- How a name sounds, in Latin letters, so that scripts and ways of transliteration meet: "Щукина", "Shchukina" and "Schukina" are one.
-- w stands for ш and щ, q for ч, c for ц, j for ж, h for х; crm-core/src/search/key.ts must agree with it (a test compares them).
CREATE FUNCTION name_key(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT btrim(regexp_replace(regexp_replace(translate(
    replace(replace(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(
      translate(fold_name(t), 'áàâäãåāéèêëēíìîïīıóòôöõōúùûüūýÿñńłğşšžčçў''’ʼ`ьъ', 'aaaaaaaeeeeeiiiiiioooooouuuuuyynnlgшшжччу'),
      'shch', 'щ'), 'sch', 'щ'), 'tch', 'ч'), 'sh', 'ш'), 'ch', 'ч'), 'zh', 'ж'),
      'kh', 'х'), 'ts', 'ц'), 'tz', 'ц'), 'ph', 'ф'), 'ck', 'к'), 'x', 'кс'), 'q', 'к'), 'w', 'в'), 'yu', 'ю'), 'iu', 'ю'), 'ya', 'я'), 'ia', 'я'), 'yo', 'е'), 'ye', 'е'),
      '([aeiouаеиоуыэюя])j', '\1и', 'g'), 'j', 'ж', 'g'), 'c([eiyеи])', 'ц\1', 'g'), 'c', 'к', 'g'),
      'ю', 'iu'), 'я', 'ia'),
      'yабвгдежзийклмнопрстуфхцчшщыэ', 'iabvgdejziiklmnoprstufhcqwwie'),
    '([a-z])\1+', '\1', 'g'), '[^[:alnum:]]+', ' ', 'g'))
$$;

-- Distinct words of all names, small enough to be looked through for misspelt ones. A word written by two transactions at once may stand
-- here twice, which harms nobody: a unique index would make every new lead wait for its neighbours.
CREATE TABLE search_word (word text NOT NULL);
CREATE INDEX search_word_word ON search_word(word text_pattern_ops);
CREATE INDEX search_word_trgm ON search_word USING gin (word gin_trgm_ops) WITH (fastupdate = off);
-- Which cards have the word in their name.
CREATE TABLE name_word (
  word text NOT NULL, kind text NOT NULL CHECK (kind IN ('customer','contact','lead')), card_id uuid NOT NULL, PRIMARY KEY (word, kind, card_id)
);
CREATE INDEX name_word_card ON name_word(card_id);
-- All the surnames and not just the hundred most frequent words: a plan for fifty cards is none for fifteen thousand.
ALTER TABLE name_word ALTER COLUMN word SET STATISTICS 200;

CREATE FUNCTION name_words(t text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT DISTINCT left(w, 60) FROM regexp_split_to_table(name_key(t), ' ') w WHERE w <> ''
$$;
CREATE FUNCTION add_name_words(kind text, ids uuid[], names text[]) RETURNS void LANGUAGE sql AS $$
  WITH given AS (SELECT w AS word, id FROM unnest(ids, names) AS g(id, name) CROSS JOIN LATERAL name_words(name) w),
  added AS (INSERT INTO name_word (word, kind, card_id) SELECT g.word, add_name_words.kind, g.id FROM given g ON CONFLICT DO NOTHING RETURNING word)
  INSERT INTO search_word (word) SELECT DISTINCT a.word FROM added a WHERE NOT EXISTS (SELECT 1 FROM search_word s WHERE s.word = a.word)
$$;
CREATE FUNCTION customer_names_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM add_name_words('customer', array_agg(id), array_agg(concat_ws(' ', name, legal_name))) FROM added HAVING count(*) > 0; RETURN NULL; END $$;
CREATE FUNCTION contact_names_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM add_name_words('contact', array_agg(id), array_agg(concat_ws(' ', last_name, first_name, middle_name))) FROM added HAVING count(*) > 0; RETURN NULL; END $$;
CREATE FUNCTION lead_names_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM add_name_words('lead', array_agg(id), array_agg(concat_ws(' ', contact_name, company_name))) FROM added
    WHERE contact_name IS NOT NULL OR company_name IS NOT NULL HAVING count(*) > 0; RETURN NULL; END $$;
CREATE FUNCTION name_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was text; now_ text;
BEGIN
  CASE TG_TABLE_NAME
    WHEN 'customer' THEN was := concat_ws(' ', OLD.name, OLD.legal_name); now_ := concat_ws(' ', NEW.name, NEW.legal_name);
    WHEN 'contact' THEN was := concat_ws(' ', OLD.last_name, OLD.first_name, OLD.middle_name); now_ := concat_ws(' ', NEW.last_name, NEW.first_name, NEW.middle_name);
    ELSE was := concat_ws(' ', OLD.contact_name, OLD.company_name); now_ := concat_ws(' ', NEW.contact_name, NEW.company_name);
  END CASE;
  IF was IS DISTINCT FROM now_ THEN
    DELETE FROM name_word WHERE card_id = NEW.id;
    PERFORM add_name_words(TG_TABLE_NAME::text, ARRAY[NEW.id], ARRAY[now_]);
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION name_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM name_word WHERE card_id = OLD.id; RETURN NULL; END $$;

CREATE TRIGGER customer_names_added AFTER INSERT ON customer REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION customer_names_added();
CREATE TRIGGER contact_names_added AFTER INSERT ON contact REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION contact_names_added();
CREATE TRIGGER lead_names_added AFTER INSERT ON lead REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION lead_names_added();
CREATE TRIGGER customer_name_changed AFTER UPDATE OF name, legal_name ON customer FOR EACH ROW EXECUTE FUNCTION name_changed();
CREATE TRIGGER contact_name_changed AFTER UPDATE OF last_name, first_name, middle_name ON contact FOR EACH ROW EXECUTE FUNCTION name_changed();
CREATE TRIGGER lead_name_changed AFTER UPDATE OF contact_name, company_name ON lead FOR EACH ROW EXECUTE FUNCTION name_changed();
CREATE TRIGGER customer_name_gone AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION name_gone();
CREATE TRIGGER contact_name_gone AFTER DELETE ON contact FOR EACH ROW EXECUTE FUNCTION name_gone();
CREATE TRIGGER lead_name_gone AFTER DELETE ON lead FOR EACH ROW EXECUTE FUNCTION name_gone();

-- The dictionary does what these did.
DROP INDEX contact_name_trgm, lead_name_trgm;
-- Whoever has few cards of their own is searched for among these, which are counted without reading the cards.
DROP INDEX customer_responsible;
CREATE INDEX customer_responsible ON customer(responsible_id, id) WHERE archived_at IS NULL;
CREATE INDEX lead_responsible ON lead(responsible_id, id) WHERE status <> 'converted';
-- The history: each of its sources by the person it is of, and what became an Interaction by its dialog.
CREATE INDEX lead_converted_contact ON lead(converted_contact_id) WHERE converted_contact_id IS NOT NULL;
CREATE INDEX interest_customer ON interest(customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX interest_lead ON interest(lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX interaction_dialog ON interaction(dialog_id) WHERE dialog_id IS NOT NULL;

-- Cards that were there before (the sample of an installation that is brought up to date).
DO $$ BEGIN
  PERFORM add_name_words('customer', array_agg(id), array_agg(concat_ws(' ', name, legal_name))) FROM customer HAVING count(*) > 0;
  PERFORM add_name_words('contact', array_agg(id), array_agg(concat_ws(' ', last_name, first_name, middle_name))) FROM contact HAVING count(*) > 0;
  PERFORM add_name_words('lead', array_agg(id), array_agg(concat_ws(' ', contact_name, company_name))) FROM lead HAVING count(*) > 0;
END $$;

-- Phones by their last and their first digits: what people remember of a number.
CREATE INDEX contact_point_tail ON contact_point(reverse(value_norm) text_pattern_ops) WHERE archived_at IS NULL AND kind = 'phone';
CREATE INDEX contact_point_head ON contact_point(value_norm text_pattern_ops) WHERE archived_at IS NULL;

-- One file brought in: draft (mapping is being made) -> checking -> checked -> running -> done, and undoing -> undone; stopped from any
-- working state goes back to checked (rows brought in stay and may be undone); failed: the file could not be read.
CREATE TABLE import_batch (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), object text NOT NULL CHECK (object IN ('customer','contact','lead')), file_name text NOT NULL,
  file bytea, format text NOT NULL CHECK (format IN ('csv','xlsx')), options jsonb NOT NULL, columns jsonb NOT NULL DEFAULT '[]', mapping jsonb NOT NULL DEFAULT '{}',
  state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft','checking','checked','running','done','undoing','undone','failed')), fault text,
  total int NOT NULL DEFAULT 0, created_by uuid NOT NULL REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz, finished_at timestamptz, version int NOT NULL DEFAULT 0
);
CREATE INDEX import_batch_created ON import_batch(created_at DESC);
CREATE INDEX import_batch_working ON import_batch(state) WHERE state IN ('checking','running','undoing');
-- One row of the file. `state` tells what is to be done with it, then what became of it; written in the transaction that did it.
CREATE TABLE import_row (
  batch_id uuid NOT NULL REFERENCES import_batch(id) ON DELETE CASCADE, n int NOT NULL CHECK (n > 0), cells jsonb NOT NULL,
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new','ready','duplicate','faulty','created','filled','skipped','undone','kept')),
  faults jsonb NOT NULL DEFAULT '[]', keys text[] NOT NULL DEFAULT '{}', twin_kind text, twin_id uuid, card_kind text, card_id uuid, before jsonb,
  PRIMARY KEY (batch_id, n)
);
CREATE INDEX import_row_state ON import_row(batch_id, state, n);
CREATE TABLE import_profile (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), object text NOT NULL CHECK (object IN ('customer','contact','lead')), name text NOT NULL,
  options jsonb NOT NULL, mapping jsonb NOT NULL, created_by uuid NOT NULL REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now(), UNIQUE (object, name)
);
