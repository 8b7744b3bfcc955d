-- Indexes for the questions that are asked; each costs every insert, so there are no others. Chunks are found by time
-- without one; ticks have only this one, as they are always asked for by symbol.
CREATE INDEX ticks_symbol_venue_ts ON trading.ticks (symbol, venue, ts DESC);
CREATE INDEX order_events_order_id_ts ON trading.order_events (order_id, ts DESC);
CREATE INDEX order_events_symbol_ts ON trading.order_events (symbol, ts DESC);
CREATE INDEX opportunities_symbol_ts ON trading.opportunities (symbol, ts DESC);
CREATE INDEX audit_log_subject_ts ON trading.audit_log (subject, ts DESC);
