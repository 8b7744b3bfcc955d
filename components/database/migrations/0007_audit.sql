-- Whoever changes or deletes a row of orders, opportunities or the audit log is told in the server's log, with what the row
-- was and what it is, also where it is done in a chunk. Rows that are appended, as by every engine, cost nothing. TRUNCATE
-- changes no row that a trigger sees, so it is refused: who removes the trigger is told, as of every change of the schema.
CREATE FUNCTION hft.tell_of_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE LOG 'AUDIT: % of a row of %.% by %: was %, is %', tg_op, tg_table_schema, tg_table_name, session_user,
        to_jsonb(OLD), CASE tg_op WHEN 'UPDATE' THEN to_jsonb(NEW) END;
    RETURN NULL;
END
$$;

CREATE TRIGGER is_told_of AFTER UPDATE OR DELETE ON trading.order_events
FOR EACH ROW EXECUTE FUNCTION hft.tell_of_change();
CREATE TRIGGER is_told_of AFTER UPDATE OR DELETE ON trading.opportunities
FOR EACH ROW EXECUTE FUNCTION hft.tell_of_change();
CREATE TRIGGER is_told_of AFTER UPDATE OR DELETE ON trading.audit_log
FOR EACH ROW EXECUTE FUNCTION hft.tell_of_change();

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
