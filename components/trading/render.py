"""Configuration of simulators and engine, as `workloads/` reads it; pure."""

from collections.abc import Sequence

from components._common.endpoint import Endpoint
from components._common.render import to_json
from components._common.tls import OWN_FILES, SERVER_AUTHORITY_FILE
from components.trading.settings import (
    VENUE_PORT,
    EngineSettings,
    SymbolSettings,
    VenueSettings,
    VenueSimulatorsSettings,
)
from components.trading.venue import VenueEndpoint

DATABASE_PASSWORD_FILE, TICKS_PASSWORD_FILE = "/run/secrets/db-writer", "/run/secrets/db-ticks"


def venue_json(settings: VenueSimulatorsSettings, venue: VenueSettings) -> str:
    """`venue.json` of one simulator. The plane is its own network, so it may bind every address of it."""
    return to_json(
        {
            "venue": venue.name,
            "listen_address": str(venue.address),
            "listen_port": VENUE_PORT,
            "seed": settings.seed,
            "symbols": [symbol.model_dump() for symbol in settings.symbols],
            "latency": {"order_us": venue.order_latency_us, "feed_us": venue.feed_latency_us},
            "taker_fee_bps": venue.taker_fee_bps,
            "max_orders_per_10_seconds": venue.max_orders_per_10_seconds,
        }
    )


def engine_json(
    settings: EngineSettings,
    *,
    stack: str,
    image: str,
    listen: Endpoint,
    venues: Sequence[VenueEndpoint],
    symbols: Sequence[SymbolSettings],
    database: Endpoint | None,
    orders_route: Endpoint | None,
    standby_confirms: bool,
    etcd_endpoints: Sequence[str],
) -> str:
    """`engine.json`; `etcd_endpoints` are "address:port", and without any the engine takes itself for the leader.

    Orders go to `orders_route` where there is one, else to `database` as everything does.
    """
    document = {
        "stack": stack,
        "strategy": settings.strategy,
        "slot": settings.slot,
        "digest": image,
        "listen_address": listen.address,
        "listen_port": listen.port,
        "venues": [
            {"venue": each.venue, "url": each.url_from(settings.host), "taker_fee_bps": each.taker_fee_bps}
            for each in venues
        ],
        "symbols": [
            {"symbol": each.symbol, "lot_size": each.lot_size} for each in symbols if each.symbol in settings.symbols
        ],
        "arbitrage": settings.model_dump(include={"min_edge_bps", "min_size_usd", "inventory_ratio"}),
        "risk": settings.limits.model_dump(),
        "lease": _lease(etcd_endpoints) if etcd_endpoints else None,
        "database": _database(database, orders_route, standby_confirms) if database else None,
        "state_on_leadership": settings.state_on_leadership,
        "dead_man_ms": settings.dead_man_seconds * 1000,
        "stop_timeout_seconds": float(settings.drain_seconds),
        "algo_id": settings.algo_id,
        "trader_id": settings.trader_id,
    }
    return to_json(document)


def _lease(etcd_endpoints: Sequence[str]) -> dict[str, object]:
    return {"endpoints": [f"https://{endpoint}" for endpoint in etcd_endpoints], "tls": OWN_FILES}


def _database(endpoint: Endpoint, orders_route: Endpoint | None, standby_confirms: bool) -> dict[str, object]:
    document: dict[str, object] = {
        "host": endpoint.address,
        "port": endpoint.port,
        "dbname": "hft",
        "user": "hft_writer",
        "password_file": DATABASE_PASSWORD_FILE,
        "ticks_user": "hft_ticks",
        "ticks_password_file": TICKS_PASSWORD_FILE,
        "standby_confirms": standby_confirms,
        "authority_file": SERVER_AUTHORITY_FILE,
    }
    if orders_route:
        document["orders_route"] = {"host": orders_route.address, "port": orders_route.port}
    return document
