-- A chunk is made ahead by a row that is appended and is gone again. It was deleted: a line of the audit in the log (0007),
-- and a changed row in the server's statistics (0009), by nobody. Now its chunk is emptied, which nobody else has seen yet.
CREATE OR REPLACE FUNCTION hft.open_chunk(relation regclass, time_column name, at timestamptz, number integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    columns text;
    literals text;
    chunk regclass;
BEGIN
    SELECT string_agg(quote_ident(attname), ', '),
           string_agg(
               CASE WHEN attname = time_column THEN quote_literal(at) ELSE hft.any_value(attribute, number) END, ', '
           )
    INTO columns, literals
    FROM pg_attribute AS attribute
    WHERE attrelid = relation AND attnum > 0 AND NOT attisdropped
      AND (attname = time_column OR (attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = ''));
    EXECUTE format('INSERT INTO %s (%s) VALUES (%s) RETURNING tableoid', relation, columns, literals) INTO chunk;
    IF NOT hft.made_here(chunk) THEN
        RAISE EXCEPTION USING ERRCODE = 'duplicate_table', MESSAGE = format('%s is there', chunk);
    END IF;
    EXECUTE format('TRUNCATE %s', chunk);
EXCEPTION WHEN duplicate_table THEN
    -- The row is taken back. Others may write to that chunk, so it is not emptied.
    NULL;
END
$$;

-- Who makes a table holds the strongest lock on it until the end of the transaction; who inserts does not.
CREATE FUNCTION hft.made_here(made regclass) RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE pid = pg_backend_pid() AND granted AND locktype = 'relation' AND mode = 'AccessExclusiveLock'
          AND relation = made AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
$$;

-- A trigger of each statement is the hypertable's alone: whoever emptied a chunk by its name was neither refused nor told
-- (0007). TimescaleDB compresses and drops chunks past these triggers.
CREATE FUNCTION hft.refuse_truncate_of_chunks(of regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    chunk regclass;
BEGIN
    FOR chunk IN
        SELECT inhrelid FROM pg_inherits
        WHERE inhparent = of AND hft.refuses_truncate(of) AND NOT hft.refuses_truncate(inhrelid)
    LOOP
        EXECUTE format(
            'CREATE TRIGGER is_only_appended_to BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION hft.refuse_truncate()',
            chunk
        );
    END LOOP;
END
$$;

CREATE FUNCTION hft.refuses_truncate(of regclass) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = of AND tgname = 'is_only_appended_to')
$$;

CREATE OR REPLACE FUNCTION hft.make_next_chunk(of regclass) RETURNS void LANGUAGE plpgsql AS $$
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
    PERFORM hft.refuse_truncate_of_chunks(of);
END
$$;
