-- How the hypertables are kept, for monitoring: pg_cron shows a role its own runs only, and hft_monitoring sees no table of
-- ours. These functions run as the owner, take no argument and read only. On a standby they tell what the primary did.
CREATE FUNCTION hft.maintenance_items() RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT format('next chunk of %s', hft.full_name(relation)) FROM hft.hypertables
    UNION ALL
    SELECT format('retention of %s', hft.full_name(relation)) FROM hft.hypertables
    WHERE retention IS NOT NULL AND hft.edition() = 'apache'
    UNION ALL
    SELECT format('roll-up %s', hft.full_name(relation)) FROM hft.rollups WHERE hft.edition() = 'apache'
$$;

-- An item that has never run has succeeded at 0: it is as late as one can be.
CREATE FUNCTION hft.maintenance_report()
RETURNS TABLE (item text, succeeded_timestamp_seconds double precision, failing integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT wanted, coalesce(extract(epoch FROM done.succeeded_at), 0), (done.problem IS NOT NULL)::integer
    FROM hft.maintenance_items() AS wanted LEFT JOIN hft.maintenance AS done ON done.item = wanted
$$;

CREATE FUNCTION hft.chunk_report()
RETURNS TABLE (relation text, ahead bigint, next_start_timestamp_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT hft.full_name(kept.relation), count(chunk.chunk), extract(epoch FROM min(chunk.range_start))
    FROM hft.hypertables AS kept
    LEFT JOIN LATERAL hft.chunks(kept.relation) AS chunk ON chunk.range_start > clock_timestamp()
    GROUP BY 1
$$;

-- Not SQL: its tables are there only where pg_cron is.
CREATE FUNCTION hft.job_report()
RETURNS TABLE (ended_timestamp_seconds double precision, succeeded_timestamp_seconds double precision, failed_runs bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT extract(epoch FROM max(run.end_time))::double precision,
           extract(epoch FROM max(run.end_time) FILTER (WHERE run.status = 'succeeded'))::double precision,
           count(*) FILTER (WHERE run.status = 'failed' AND run.end_time > clock_timestamp() - interval '1 hour')
    FROM cron.job_run_details AS run JOIN cron.job AS job USING (jobid)
    WHERE job.jobname = 'hft-maintain';
END
$$;

REVOKE ALL ON FUNCTION hft.maintenance_report(), hft.chunk_report(), hft.job_report() FROM PUBLIC;
GRANT USAGE ON SCHEMA hft TO hft_monitoring;
GRANT EXECUTE ON FUNCTION hft.maintenance_report(), hft.chunk_report(), hft.job_report() TO hft_monitoring;
