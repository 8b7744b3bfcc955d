-- Whoever changes or deletes a row of orders, opportunities or the audit log is told in the server's log, with the statement
-- and its values: pgaudit tells of statements that use a right of hft_auditor, as which nobody can log in. Rows that are
-- appended, as by every engine, are not told. It knows no TRUNCATE, so that is refused: who removes the trigger is told.
GRANT UPDATE, DELETE ON trading.order_events, trading.opportunities, trading.audit_log TO hft_auditor;

CREATE FUNCTION hft.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is only appended to: delete rows instead, which the log tells of, or let retention drop them',
        tg_table_schema, tg_table_name USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER is_only_appended_to BEFORE TRUNCATE ON trading.order_events
FOR EACH STATEMENT EXECUTE FUNCTION hft.refuse_truncate();
CREATE TRIGGER is_only_appended_to BEFORE TRUNCATE ON trading.opportunities
FOR EACH STATEMENT EXECUTE FUNCTION hft.refuse_truncate();
CREATE TRIGGER is_only_appended_to BEFORE TRUNCATE ON trading.audit_log
FOR EACH STATEMENT EXECUTE FUNCTION hft.refuse_truncate();
