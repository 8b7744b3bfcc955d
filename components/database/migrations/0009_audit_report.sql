-- How many rows of the audited tables were changed or deleted since the server's statistics began, also where it was taken
-- back: what the log tells one by one (0007), as a number that an alert can be made of. Rights as in 0005.
CREATE FUNCTION hft.audit_report() RETURNS TABLE (relation text, changed_rows bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT hft.full_name(coalesce(hypertable.inhparent, told.tgrelid)::regclass),
           coalesce(sum(seen.n_tup_upd + seen.n_tup_del), 0)::bigint
    FROM pg_trigger AS told
    LEFT JOIN pg_inherits AS hypertable ON hypertable.inhrelid = told.tgrelid
    LEFT JOIN pg_stat_all_tables AS seen ON seen.relid = told.tgrelid
    WHERE told.tgname = 'is_told_of'
    GROUP BY 1
$$;

REVOKE ALL ON FUNCTION hft.audit_report() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hft.audit_report() TO hft_monitoring;
