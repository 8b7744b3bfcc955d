-- Hypertables as the settings say. `hft.apply_hypertables(document)` makes them so, and checks all of the document before
-- it changes anything; `hft.maintain()` runs every minute from pg_cron: it makes each next chunk before its time, and on
-- the Apache edition drops old chunks and keeps roll-ups, which the community edition does by policies of its own.
CREATE SCHEMA hft;

CREATE TABLE hft.hypertables (
    relation regclass PRIMARY KEY,
    retention interval
);
COMMENT ON TABLE hft.hypertables IS 'The hypertables of the settings, for hft.maintain()';

CREATE TABLE hft.rollups (
    relation regclass PRIMARY KEY,
    source regclass NOT NULL,
    query text NOT NULL,
    bucket interval NOT NULL,
    late interval NOT NULL
);
COMMENT ON TABLE hft.rollups IS 'The roll-ups of the settings; query has %s where the condition goes';

CREATE TABLE hft.maintenance (
    item text PRIMARY KEY,
    succeeded_at timestamptz,
    failed_at timestamptz,
    problem text
);
COMMENT ON TABLE hft.maintenance IS 'How the latest run of each item of hft.maintain() went';

-- What the server knows of a hypertable, by relation instead of by two names. Functions, not views: an update of the
-- extension makes its own views anew, which it could not while others stand on them.
CREATE FUNCTION hft.dimensions(of regclass)
RETURNS TABLE (kind text, column_name name, time_interval interval, num_partitions integer) LANGUAGE sql STABLE AS $$
    SELECT dimension_type::text, column_name, time_interval, num_partitions
    FROM timescaledb_information.dimensions
    WHERE format('%I.%I', hypertable_schema, hypertable_name)::regclass = of
$$;

CREATE FUNCTION hft.chunks(of regclass)
RETURNS TABLE (chunk regclass, range_start timestamptz, range_end timestamptz) LANGUAGE sql STABLE AS $$
    SELECT format('%I.%I', chunk_schema, chunk_name)::regclass, range_start, range_end
    FROM timescaledb_information.chunks
    WHERE format('%I.%I', hypertable_schema, hypertable_name)::regclass = of
$$;

CREATE FUNCTION hft.edition() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE current_setting('timescaledb.license', true) WHEN 'timescale' THEN 'community' ELSE 'apache' END
$$;

CREATE FUNCTION hft.seconds(document jsonb, key text) RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT make_interval(secs => (document->>key)::double precision)
$$;

-- A name that says the same whatever the search path is.
CREATE FUNCTION hft.full_name(relation regclass) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class WHERE oid = relation
$$;

CREATE FUNCTION hft.is_hypertable(of regclass) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM hft.dimensions(of))
$$;

CREATE FUNCTION hft.time_column(of regclass) RETURNS name LANGUAGE sql STABLE AS $$
    SELECT column_name FROM hft.dimensions(of) WHERE kind = 'Time'
$$;

CREATE FUNCTION hft.is_empty(relation regclass) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    empty boolean;
BEGIN
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', relation) INTO empty;
    RETURN empty;
END
$$;

CREATE FUNCTION hft.require_columns(relation regclass, path text, names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    missing text;
BEGIN
    SELECT wanted INTO missing FROM unnest(names) AS wanted
    WHERE NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = relation AND attname = split_part(wanted, ' ', 1) AND attnum > 0 AND NOT attisdropped
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%: % has no column %: correct the name, or add it by a migration',
            path, relation, quote_literal(split_part(missing, ' ', 1));
    END IF;
END
$$;

CREATE FUNCTION hft.texts(list jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(value), '{}') FROM jsonb_array_elements_text(list)
$$;

CREATE FUNCTION hft.rollup_query(relation regclass, hypertable jsonb, rollup jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT format(
        'SELECT public.time_bucket(%L::interval, %I) AS bucket, %s FROM %s WHERE %%s GROUP BY %s',
        hft.seconds(rollup, 'bucket_seconds'),
        hypertable->>'time_column',
        concat_ws(
            ', ',
            (SELECT string_agg(quote_ident(value), ', ') FROM jsonb_array_elements_text(rollup->'group_by')),
            (SELECT string_agg(format('%s AS %I', replace(value->>'expression', '%', '%%'), value->>'name'), ', ')
             FROM jsonb_array_elements(rollup->'columns'))
        ),
        hft.full_name(relation),
        concat_ws(
            ', ', '1',
            (SELECT string_agg(quote_ident(value), ', ') FROM jsonb_array_elements_text(rollup->'group_by'))
        )
    )
$$;

CREATE FUNCTION hft.check_hypertable(schema name, hypertable jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    path text := format('hypertable %s', hypertable->>'table');
    relation regclass := to_regclass(format('%I.%I', schema, hypertable->>'table'));
    item jsonb;
BEGIN
    IF relation IS NULL THEN
        RAISE EXCEPTION '%: there is no table %.%: make it by a migration', path, schema, hypertable->>'table';
    END IF;
    PERFORM hft.require_columns(relation, path || ': time_column', ARRAY[hypertable->>'time_column']);
    IF NOT hft.is_hypertable(relation) AND NOT hft.is_empty(relation) THEN
        RAISE EXCEPTION '%: % is a plain table with rows: move them to a new hypertable by a migration', path, relation;
    END IF;
    IF hft.is_hypertable(relation) THEN
        PERFORM hft.check_dimensions(relation, path, hypertable);
    END IF;
    FOR item IN SELECT * FROM jsonb_array_elements(hypertable->'indexes') LOOP
        PERFORM hft.require_columns(
            relation, format('%s: indexes.%s', path, item->>'name'), string_to_array(item->>'columns', ', ')
        );
    END LOOP;
    IF jsonb_typeof(hypertable->'compression') = 'object' THEN
        IF hft.edition() <> 'community' THEN
            RAISE EXCEPTION '%: compression needs the community edition of TimescaleDB, this server has the apache one: '
                'leave compression out, or set edition and images to community', path;
        END IF;
        item := hypertable->'compression';
        PERFORM hft.require_columns(relation, path || ': compression.segment_by', hft.texts(item->'segment_by'));
        PERFORM hft.require_columns(
            relation, path || ': compression.order_by', string_to_array(item->>'order_by', ', ')
        );
    END IF;
    FOR item IN SELECT * FROM jsonb_array_elements(hypertable->'rollups') LOOP
        PERFORM hft.check_rollup(schema, relation, path, hypertable, item);
    END LOOP;
END
$$;

CREATE FUNCTION hft.check_dimensions(relation regclass, path text, hypertable jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
    wanted jsonb := hypertable->'space';
BEGIN
    IF hft.time_column(relation) <> hypertable->>'time_column' THEN
        RAISE EXCEPTION '%: time_column=% but % is by %: correct it, as a hypertable keeps its time column',
            path, hypertable->>'time_column', relation, hft.time_column(relation);
    END IF;
    SELECT column_name, num_partitions INTO found FROM hft.dimensions(relation) WHERE kind = 'Space';
    IF jsonb_typeof(wanted) = 'object' THEN
        PERFORM hft.require_columns(relation, path || ': space.column', ARRAY[wanted->>'column']);
        IF NOT hft.is_empty(relation) AND found.column_name IS NULL THEN
            RAISE EXCEPTION '%: space is for an empty hypertable, and % has rows: make a new one by a migration',
                path, relation;
        END IF;
        IF found.column_name <> wanted->>'column' THEN
            RAISE EXCEPTION '%: space.column=% but % is by %: a hypertable keeps its second dimension',
                path, wanted->>'column', relation, found.column_name;
        END IF;
    ELSIF found.column_name IS NOT NULL THEN
        RAISE EXCEPTION '%: space is left out but % is by % in % partitions: a hypertable keeps its second dimension',
            path, relation, found.column_name, found.num_partitions;
    END IF;
END
$$;

CREATE FUNCTION hft.check_rollup(schema name, source regclass, path text, hypertable jsonb, rollup jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place text := format('%s: rollups.%s', path, rollup->>'name');
    existing regclass := to_regclass(format('%I.%I', schema, rollup->>'name'));
    kept text;
BEGIN
    PERFORM hft.require_columns(source, place || '.group_by', hft.texts(rollup->'group_by'));
    IF existing IS NULL THEN
        RETURN;
    END IF;
    SELECT query INTO kept FROM hft.rollups WHERE relation = existing;
    IF kept IS NULL THEN
        RAISE EXCEPTION '%: % is there and is no roll-up: choose another name', place, existing;
    END IF;
    IF kept <> hft.rollup_query(source, hypertable, rollup) THEN
        RAISE EXCEPTION '%: % has other columns or buckets, and what it holds may be older than its source: '
            'give the changed one a new name, and drop the old one when it is not read any more', place, existing;
    END IF;
END
$$;

CREATE FUNCTION hft.apply_dimensions(relation regclass, hypertable jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted interval := hft.seconds(hypertable, 'chunk_seconds');
    found interval;
BEGIN
    IF NOT hft.is_hypertable(relation) THEN
        PERFORM public.create_hypertable(
            relation, public.by_range((hypertable->>'time_column')::name, wanted), create_default_indexes => false
        );
    END IF;
    SELECT time_interval INTO STRICT found FROM hft.dimensions(relation) WHERE kind = 'Time';
    IF found <> wanted THEN
        PERFORM public.set_chunk_time_interval(relation, wanted);
        -- The chunk that was made ahead has the old interval; empty, it can go, and the new one holds from now on.
        PERFORM public.drop_chunks(apply_dimensions.relation, newer_than => ahead.range_start)
        FROM hft.chunks(apply_dimensions.relation) AS ahead
        WHERE ahead.range_start > clock_timestamp() AND hft.is_empty(ahead.chunk);
    END IF;
    IF jsonb_typeof(hypertable->'space') = 'object' THEN
        IF EXISTS (SELECT FROM hft.dimensions(relation) WHERE kind = 'Space') THEN
            PERFORM public.set_number_partitions(relation, (hypertable->'space'->>'partitions')::integer);
        ELSE
            PERFORM public.add_dimension(
                relation,
                public.by_hash(
                    (hypertable->'space'->>'column')::name, (hypertable->'space'->>'partitions')::integer
                )
            );
        END IF;
    END IF;
END
$$;

CREATE FUNCTION hft.apply_indexes(schema name, relation regclass, hypertable jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    mark CONSTANT text := 'hft: ';
    item jsonb;
    old regclass;
BEGIN
    -- The comment keeps the columns as they were given; an index of ours that is not as wanted any more goes.
    FOR old IN
        SELECT index.indexrelid::regclass FROM pg_index AS index
        WHERE index.indrelid = relation AND starts_with(obj_description(index.indexrelid, 'pg_class'), mark)
          AND NOT EXISTS (
            SELECT FROM jsonb_array_elements(hypertable->'indexes') AS wanted
            WHERE to_regclass(format('%I.%I', schema, wanted->>'name')) = index.indexrelid::regclass
              AND mark || (wanted->>'columns') = obj_description(index.indexrelid, 'pg_class')
        )
    LOOP
        EXECUTE format('DROP INDEX %s', old);
    END LOOP;
    FOR item IN SELECT * FROM jsonb_array_elements(hypertable->'indexes') LOOP
        IF to_regclass(format('%I.%I', schema, item->>'name')) IS NULL THEN
            EXECUTE format('CREATE INDEX %I ON %s (%s)', item->>'name', relation, item->>'columns');
            EXECUTE format('COMMENT ON INDEX %I.%I IS %L', schema, item->>'name', mark || (item->>'columns'));
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION hft.policy(relation regclass, procedure text, key text) RETURNS interval LANGUAGE sql STABLE AS $$
    SELECT (config->>key)::interval FROM timescaledb_information.jobs
    WHERE format('%I.%I', hypertable_schema, hypertable_name)::regclass = relation AND proc_name = procedure
$$;

CREATE FUNCTION hft.apply_policies(relation regclass, hypertable jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    retention interval := hft.seconds(hypertable, 'retention_seconds');
    compression jsonb := nullif(hypertable->'compression', 'null');
    compress_after interval := hft.seconds(compression, 'after_seconds');
BEGIN
    IF hft.policy(relation, 'policy_retention', 'drop_after') IS DISTINCT FROM retention THEN
        -- A policy that is there with another age would be kept by if_not_exists, and silently.
        PERFORM public.remove_retention_policy(relation, if_exists => true);
        IF retention IS NOT NULL THEN
            PERFORM public.add_retention_policy(relation, retention);
        END IF;
    END IF;
    IF compression IS NOT NULL THEN
        EXECUTE format(
            'ALTER TABLE %s SET (timescaledb.compress, timescaledb.compress_segmentby = %L, '
            'timescaledb.compress_orderby = %L)',
            relation, array_to_string(hft.texts(compression->'segment_by'), ', '), compression->>'order_by'
        );
    END IF;
    IF hft.policy(relation, 'policy_compression', 'compress_after') IS DISTINCT FROM compress_after THEN
        PERFORM public.remove_compression_policy(relation, if_exists => true);
        IF compression IS NOT NULL THEN
            PERFORM public.add_compression_policy(relation, compress_after);
        END IF;
    END IF;
END
$$;

CREATE FUNCTION hft.apply_rollup(schema name, source regclass, hypertable jsonb, rollup jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    full_name text := format('%I.%I', schema, rollup->>'name');
    query text := hft.rollup_query(source, hypertable, rollup);
    bucket interval := hft.seconds(rollup, 'bucket_seconds');
    late_by interval := hft.seconds(rollup, 'late_seconds');
    keys text := concat_ws(
        ', ', (SELECT string_agg(quote_ident(value), ', ') FROM jsonb_array_elements_text(rollup->'group_by')),
        'bucket DESC'
    );
BEGIN
    IF to_regclass(full_name) IS NULL AND hft.edition() = 'community' THEN
        EXECUTE format(
            'CREATE MATERIALIZED VIEW %s WITH (timescaledb.continuous) AS %s WITH NO DATA', full_name, format(query, 'true')
        );
    ELSIF to_regclass(full_name) IS NULL THEN
        EXECUTE format('CREATE TABLE %s AS %s', full_name, format(query, 'false'));
        EXECUTE format('CREATE INDEX ON %s (%s)', full_name, keys);
    END IF;
    IF hft.edition() = 'community' AND NOT EXISTS (
        SELECT FROM hft.rollups AS kept
        WHERE kept.relation = full_name::regclass AND kept.late = late_by
    ) THEN
        PERFORM public.remove_continuous_aggregate_policy(full_name::regclass, if_exists => true);
        PERFORM public.add_continuous_aggregate_policy(
            full_name::regclass, start_offset => late_by + 3 * bucket, end_offset => interval '0',
            schedule_interval => greatest(bucket, interval '1 minute')
        );
    END IF;
    INSERT INTO hft.rollups VALUES (full_name::regclass, source, query, bucket, late_by)
    ON CONFLICT (relation) DO UPDATE SET late = excluded.late;
END
$$;

CREATE FUNCTION hft.apply_hypertables(document jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    schema CONSTANT name := document->>'schema';
    hypertable jsonb;
    rollup jsonb;
    relation regclass;
BEGIN
    FOR hypertable IN SELECT * FROM jsonb_array_elements(document->'hypertables') LOOP
        PERFORM hft.check_hypertable(schema, hypertable);
    END LOOP;
    DELETE FROM hft.hypertables;
    FOR hypertable IN SELECT * FROM jsonb_array_elements(document->'hypertables') LOOP
        relation := to_regclass(format('%I.%I', schema, hypertable->>'table'));
        PERFORM hft.apply_dimensions(relation, hypertable);
        PERFORM hft.apply_indexes(schema, relation, hypertable);
        IF hft.edition() = 'community' THEN
            PERFORM hft.apply_policies(relation, hypertable);
        END IF;
        FOR rollup IN SELECT * FROM jsonb_array_elements(hypertable->'rollups') LOOP
            PERFORM hft.apply_rollup(schema, relation, hypertable, rollup);
        END LOOP;
        INSERT INTO hft.hypertables VALUES (relation, hft.seconds(hypertable, 'retention_seconds'));
    END LOOP;
    PERFORM cron.schedule('hft-maintain', '* * * * *', 'CALL hft.maintain()');
END
$$;

-- A value for a column that must have one, in the row that opens a chunk and is gone again before anybody can see it.
CREATE FUNCTION hft.any_value(attribute pg_attribute, number integer) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    type record;
    found text;
BEGIN
    SELECT typcategory, typname, oid INTO type FROM pg_type WHERE oid = attribute.atttypid;
    found := CASE
        WHEN type.typcategory IN ('N', 'S') THEN number::text
        WHEN type.typcategory = 'B' THEN 'false'
        WHEN type.typcategory = 'D' THEN '2000-01-01'
        WHEN type.typcategory = 'T' THEN '0'
        WHEN type.typcategory = 'A' THEN '{}'
        WHEN type.typcategory = 'E' THEN (
            SELECT enumlabel FROM pg_enum WHERE enumtypid = type.oid ORDER BY enumsortorder LIMIT 1
        )
        WHEN type.typname = 'uuid' THEN '00000000-0000-0000-0000-000000000000'
        WHEN type.typname IN ('json', 'jsonb') THEN '{}'
        WHEN type.typname = 'bytea' THEN ''
    END;
    IF found IS NULL THEN
        RAISE EXCEPTION 'column % of % must have a value and is of type %, for which no chunk can be made ahead: '
            'give it a default', attribute.attname, attribute.attrelid::regclass, type.typname;
    END IF;
    RETURN format('%L::%s', found, format_type(attribute.atttypid, attribute.atttypmod));
END
$$;

CREATE FUNCTION hft.open_chunk(relation regclass, time_column name, at timestamptz, number integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    columns text;
    literals text;
    chunk regclass;
    place tid;
BEGIN
    SELECT string_agg(quote_ident(attname), ', '),
           string_agg(
               CASE WHEN attname = time_column THEN quote_literal(at) ELSE hft.any_value(attribute, number) END, ', '
           )
    INTO columns, literals
    FROM pg_attribute AS attribute
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
      AND (attname = time_column OR (attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = ''));
    EXECUTE format('INSERT INTO %s (%s) VALUES (%s) RETURNING tableoid, ctid', relation, columns, literals)
    INTO chunk, place;
    EXECUTE format('DELETE FROM %s WHERE ctid = %L', chunk, place);
END
$$;

CREATE FUNCTION hft.chunks_at(of regclass, at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM hft.chunks(of) WHERE range_start <= at AND at < range_end
$$;

-- Making a chunk takes locks that hold back all who insert; at the boundary all of them would wait for it at once.
CREATE FUNCTION hft.make_next_chunk(of regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    next_at timestamptz;
    partitions integer;
BEGIN
    SELECT clock_timestamp() + max(time_interval), coalesce(max(num_partitions), 1) INTO STRICT next_at, partitions
    FROM hft.dimensions(of);
    -- Which value of a second dimension goes where is the server's own hash: so many values are enough for all.
    FOR number IN 0 .. 20 * partitions LOOP
        EXIT WHEN hft.chunks_at(of, next_at) >= partitions;
        PERFORM hft.open_chunk(of, hft.time_column(of), next_at, number);
    END LOOP;
END
$$;

-- The first bucket whose rows are all there: retention drops whole chunks.
CREATE FUNCTION hft.first_whole_bucket(source regclass, bucket interval) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT public.time_bucket(bucket, min(range_start) + bucket - interval '1 microsecond')
    FROM hft.chunks(source)
$$;

CREATE FUNCTION hft.refresh(rollup hft.rollups) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz;
    time_column CONSTANT name := hft.time_column(rollup.source);
    until timestamptz := public.time_bucket(rollup.bucket, clock_timestamp());
BEGIN
    EXECUTE format('SELECT max(bucket) FROM %s', rollup.relation) INTO since;
    IF since IS NULL THEN
        EXECUTE format('SELECT min(%I) FROM %s', time_column, rollup.source) INTO since;
    ELSE
        since := greatest(
            public.time_bucket(rollup.bucket, since - rollup.late),
            hft.first_whole_bucket(rollup.source, rollup.bucket)
        );
        EXECUTE format('DELETE FROM %s WHERE bucket >= %L', rollup.relation, since);
    END IF;
    EXECUTE format(
        'INSERT INTO %s %s', rollup.relation,
        format(rollup.query, format('%I >= %L AND %I < %L', time_column, since, time_column, until))
    );
END
$$;

CREATE FUNCTION hft.attempt(of text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    INSERT INTO hft.maintenance VALUES (of, clock_timestamp())
    ON CONFLICT (item) DO UPDATE SET succeeded_at = excluded.succeeded_at, problem = NULL;
EXCEPTION WHEN OTHERS THEN
    INSERT INTO hft.maintenance VALUES (of, NULL, clock_timestamp(), SQLERRM)
    ON CONFLICT (item) DO UPDATE SET failed_at = excluded.failed_at, problem = excluded.problem;
END
$$;

CREATE PROCEDURE hft.maintain() LANGUAGE plpgsql AS $$
DECLARE
    hypertable hft.hypertables;
    rollup hft.rollups;
    problems text;
BEGIN
    FOR hypertable IN SELECT * FROM hft.hypertables LOOP
        PERFORM hft.attempt(
            format('next chunk of %s', hft.full_name(hypertable.relation)),
            format('SELECT hft.make_next_chunk(%L)', hypertable.relation)
        );
        COMMIT;
        IF hypertable.retention IS NOT NULL AND hft.edition() = 'apache' THEN
            PERFORM hft.attempt(
                format('retention of %s', hft.full_name(hypertable.relation)),
                format('SELECT public.drop_chunks(%L::regclass, older_than => %L::interval)',
                       hypertable.relation, hypertable.retention)
            );
            COMMIT;
        END IF;
    END LOOP;
    IF hft.edition() = 'apache' THEN
        FOR rollup IN SELECT * FROM hft.rollups LOOP
            PERFORM hft.attempt(
                format('roll-up %s', hft.full_name(rollup.relation)),
                format('SELECT hft.refresh(kept) FROM hft.rollups AS kept WHERE relation = %L::regclass', rollup.relation)
            );
            COMMIT;
        END LOOP;
    END IF;
    DELETE FROM cron.job_run_details WHERE end_time < clock_timestamp() - interval '1 day';
    COMMIT;
    SELECT string_agg(format('%s: %s', item, problem), '; ') INTO problems FROM hft.maintenance WHERE problem IS NOT NULL;
    IF problems IS NOT NULL THEN
        RAISE EXCEPTION '%', problems;
    END IF;
END
$$;
