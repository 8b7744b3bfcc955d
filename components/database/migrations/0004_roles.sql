-- What each role may and how it commits. `hft.apply_roles(document)` gives roles the settings that the provider of roles
-- does not know; they hold for every connection made from then on. Order and audit rows are taken from synchronous
-- commits only: a session may lower synchronous_commit for itself, and nothing else in PostgreSQL can forbid that.
CREATE FUNCTION hft.apply_roles(document jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT role.key AS name, setting.key AS parameter, setting.value
        FROM jsonb_each(document) AS role, jsonb_each_text(role.value) AS setting
    LOOP
        EXECUTE format('ALTER ROLE %I SET %I = %L', wanted.name, wanted.parameter, wanted.value);
    END LOOP;
END
$$;

CREATE FUNCTION hft.require_synchronous_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('synchronous_commit') IN ('off', 'local') THEN
        RAISE EXCEPTION '%.% takes rows from synchronous commits only, and this session has synchronous_commit=%: '
            'set it to on, or find out who lowered it', tg_table_schema, tg_table_name,
            current_setting('synchronous_commit') USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER commits_synchronously BEFORE INSERT ON trading.order_events
FOR EACH STATEMENT EXECUTE FUNCTION hft.require_synchronous_commit();
CREATE TRIGGER commits_synchronously BEFORE INSERT ON trading.audit_log
FOR EACH STATEMENT EXECUTE FUNCTION hft.require_synchronous_commit();

GRANT INSERT ON trading.ticks, trading.opportunities TO hft_ticks;
