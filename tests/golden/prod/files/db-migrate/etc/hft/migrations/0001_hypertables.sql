-- The tables of the trading system as hypertables: each is appended to in time order, asked for by time, and dropped by
-- age. Chunk intervals aim at 1 to 20 million rows a chunk (TimescaleDB documentation, "Improve hypertable performance").

-- 500 ticks a second make 10.8 million rows in 6 hours.
CREATE TABLE trading.ticks (
    ts timestamptz NOT NULL,
    venue text NOT NULL,
    symbol text NOT NULL,
    bid double precision,
    bid_size double precision,
    ask double precision,
    ask_size double precision,
    exchange_ts timestamptz,
    seq bigint
);
SELECT public.create_hypertable('trading.ticks', public.by_range('ts', INTERVAL '6 hours'), create_default_indexes => FALSE);

CREATE TABLE trading.order_events (
    ts timestamptz NOT NULL,
    order_id uuid NOT NULL,
    event text NOT NULL,
    venue text NOT NULL,
    symbol text NOT NULL,
    side text NOT NULL,
    price double precision,
    size double precision,
    reason text,
    algo_id text,
    trader_id text,
    epoch bigint,
    slot text
);
SELECT public.create_hypertable('trading.order_events', public.by_range('ts', INTERVAL '1 day'));

CREATE TABLE trading.opportunities (
    ts timestamptz NOT NULL,
    opportunity_id uuid NOT NULL,
    symbol text NOT NULL,
    buy_venue text NOT NULL,
    sell_venue text NOT NULL,
    edge_bps double precision NOT NULL,
    size_usd double precision,
    state text NOT NULL,
    reason text,
    lifetime_seconds double precision
);
SELECT public.create_hypertable('trading.opportunities', public.by_range('ts', INTERVAL '1 day'));

CREATE TABLE trading.audit_log (
    ts timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}'
);
SELECT public.create_hypertable('trading.audit_log', public.by_range('ts', INTERVAL '7 days'));
