from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components._common.ports import PortUse
from components.pooling import PoolerSettings, PoolingSettings, RouterSettings
from tests.components.verdicts import accepts, refusal

GOOD: dict[str, Any] = {"router": {"hosts": ["a", "b"]}, "pooler": {"hosts": ["b"]}}


def test_ports_of_routers_and_poolers() -> None:
    assert PoolingSettings.model_validate(GOOD).port_uses() == (
        PortUse("pooling.router.writer_port", "a", 15000),
        PortUse("pooling.router.writer_port", "b", 15000),
        PortUse("pooling.router.reader_port", "a", 15100),
        PortUse("pooling.router.reader_port", "b", 15100),
        PortUse("pooling.router.stats_port", "a", 18404),
        PortUse("pooling.router.stats_port", "b", 18404),
        PortUse("pooling.pooler.listen_port", "b", 16432),
        PortUse("pooling.pooler.exporter_port", "b", 19127),
    )


def test_each_process_of_a_pooler_has_an_exporter_with_a_port_of_its_own() -> None:
    pooler = PoolerSettings(hosts=("a", "b"), processes=3)

    assert pooler.port_uses() == (
        PortUse("pooling.pooler.listen_port", "a", 16432),
        PortUse("pooling.pooler.listen_port", "b", 16432),
        PortUse("pooling.pooler.exporter_port", "a", 19127),
        PortUse("pooling.pooler.exporter_port", "b", 19127),
        PortUse("pooling.pooler.exporter_port", "a", 19128),
        PortUse("pooling.pooler.exporter_port", "b", 19128),
        PortUse("pooling.pooler.exporter_port", "a", 19129),
        PortUse("pooling.pooler.exporter_port", "b", 19129),
    )


def test_each_of_several_processes_has_an_address_of_its_own_and_a_single_one_needs_none() -> None:
    assert PoolerSettings(hosts=("a",)).own_addresses == ()
    assert PoolerSettings(hosts=("a",), processes=2).own_addresses == ("127.0.9.1", "127.0.9.2")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"hosts": []}, "Tuple should have at least 1 item after validation, not 0"),
        (
            {"hosts": ["a", "b", "b"]},
            "Value error, router.hosts names 'b' more than once: one a host is enough, list it once",
        ),
        ({"max_connections": 49}, "Input should be greater than or equal to 50"),
        ({"max_connections": 8001}, "Input should be less than or equal to 8000"),
        ({"memory_mib": 63}, "Input should be greater than or equal to 64"),
        ({"memory_mib": 4097}, "Input should be less than or equal to 4096"),
        (
            {"max_connections": 4097},
            "Value error, router.memory_mib=128 is less than the 129 MiB that max_connections=4097 can take: "
            "raise it or lower max_connections",
        ),
        ({"writer_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"writer_port": 65001}, "Input should be less than or equal to 65000"),
        ({"reader_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"reader_port": 65001}, "Input should be less than or equal to 65000"),
        ({"stats_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"stats_port": 65001}, "Input should be less than or equal to 65000"),
        ({"ports": 1}, "Extra inputs are not permitted"),
    ],
)
def test_bad_router_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    assert refusal(RouterSettings, {"hosts": ["a"], **bad}) == message


@pytest.mark.parametrize(
    "good",
    [
        {"hosts": ["a", "b"]},
        {"max_connections": 4096, "memory_mib": 128},
        {"max_connections": 8000, "memory_mib": 250},
        {"writer_port": 1024, "reader_port": 65000},
    ],
)
def test_router_settings_that_just_fit_are_taken(good: dict[str, Any]) -> None:
    assert set(good) <= RouterSettings.model_validate({"hosts": ["a"], **good}).model_fields_set


@given(connections=st.integers(50, 8000), memory=st.integers(64, 4096))
def test_a_router_has_32_kib_for_each_connection(connections: int, memory: int) -> None:
    document = {"hosts": ["a"], "max_connections": connections, "memory_mib": memory}

    assert accepts(RouterSettings, document) == (connections * 32 <= memory * 1024)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"hosts": []}, "Tuple should have at least 1 item after validation, not 0"),
        (
            {"hosts": ["b", "a", "b", "a"]},
            "Value error, pooler.hosts names 'a' more than once: one a host is enough, list it once",
        ),
        ({"processes": 0}, "Input should be greater than or equal to 1"),
        ({"processes": 9}, "Input should be less than or equal to 8"),
        ({"pool_size": 0}, "Input should be greater than or equal to 1"),
        ({"pool_size": 501}, "Input should be less than or equal to 500"),
        ({"max_client_connections": 9}, "Input should be greater than or equal to 10"),
        ({"max_client_connections": 10001}, "Input should be less than or equal to 10000"),
        ({"max_prepared_statements": 0}, "Input should be greater than or equal to 1"),
        ({"max_prepared_statements": 10001}, "Input should be less than or equal to 10000"),
        ({"query_wait_seconds": 0}, "Input should be greater than or equal to 1"),
        ({"query_wait_seconds": 601}, "Input should be less than or equal to 600"),
        ({"memory_mib": 63}, "Input should be greater than or equal to 64"),
        ({"memory_mib": 4097}, "Input should be less than or equal to 4096"),
        ({"listen_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"listen_port": 65001}, "Input should be less than or equal to 65000"),
        ({"exporter_port": 1023}, "Input should be greater than or equal to 1024"),
        ({"exporter_port": 65001}, "Input should be less than or equal to 65000"),
        ({"pool_mode": "session"}, "Extra inputs are not permitted"),
    ],
)
def test_bad_pooler_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    assert refusal(PoolerSettings, {"hosts": ["a"], **bad}) == message


@pytest.mark.parametrize(
    "good",
    [
        {"pool_size": 1, "max_client_connections": 10, "max_prepared_statements": 1, "query_wait_seconds": 1},
        {"pool_size": 500, "max_client_connections": 10000, "max_prepared_statements": 10000},
        {"listen_port": 1024, "exporter_port": 65000},
        {"processes": 8},
    ],
)
def test_pooler_settings_that_just_fit_are_taken(good: dict[str, Any]) -> None:
    assert set(good) <= PoolerSettings.model_validate({"hosts": ["a"], **good}).model_fields_set


def test_a_pooler_without_a_router_on_its_host_is_refused() -> None:
    document = {**GOOD, "pooler": {"hosts": ["b", "d", "c"]}}

    assert refusal(PoolingSettings, document) == (
        "Value error, pooler.hosts=['c', 'd'] have no router: add them to router.hosts"
    )


HOSTS = st.lists(st.sampled_from("abcd"), min_size=1, unique=True)


@given(routers=HOSTS, poolers=HOSTS)
def test_every_pooler_finds_a_router_on_its_host(routers: list[str], poolers: list[str]) -> None:
    document = {"router": {"hosts": routers}, "pooler": {"hosts": poolers}}

    assert accepts(PoolingSettings, document) == (set(poolers) <= set(routers))
