from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.database import FailoverSettings
from tests.components.verdicts import accepts, refusal

FAST = {
    "ttl_seconds": 20,
    "loop_wait_seconds": 1,
    "retry_timeout_seconds": 7,
    "primary_start_timeout_seconds": 3,
    "etcd_heartbeat_ms": 100,
    "etcd_election_ms": 1000,
    "witness_probes": 3,
}
SAFE = {
    "ttl_seconds": 30,
    "loop_wait_seconds": 5,
    "retry_timeout_seconds": 10,
    "primary_start_timeout_seconds": 30,
    "etcd_heartbeat_ms": 250,
    "etcd_election_ms": 2500,
    "witness_probes": 10,
}


@pytest.mark.parametrize(
    ("chosen", "timers"),
    [
        ({}, FAST),
        ({"profile": "fast"}, FAST),
        ({"profile": "safe"}, SAFE),
        ({"profile": "safe", "ttl_seconds": 60}, {**SAFE, "ttl_seconds": 60}),
        ({"loop_wait_seconds": 2}, {**FAST, "loop_wait_seconds": 2}),
    ],
)
def test_timers_left_out_are_those_of_the_profile(chosen: dict[str, Any], timers: dict[str, int]) -> None:
    assert FailoverSettings.model_validate(chosen).model_dump(exclude={"profile"}) == timers


def test_a_lease_that_just_outlives_a_loop_is_taken() -> None:
    assert FailoverSettings(ttl_seconds=20, loop_wait_seconds=6, retry_timeout_seconds=7).ttl_seconds == 20


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            {"loop_wait_seconds": 7},
            "Value error, failover.ttl_seconds=20 is less than loop_wait_seconds + 2·retry_timeout_seconds = 21: "
            "raise ttl_seconds or lower the others",
        ),
        (
            {"ttl_seconds": 30, "retry_timeout_seconds": 15},
            "Value error, failover.ttl_seconds=30 is less than loop_wait_seconds + 2·retry_timeout_seconds = 31: "
            "raise ttl_seconds or lower the others",
        ),
        (
            {"profile": "safe", "ttl_seconds": 24},
            "Value error, failover.ttl_seconds=24 is less than loop_wait_seconds + 2·retry_timeout_seconds = 25: "
            "raise ttl_seconds or lower the others",
        ),
        (
            {"etcd_election_ms": 499},
            "Value error, failover.etcd_election_ms=499 is less than 5 heartbeats of 100 ms: make it at least 500",
        ),
        (
            {"etcd_election_ms": 13334},
            "Value error, failover.ttl_seconds=20 is less than the 21 s that etcd keeps any lease with "
            "etcd_election_ms=13334: raise it or lower etcd_election_ms",
        ),
        ({"profile": "faster"}, "Input should be 'fast' or 'safe'"),
        ({"etcd_heartbeat_ms": 9}, "Input should be greater than or equal to 10"),
        ({"etcd_heartbeat_ms": 5001}, "Input should be less than or equal to 5000"),
        ({"etcd_election_ms": 99}, "Input should be greater than or equal to 100"),
        ({"etcd_election_ms": 50001}, "Input should be less than or equal to 50000"),
        ({"witness_probes": -1}, "Input should be greater than or equal to 0"),
        ({"witness_probes": 101}, "Input should be less than or equal to 100"),
        ({"retries": 3}, "Extra inputs are not permitted"),
        ({"ttl_seconds": 19}, "Input should be greater than or equal to 20"),
        ({"ttl_seconds": 301}, "Input should be less than or equal to 300"),
        ({"loop_wait_seconds": 0}, "Input should be greater than or equal to 1"),
        ({"loop_wait_seconds": 61}, "Input should be less than or equal to 60"),
        ({"retry_timeout_seconds": 2}, "Input should be greater than or equal to 3"),
        ({"retry_timeout_seconds": 121}, "Input should be less than or equal to 120"),
        ({"primary_start_timeout_seconds": -1}, "Input should be greater than or equal to 0"),
        ({"primary_start_timeout_seconds": 601}, "Input should be less than or equal to 600"),
    ],
)
def test_bad_timers_are_refused(bad: dict[str, Any], message: str) -> None:
    assert refusal(FailoverSettings, bad) == message


@given(ttl=st.integers(20, 300), loop_wait=st.integers(1, 60), retry=st.integers(3, 120))
def test_a_lease_outlives_a_loop_with_two_retries(ttl: int, loop_wait: int, retry: int) -> None:
    document = {"ttl_seconds": ttl, "loop_wait_seconds": loop_wait, "retry_timeout_seconds": retry}

    assert accepts(FailoverSettings, document) == (loop_wait + 2 * retry <= ttl)


@given(heartbeat=st.integers(10, 2600), election=st.integers(100, 13333))
def test_an_election_waits_for_five_heartbeats(heartbeat: int, election: int) -> None:
    document = {"etcd_heartbeat_ms": heartbeat, "etcd_election_ms": election}

    assert accepts(FailoverSettings, document) == (election >= 5 * heartbeat)


@given(election=st.integers(500, 50000), ttl=st.integers(20, 300))
def test_etcd_does_not_lengthen_the_lease(election: int, ttl: int) -> None:
    document = {"etcd_election_ms": election, "ttl_seconds": ttl}

    assert accepts(FailoverSettings, document) == (1.5 * election <= 1000 * ttl)
