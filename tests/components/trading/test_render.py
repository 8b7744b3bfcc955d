import json
from pathlib import Path
from typing import Any

import pytest

from components._common.endpoint import Endpoint
from components.trading import TradingSettings, VenueEndpoint
from components.trading.render import engine_json, venue_json
from workloads.config import load
from workloads.engine.settings import EngineSettings as EngineFile
from workloads.venue.settings import VenueSettings as VenueFile

SYMBOL = {"symbol": "BTC-USD", "price": 60000.0, "tick_size": 0.5, "lot_size": 0.001, "level_size": 0.5}
LIMITS = {
    "max_order_usd": 1000.0,
    "max_position_usd": 5000.0,
    "max_exposure_usd": 20000.0,
    "max_open_orders": 20,
    "max_orders_per_second": 50.0,
}
ENGINE = {"host": "a", "cpu_set": "1", "symbols": ["BTC-USD"], "limits": LIMITS}
VENUES = [
    {"name": "alpha", "host": "a", "plane": "venues", "address": "10.89.0.10"},
    {"name": "beta", "host": "a", "plane": "venues", "address": "10.89.0.11", "taker_fee_bps": 0.5},
]


def settings(**changes: Any) -> TradingSettings:
    good = {"symbols": [SYMBOL, {**SYMBOL, "symbol": "ETH-USD"}], "venues": VENUES, "engines": [ENGINE]}
    return TradingSettings.model_validate({**good, **changes})


def endpoint(name: str, number: int, host: str = "a") -> VenueEndpoint:
    return VenueEndpoint(
        venue=name,
        host=host,
        direct=Endpoint(f"10.89.0.{10 + number}", 8080),
        published=Endpoint("10.0.0.1", 18200 + number),
        taker_fee_bps=1.0,
    )


def rendered_engine(
    database: Endpoint | None = None,
    etcd_endpoints: tuple[str, ...] = (),
    orders_route: Endpoint | None = None,
    **changes: Any,
) -> str:
    found = settings(engines=[{**ENGINE, **changes}])
    return engine_json(
        found.engines[0],
        stack="dev",
        image="sha256:abc",
        listen=Endpoint("10.0.0.1", 18080),
        venues=[endpoint("alpha", 0), endpoint("beta", 1)],
        symbols=found.symbols,
        database=database,
        orders_route=orders_route,
        standby_confirms=True,
        etcd_endpoints=etcd_endpoints,
    )


def test_venue_json() -> None:
    found = settings(seed=7)

    assert venue_json(found, found.venues[1]) == (
        "{\n"
        '  "venue": "beta",\n'
        '  "listen_address": "10.89.0.11",\n'
        '  "listen_port": 8080,\n'
        '  "seed": 7,\n'
        '  "symbols": [\n'
        "    {\n"
        '      "symbol": "BTC-USD",\n'
        '      "price": 60000.0,\n'
        '      "tick_size": 0.5,\n'
        '      "lot_size": 0.001,\n'
        '      "level_size": 0.5\n'
        "    },\n"
        "    {\n"
        '      "symbol": "ETH-USD",\n'
        '      "price": 60000.0,\n'
        '      "tick_size": 0.5,\n'
        '      "lot_size": 0.001,\n'
        '      "level_size": 0.5\n'
        "    }\n"
        "  ],\n"
        '  "latency": {\n'
        '    "order_us": 150,\n'
        '    "feed_us": 50\n'
        "  },\n"
        '  "taker_fee_bps": 0.5,\n'
        '  "max_orders_per_10_seconds": 1000\n'
        "}\n"
    )


def test_engine_json() -> None:
    text = rendered_engine(Endpoint("10.0.0.1", 16432), ("10.0.0.1:12379", "10.0.0.2:12379"))

    assert json.loads(text) == {
        "stack": "dev",
        "strategy": "arbitrage",
        "slot": "blue",
        "digest": "sha256:abc",
        "listen_address": "10.0.0.1",
        "listen_port": 18080,
        "venues": [
            {"venue": "alpha", "url": "http://10.89.0.10:8080", "taker_fee_bps": 1.0},
            {"venue": "beta", "url": "http://10.89.0.11:8080", "taker_fee_bps": 1.0},
        ],
        "symbols": [{"symbol": "BTC-USD", "lot_size": 0.001}],
        "arbitrage": {"min_edge_bps": 2.0, "min_size_usd": 10.0, "inventory_ratio": 0.7},
        "risk": LIMITS,
        "lease": {
            "endpoints": ["https://10.0.0.1:12379", "https://10.0.0.2:12379"],
            "tls": {
                "authority_file": "/var/lib/hft/tls/ca.crt",
                "certificate_file": "/var/lib/hft/tls/tls.crt",
                "key_file": "/var/lib/hft/tls/tls.key",
            },
        },
        "database": {
            "host": "10.0.0.1",
            "port": 16432,
            "dbname": "hft",
            "user": "hft_writer",
            "password_file": "/run/secrets/db-writer",
            "ticks_user": "hft_ticks",
            "ticks_password_file": "/run/secrets/db-ticks",
            "standby_confirms": True,
            "authority_file": "/var/lib/hft/tls/ca.crt",
        },
        "state_on_leadership": "halted",
        "dead_man_ms": 30000,
        "stop_timeout_seconds": 10.0,
        "algo_id": "arb-1",
        "trader_id": "none",
    }


def test_without_database_and_lease_the_engine_stands_alone() -> None:
    document = json.loads(rendered_engine())

    assert (document["database"], document["lease"]) == (None, None)


def test_orders_may_have_a_route_of_their_own() -> None:
    pooler = Endpoint("10.0.0.1", 16432)
    pooled, direct = (
        json.loads(rendered_engine(pooler, orders_route=way)) for way in (None, Endpoint("10.0.0.1", 15000))
    )

    assert direct["database"] == {**pooled["database"], "orders_route": {"host": "10.0.0.1", "port": 15000}}


@pytest.mark.parametrize(("host", "url"), [("a", "http://10.89.0.10:8080"), ("b", "http://10.0.0.1:18200")])
def test_an_engine_takes_the_short_way_to_a_venue_on_its_host(host: str, url: str) -> None:
    assert endpoint("alpha", 0).url_from(host) == url


def test_workloads_read_what_we_render(tmp_path: Path) -> None:
    venues, engine = tmp_path / "venue.json", tmp_path / "engine.json"
    found = settings()
    venues.write_text(venue_json(found, found.venues[0]))
    pooler, router = Endpoint("10.0.0.1", 16432), Endpoint("10.0.0.1", 15000)
    engine.write_text(rendered_engine(pooler, ("10.0.0.1:12379",), router, slot="green"))

    venue_file, engine_file = load(venues, VenueFile), load(engine, EngineFile)

    assert (venue_file.venue, venue_file.latency.order_us, len(venue_file.symbols)) == ("alpha", 150, 2)
    assert (engine_file.slot, engine_file.listen_port, engine_file.stop_timeout_seconds) == ("green", 18080, 10.0)
    assert engine_file.risk.model_dump() == LIMITS
    assert engine_file.lease
    assert engine_file.lease.endpoints == ("https://10.0.0.1:12379",)
    assert engine_file.database
    assert engine_file.database.orders_route
    assert (engine_file.database.port, engine_file.database.orders_route.port) == (16432, 15000)
