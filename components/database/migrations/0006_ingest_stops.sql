-- The disk guard's word in the database. While a node's disk is nearly full, ticks and opportunities are refused, with the
-- reason and not with a missing right: orders have the rest of the disk. A stop is not waited for by a standby, as the full
-- disk may be the standby's. The owner is let through: it makes chunks ahead, which take next to nothing.
CREATE TABLE hft.ingest_stops (
    node text PRIMARY KEY,
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE hft.ingest_stops IS 'Nodes whose disk is nearly full; while there is one, ingest is refused';

CREATE FUNCTION hft.stop_ingest(of text, why text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'local', true);
    -- Said again every few seconds: what is there already writes nothing.
    IF NOT EXISTS (SELECT FROM hft.ingest_stops WHERE node = of) THEN
        INSERT INTO hft.ingest_stops (node, reason) VALUES (of, why) ON CONFLICT (node) DO NOTHING;
    END IF;
    RETURN true;
END
$$;

CREATE FUNCTION hft.resume_ingest(of text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'local', true);
    DELETE FROM hft.ingest_stops WHERE node = of;
    RETURN true;
END
$$;

CREATE FUNCTION hft.refuse_while_stopped() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    why text;
BEGIN
    SELECT reason INTO why FROM hft.ingest_stops LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%.% takes no rows: %', tg_table_schema, tg_table_name, why USING ERRCODE = 'disk_full';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER stops_for_a_full_disk BEFORE INSERT ON trading.ticks
FOR EACH STATEMENT WHEN (current_user <> 'hft_owner') EXECUTE FUNCTION hft.refuse_while_stopped();
CREATE TRIGGER stops_for_a_full_disk BEFORE INSERT ON trading.opportunities
FOR EACH STATEMENT WHEN (current_user <> 'hft_owner') EXECUTE FUNCTION hft.refuse_while_stopped();

REVOKE ALL ON FUNCTION hft.stop_ingest(text, text), hft.resume_ingest(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA hft TO hft_guard;
GRANT EXECUTE ON FUNCTION hft.stop_ingest(text, text), hft.resume_ingest(text) TO hft_guard;
GRANT SELECT ON hft.ingest_stops TO hft_guard, hft_monitoring;
