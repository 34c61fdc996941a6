-- Catalogues and the customer base (spec C1, C2). Owner: crm-core.
CREATE TABLE lead_source (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE, channel_kind text, archived_at timestamptz);
CREATE TABLE customer_status (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text NOT NULL UNIQUE, name text NOT NULL, color text, archived_at timestamptz);
CREATE TABLE region   (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text NOT NULL UNIQUE, name text NOT NULL, parent_id uuid REFERENCES region(id));
CREATE TABLE industry (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text NOT NULL UNIQUE, name text NOT NULL);
CREATE TABLE loss_reason (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL, kind text NOT NULL CHECK (kind IN ('deal_lost','demand_unmet','lead_disqualified')),
  archived_at timestamptz, UNIQUE (kind, name));

-- Folds a name so that Kazakh, Ukrainian, Russian and Latin spellings meet; crm-core/src/search/fold.ts must agree with it.
CREATE FUNCTION fold_name(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT translate(lower(t), 'ұүқғөәіңһёїєґ', 'уукгоаинхеиег')
$$;

CREATE SEQUENCE customer_code_seq;
CREATE TABLE customer (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text NOT NULL UNIQUE DEFAULT 'C' || lpad(nextval('customer_code_seq')::text, 6, '0'),
  kind text NOT NULL CHECK (kind IN ('company','person')), name text NOT NULL, legal_name text, tax_id text,
  roles text[] NOT NULL DEFAULT '{customer}',      -- customer, supplier, partner, dealer, competitor
  status_id uuid REFERENCES customer_status(id), region_id uuid REFERENCES region(id), industry_id uuid REFERENCES industry(id),
  responsible_id uuid REFERENCES employee(id), responsible_since timestamptz, source_id uuid REFERENCES lead_source(id),
  portrait jsonb NOT NULL DEFAULT '{}', is_vip boolean NOT NULL DEFAULT false, comment text, last_touch_at timestamptz, do_not_contact boolean NOT NULL DEFAULT false,
  merged_into_id uuid REFERENCES customer(id), archived_at timestamptz, version int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(), created_by uuid REFERENCES employee(id),
  CHECK (merged_into_id IS DISTINCT FROM id), CHECK (merged_into_id IS NULL OR archived_at IS NOT NULL),
  CHECK ((responsible_id IS NULL) = (responsible_since IS NULL))
);
CREATE UNIQUE INDEX customer_tax_uq ON customer(tax_id) WHERE tax_id IS NOT NULL AND merged_into_id IS NULL AND archived_at IS NULL;
CREATE INDEX customer_name_trgm ON customer USING gin (fold_name(name) gin_trgm_ops);
CREATE INDEX customer_responsible ON customer(responsible_id) WHERE archived_at IS NULL;
CREATE TABLE customer_owner_history (
  customer_id uuid NOT NULL REFERENCES customer(id), employee_id uuid REFERENCES employee(id), during tstzrange NOT NULL,
  reason text NOT NULL CHECK (reason IN ('lead_conversion','manual','transfer','dismissal','lost_to_pool','merge','import')), changed_by uuid REFERENCES employee(id),
  EXCLUDE USING gist (customer_id WITH =, during WITH &&)
);
CREATE TABLE contact (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), last_name text, first_name text, middle_name text, gender char(1) CHECK (gender IN ('m','f')), birth_date date,
  merged_into_id uuid REFERENCES contact(id), archived_at timestamptz, version int NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (coalesce(last_name, first_name) IS NOT NULL)
);
CREATE INDEX contact_name_trgm ON contact USING gin (fold_name(coalesce(last_name,'') || ' ' || coalesce(first_name,'') || ' ' || coalesce(middle_name,'')) gin_trgm_ops);
CREATE TABLE customer_contact (
  customer_id uuid NOT NULL REFERENCES customer(id), contact_id uuid NOT NULL REFERENCES contact(id), position text, role text,
  is_primary boolean NOT NULL DEFAULT false, left_at date, PRIMARY KEY (customer_id, contact_id)
);
CREATE INDEX customer_contact_contact ON customer_contact(contact_id);
CREATE UNIQUE INDEX customer_contact_primary ON customer_contact(customer_id) WHERE is_primary AND left_at IS NULL;
CREATE TABLE lead (                                -- "Потенциальные клиенты"
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), contact_name text, company_name text, note text, no_contact boolean NOT NULL DEFAULT false,
  source_id uuid REFERENCES lead_source(id), status text NOT NULL DEFAULT 'new' CHECK (status IN ('new','in_work','qualified','converted','disqualified')),
  disqualify_reason_id uuid REFERENCES loss_reason(id), responsible_id uuid REFERENCES employee(id), due_at timestamptz,
  converted_customer_id uuid REFERENCES customer(id), converted_contact_id uuid REFERENCES contact(id), converted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(), created_by uuid REFERENCES employee(id), version int NOT NULL DEFAULT 0,
  CHECK ((status = 'converted') = (converted_customer_id IS NOT NULL AND converted_at IS NOT NULL)),
  CHECK ((status = 'disqualified') = (disqualify_reason_id IS NOT NULL))
);
CREATE INDEX lead_name_trgm ON lead USING gin (fold_name(coalesce(contact_name,'') || ' ' || coalesce(company_name,'')) gin_trgm_ops);
CREATE INDEX lead_created ON lead(created_at DESC);
CREATE TABLE contact_point (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  customer_id uuid REFERENCES customer(id), contact_id uuid REFERENCES contact(id), lead_id uuid REFERENCES lead(id),
  kind text NOT NULL CHECK (kind IN ('phone','email','telegram','viber','vk','whatsapp','skype','icq','site_visitor','other')),
  label text CHECK (label IN ('mobile','work','home','internal','main','other')), value_raw text NOT NULL,
  value_norm text NOT NULL CHECK (value_norm = btrim(value_norm) AND value_norm <> ''),
  scope text NOT NULL DEFAULT '',                  -- channel id where the identity is valid only there
  is_shared boolean NOT NULL DEFAULT false, verified_at timestamptz,
  verified_how text CHECK (verified_how IN ('inbound_call','answered_call','inbound_message','opt_in','manual','import')),
  bounced_at timestamptz, archived_at timestamptz, created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(customer_id, contact_id, lead_id) = 1),
  -- E.164, or a short/service number kept as it is with the prefix "short:" (never matched as E.164)
  CHECK (kind <> 'phone' OR value_norm ~ '^(\+[1-9][0-9]{6,14}(;ext=[0-9]{1,6})?|short:[0-9*#]{1,8})$'),
  CHECK (kind <> 'email' OR (value_norm = lower(value_norm) AND value_norm ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$'))
);
CREATE UNIQUE INDEX contact_point_verified_uq ON contact_point(kind, scope, value_norm) WHERE verified_at IS NOT NULL AND NOT is_shared AND archived_at IS NULL;
CREATE UNIQUE INDEX contact_point_owner_uq ON contact_point(kind, scope, value_norm, coalesce(customer_id, contact_id, lead_id)) WHERE archived_at IS NULL;
CREATE INDEX contact_point_lookup ON contact_point(kind, value_norm) WHERE archived_at IS NULL;
CREATE INDEX contact_point_customer ON contact_point(customer_id) WHERE archived_at IS NULL;
CREATE INDEX contact_point_contact ON contact_point(contact_id) WHERE archived_at IS NULL;
CREATE INDEX contact_point_lead ON contact_point(lead_id) WHERE archived_at IS NULL;
CREATE INDEX contact_point_digits_trgm ON contact_point USING gin (value_norm gin_trgm_ops) WHERE archived_at IS NULL;
CREATE TABLE exclusion (                           -- identities that create nothing (blocked, test lines)
  kind text NOT NULL, value_norm text NOT NULL, reason text NOT NULL, created_by uuid REFERENCES employee(id), created_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (kind, value_norm)
);
CREATE TABLE duplicate_candidate (
  object_kind text NOT NULL CHECK (object_kind IN ('customer','contact','lead')), a_id uuid NOT NULL, b_id uuid NOT NULL,
  score numeric(4,3) NOT NULL, signals jsonb NOT NULL, decision text NOT NULL DEFAULT 'open' CHECK (decision IN ('open','merged','not_duplicate')),
  decided_by uuid REFERENCES employee(id), decided_at timestamptz, PRIMARY KEY (object_kind, a_id, b_id), CHECK (a_id < b_id)
);
CREATE TABLE interest_kind (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text NOT NULL UNIQUE, name text NOT NULL,
  process_mode text NOT NULL CHECK (process_mode IN ('typical','manual','none')), archived_at timestamptz
);
CREATE TABLE inquiry_purpose (                     -- "Цель обращения"
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code text NOT NULL UNIQUE, name text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('interest','claim','service_task','information','transfer','reject')),
  interest_kind_id uuid REFERENCES interest_kind(id), queue_id uuid REFERENCES queue(id),
  dispatch text NOT NULL DEFAULT 'owner_then_least_loaded' CHECK (dispatch IN ('owner_then_least_loaded','least_loaded','fixed','queue')),
  fixed_employee_id uuid REFERENCES employee(id), sla_s int, required_fields jsonb NOT NULL DEFAULT '[]', archived_at timestamptz
);
