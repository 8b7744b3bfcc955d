-- What one node tells about itself, as one JSON document; ops/db/advice/facts.py reads it. It changes nothing, and looks
-- at statistics and catalogs only. Chunks count for their hypertable.
SET default_transaction_read_only = on;
SET statement_timeout = '30s';
SET log_min_duration_statement = -1;
WITH tables AS (
    SELECT c.oid, format('%I.%I', coalesce(h.schema_name, n.nspname), coalesce(h.table_name, c.relname)) AS name,
           h.id AS hypertable, c.reltuples, s.seq_scan, s.seq_tup_read
    FROM pg_stat_user_tables AS s
    JOIN pg_class AS c ON c.oid = s.relid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN _timescaledb_catalog.chunk AS k ON k.schema_name = n.nspname AND k.table_name = c.relname
    LEFT JOIN _timescaledb_catalog.hypertable AS h
        ON h.id = k.hypertable_id OR (h.schema_name = n.nspname AND h.table_name = c.relname)
    WHERE n.nspname NOT IN ('cron', 'hft') AND (h.id IS NOT NULL OR n.nspname NOT LIKE '\_timescaledb\_%')
), indexes AS (
    SELECT coalesce(p.oid, i.indexrelid) AS oid, sum(s.idx_scan) AS scans, sum(pg_relation_size(i.indexrelid)) AS bytes
    FROM pg_index AS i
    JOIN tables AS t ON t.oid = i.indrelid
    JOIN pg_stat_user_indexes AS s ON s.indexrelid = i.indexrelid
    LEFT JOIN (
        _timescaledb_catalog.chunk_index AS ci
        JOIN _timescaledb_catalog.chunk AS k ON k.id = ci.chunk_id
        JOIN _timescaledb_catalog.hypertable AS h ON h.id = ci.hypertable_id
    ) ON format('%I.%I', k.schema_name, ci.index_name)::regclass = i.indexrelid
    LEFT JOIN pg_class AS p
        ON p.relname = ci.hypertable_index_name AND p.relnamespace = to_regnamespace(h.schema_name::text)::oid
    GROUP BY 1
), statements AS (
    SELECT queryid::text AS id, query, calls, mean_exec_time AS mean_ms, total_exec_time AS total_ms, rows,
           shared_blks_hit + shared_blks_read AS blocks, temp_blks_written AS temp_blocks
    FROM pg_stat_statements
    JOIN pg_database AS d ON d.oid = dbid AND d.datname = current_database()
    JOIN pg_roles AS r ON r.oid = userid AND r.rolname LIKE 'hft\_%'
    WHERE toplevel
    ORDER BY total_exec_time DESC
    LIMIT 100
)
SELECT json_build_object(
    'in_recovery', pg_is_in_recovery(),
    'seconds', (SELECT extract(epoch FROM now() - stats_reset) FROM pg_stat_statements_info),
    'settings', (SELECT json_object_agg(name, setting) FROM pg_settings
                 WHERE name IN ('work_mem', 'max_wal_size', 'shared_buffers', 'max_connections')),
    'database', (SELECT json_build_object('hit', blks_hit, 'read', blks_read, 'temp_files', temp_files,
                                          'temp_bytes', temp_bytes)
                 FROM pg_stat_database WHERE datname = current_database()),
    'checkpoints', (SELECT json_build_object('timed', num_timed, 'requested', num_requested) FROM pg_stat_checkpointer),
    'tables', (SELECT coalesce(json_agg(found), '[]') FROM (
        SELECT name, min(hypertable) AS hypertable, sum(greatest(reltuples, 0)) AS rows,
               sum(seq_scan) AS seq_scans, sum(seq_tup_read) AS seq_rows,
               (SELECT array_agg(a.attname ORDER BY a.attnum) FROM pg_attribute AS a
                WHERE a.attrelid = t.name::regclass AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
               (SELECT d.column_name FROM _timescaledb_catalog.dimension AS d
                WHERE d.hypertable_id = min(t.hypertable) AND d.interval_length IS NOT NULL LIMIT 1) AS time_column
        FROM tables AS t GROUP BY name) AS found),
    'indexes', (SELECT coalesce(json_agg(found), '[]') FROM (
        SELECT c.relname AS name, t.name AS table, x.scans, x.bytes,
               i.indisunique OR EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) AS is_constraint,
               i.indpred IS NOT NULL AS is_partial,
               (SELECT array_agg(pg_get_indexdef(i.indexrelid, k, true) ORDER BY k)
                FROM generate_series(1, i.indnkeyatts) AS k) AS columns
        FROM indexes AS x
        JOIN pg_index AS i ON i.indexrelid = x.oid
        JOIN pg_class AS c ON c.oid = x.oid
        JOIN tables AS t ON t.oid = i.indrelid) AS found),
    'statements', (SELECT coalesce(json_agg(statements), '[]') FROM statements)
);
