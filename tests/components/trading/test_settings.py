import re
from typing import Any

import pytest
from pydantic import ValidationError

from components._common.ports import PortUse
from components.trading import EngineSettings, TradingSettings
from tests.components.trading.test_render import ENGINE, LIMITS, SYMBOL, VENUES, settings


def engine(**changes: Any) -> EngineSettings:
    return EngineSettings.model_validate({**ENGINE, **changes})


def test_ports_of_venues_and_of_both_slots() -> None:
    venues = [*VENUES, {**VENUES[0], "name": "gamma", "host": "b", "address": "10.89.1.10"}]

    assert settings(venues=venues).port_uses() == (
        PortUse("trading.venue_port", "a", 18200),
        PortUse("trading.venue_port", "a", 18201),
        PortUse("trading.venue_port", "b", 18200),
        PortUse("trading.engines[0].blue_port", "a", 18080),
        PortUse("trading.engines[0].green_port", "a", 18090),
    )


@pytest.mark.parametrize(("slot", "port"), [("blue", 18080), ("green", 18090)])
def test_each_slot_has_its_port(slot: str, port: int) -> None:
    assert engine(slot=slot).port == port


@pytest.mark.parametrize(("path", "connections"), [("pooled", 0), ("direct", 2)])
def test_a_direct_engine_holds_a_connection_in_each_slot(path: str, connections: int) -> None:
    assert engine(orders_path=path).direct_connections == connections


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            {"stop_grace_seconds": 14},
            "stop_grace_seconds=14 is below drain_seconds + 5 = 15: "
            "the engine would be killed with orders at the venue",
        ),
        (
            {"drain_seconds": 30, "stop_grace_seconds": 60},
            "drain_seconds=30 is not below dead_man_seconds=30: venues would cancel the orders of a draining engine",
        ),
        (
            {"limits": {**LIMITS, "max_order_usd": 5001}},
            "max_order_usd=5001.0 exceeds max_position_usd=5000.0: no such order could pass",
        ),
        (
            {"limits": {**LIMITS, "max_position_usd": 20001}},
            "max_position_usd=20001.0 exceeds max_exposure_usd=20000.0: lower it",
        ),
        ({"limits": {**LIMITS, "max_open_orders": 0}}, "greater than 0"),
        ({"limits": {}}, "Field required"),
        ({"cpu_set": "3-1"}, "'3-1' has a reversed range '3-1'; write it as '1-3'"),
        ({"slot": "red"}, "Input should be 'blue' or 'green'"),
        ({"orders_path": "short"}, "Input should be 'pooled' or 'direct'"),
        ({"symbols": []}, "at least 1 item"),
        ({"cpu": "1"}, "Extra inputs are not permitted"),
    ],
)
def test_a_bad_engine_is_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        engine(**bad)


@pytest.mark.parametrize("good", [{"stop_grace_seconds": 15}, {"drain_seconds": 29, "stop_grace_seconds": 34}])
def test_a_drain_that_just_fits_is_taken(good: dict[str, int]) -> None:
    assert engine(**good).drain_seconds == good.get("drain_seconds", 10)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            {"venues": [VENUES[0], {**VENUES[1], "name": "alpha"}]},
            "venues[1].name=alpha is also venues[0].name: change one",
        ),
        (
            {"venues": [VENUES[0], {**VENUES[1], "address": "10.89.0.10"}]},
            "venues[1].address=10.89.0.10 (plane venues) is also venues[0].address: change one",
        ),
        ({"symbols": [SYMBOL, SYMBOL]}, "symbols[1].symbol=BTC-USD is also symbols[0].symbol: change one"),
        (
            {"engines": [ENGINE, {**ENGINE, "strategy": "making"}]},
            "engines[1].name=engine is also engines[0].name: change one",
        ),
        (
            {"engines": [ENGINE, {**ENGINE, "name": "other"}]},
            "engines[1].strategy=arbitrage is also engines[0].strategy: change one",
        ),
        (
            {"engines": [{**ENGINE, "symbols": ["DOGE-USD"]}]},
            "engines[0].symbols has DOGE-USD, which is not in symbols (BTC-USD, ETH-USD): add it",
        ),
        (
            {"engines": [{**ENGINE, "symbols": ["BTC-USD", "BTC-USD"]}]},
            "engines[0].symbols[1]=BTC-USD is also engines[0].symbols[0]: change one",
        ),
        ({"venues": []}, "at least 1 item"),
        ({"symbols": []}, "at least 1 item"),
        ({"symbols": [{**SYMBOL, "tick_size": 0}]}, "greater than 0"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        settings(**bad)


def test_two_engines_of_two_names_are_taken() -> None:
    found = settings(engines=[ENGINE, {**ENGINE, "name": "maker", "strategy": "making"}])

    assert isinstance(found, TradingSettings)
    assert [each.name for each in found.engines] == ["engine", "maker"]
