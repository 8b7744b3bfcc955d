from typing import Any

import pytest

from policies.pack.resource import Resource
from policies.resources import Container
from tests.policies.given import ENGINE, SERVICE, found_in_stack, resource, secret

BLUE, GREEN = "hft-dev-engine-blue", "hft-dev-engine-green"
KEY = "/run/secrets/exchange-key"


def slot(
    name: str | None, role: str | None = None, inputs: Any = ENGINE, logical: str = "it", **changes: Any
) -> Resource:
    labels = [*inputs["labels"], *([{"label": "hft.slot-role", "value": role}] if role else [])]
    return resource(Container.TYPE, {**inputs, "name": name, "labels": labels, **changes}, name=logical)


def holding(name: str, file: str = KEY) -> Resource:
    return slot(name, uploads=[{"file": file, "content": secret("k3y")}])


def told(*resources: Resource) -> list[str]:
    return found_in_stack("one-slot-trades", *resources)


def test_two_active_slots() -> None:
    assert told(slot(BLUE, "active"), slot(GREEN, "active")) == [
        f"container {GREEN}: hft.slot-role=active, as of container {BLUE}: both would send orders; set one to standby"
    ]


def test_a_third_active_slot_on_another_host() -> None:
    assert told(slot(BLUE, "active"), slot(GREEN, "active"), slot(GREEN, "active", logical="on-beta")) == 2 * [
        f"container {GREEN}: hft.slot-role=active, as of container {BLUE}: both would send orders; set one to standby"
    ]


@pytest.mark.parametrize("role", ["standby", "Active", None])
def test_one_active_slot(role: str | None) -> None:
    assert told(slot(BLUE, "active"), slot(GREEN, role)) == []
    assert told(slot(BLUE, role), slot(GREEN, "active")) == []


def test_no_active_slot() -> None:
    assert told(slot(BLUE, "standby"), slot(GREEN, "standby")) == []


def test_the_slots_of_two_engines() -> None:
    assert told(slot(BLUE, "active"), slot("hft-dev-maker-green", "active")) == []


@pytest.mark.parametrize("name", ["hft-dev-engine", "hft-dev-engine-green-2", "blue", "-blue", "hft-dev-engine-red"])
def test_a_name_that_is_no_slot(name: str) -> None:
    assert told(slot(BLUE, "active"), slot(name, "active")) == []
    assert told(slot(name, "active"), slot(name, "active")) == []


def test_a_slot_without_a_name_has_its_logical_one() -> None:
    assert told(slot(None, "active", logical="engine-blue"), slot(None, "active", logical="engine-green")) == [
        "container engine-green: hft.slot-role=active, as of container engine-blue: "
        "both would send orders; set one to standby"
    ]
    assert told(slot(BLUE, "active", logical="a-blue"), slot("other-green", "active", logical="a-green")) == []


def test_slots_of_another_tier_trade_nothing() -> None:
    assert told(slot(BLUE, "active", SERVICE), slot(GREEN, "active", SERVICE)) == []
    assert told(slot(BLUE, "active"), slot(GREEN, "active", SERVICE)) == []


@pytest.mark.parametrize(
    "file",
    [
        KEY,
        "/run/secrets/order-entry",
        "/run/secrets/trading/key",
        "/run/secrets/alpha/venue.pem",
        "/var/run/secrets/EXCHANGE_KEY",
        "/run/secrets/adb-venue",
        "/run/secrets/venue-dbs",
    ],
)
def test_order_entry_at_both_slots(file: str) -> None:
    assert told(holding(BLUE, file), holding(GREEN, file)) == [
        f"container {GREEN}: has {file}, as has container {BLUE}: order entry belongs to one slot; "
        "give it to the active one"
    ]


@pytest.mark.parametrize(
    "file",
    [
        "/run/secrets/market-data",
        "/etc/hft/venue.json",
        "/mnt/run/secrets/venue",
        "/run/secrets/db-orders",
        "/run/secrets/trading_db",
        "/run/secrets/orders.database",
        "/run/secrets/postgres/orders",
        "/run/secrets/orders-PostgreSQL",
    ],
)
def test_what_both_slots_may_have(file: str) -> None:
    assert told(holding(BLUE, file), holding(GREEN, file)) == []


def test_several_files_are_told_in_order() -> None:
    files = [{"file": f"/run/secrets/venue-{name}", "content": "x"} for name in ("b", "a", "only-blue")]

    assert told(slot(BLUE, uploads=files), slot(GREEN, uploads=files[:2])) == [
        f"container {GREEN}: has /run/secrets/venue-{name}, as has container {BLUE}: "
        "order entry belongs to one slot; give it to the active one"
        for name in ("a", "b")
    ]


def test_the_third_slot_is_seen_where_the_first_has_nothing() -> None:
    assert told(slot(BLUE), holding(GREEN), slot(BLUE, uploads=[{"file": KEY, "content": "x"}])) == [
        f"container {BLUE}: has {KEY}, as has container {GREEN}: order entry belongs to one slot; "
        "give it to the active one"
    ]


def test_order_entry_that_is_mounted() -> None:
    volume = slot(BLUE, volumes=[{"hostPath": "/srv/key", "containerPath": KEY}])
    mount = slot(GREEN, mounts=[{"type": "bind", "source": "/srv/key", "target": KEY}])

    assert told(volume, mount) == [
        f"container {GREEN}: has {KEY}, as has container {BLUE}: order entry belongs to one slot; "
        "give it to the active one"
    ]
    assert told(volume, holding(GREEN)) == told(volume, mount)


def test_order_entry_at_one_slot() -> None:
    assert told(holding(BLUE), slot(GREEN)) == []
    assert told(holding(BLUE), holding(GREEN, "/run/secrets/venue-of-green")) == []


def test_order_entry_of_two_engines() -> None:
    assert told(holding(BLUE), holding("hft-dev-maker-green")) == []
