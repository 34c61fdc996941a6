-- Upkeep of the tables that grow with every message. Autovacuum measured their wide columns, by which nothing is ever looked for, from 30,000
-- rows each minute, and swept them at full speed: on two cores three quarters of one for a second, in which every message was 100 ms late.
DO $$
DECLARE c record;
BEGIN
  FOR c IN
    SELECT attrelid::regclass AS tab, attname AS name, attname IN ('event', 'error', 'payload', 'subject', 'body', 'html', 'quoted', 'note', 'meta', 'failure', 'mentions', 'quick_answers') AS wide
    FROM pg_attribute WHERE attrelid IN ('raw_event'::regclass, 'message'::regclass, 'dialog_event'::regclass) AND attnum > 0 AND NOT attisdropped
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', c.tab, c.name, CASE WHEN c.wide THEN 0 ELSE 25 END);
  END LOOP;
END $$;
ALTER TABLE raw_event SET (autovacuum_vacuum_cost_delay = 10);
ALTER TABLE message SET (autovacuum_vacuum_cost_delay = 10);
ALTER TABLE dialog_event SET (autovacuum_vacuum_cost_delay = 10);
ALTER TABLE dialog SET (autovacuum_vacuum_cost_delay = 10);
