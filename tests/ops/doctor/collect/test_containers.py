from datetime import UTC, datetime
from typing import Any

import pytest

from ops.doctor.collect.containers import halted_in, look, moment, read, throttling_in
from ops.doctor.facts import Container, Throttling
from ops.doctor.plan import Plan, Planned

PLANNED = Planned(
    name="hft-dev-engine-blue",
    host="local",
    role="engine-blue",
    component="trading",
    tier="engine",
    one_shot=False,
    cpu_set="1",
)


def inspected(state: dict[str, Any] | None = None, host: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "State": {
            "Status": "running",
            "ExitCode": 0,
            "OOMKilled": False,
            "StartedAt": "2026-03-01T11:00:00.123456789Z",
            "FinishedAt": "0001-01-01T00:00:00Z",
            "Health": {"Status": "healthy"},
            **(state or {}),
        },
        "RestartCount": 2,
        "HostConfig": {"CpusetCpus": "1", **(host or {})},
    }


def test_a_container_is_read_from_dockers_document() -> None:
    assert read(PLANNED, inspected(), halted=["python (process 7)"]) == Container(
        name="hft-dev-engine-blue",
        host="local",
        role="engine-blue",
        component="trading",
        tier="engine",
        one_shot=False,
        status="running",
        health="healthy",
        restarts=2,
        started=datetime(2026, 3, 1, 11, 0, 0, 123456, tzinfo=UTC),
        cpu_set="1",
        wanted_cpu_set="1",
        halted=("python (process 7)",),
    )


def test_one_that_has_ended_is_read_with_how() -> None:
    ended = read(PLANNED, inspected({"Status": "exited", "ExitCode": 137, "OOMKilled": True, "Health": None}))

    assert (ended.status, ended.exit_code, ended.out_of_memory, ended.health) == ("exited", 137, True, "")


@pytest.mark.parametrize(
    ("host", "cpus"),
    [
        ({}, None),
        ({"CpuQuota": -1}, None),
        ({"CpuQuota": 5000, "CpuPeriod": 0}, 0.05),
        ({"CpuQuota": 5000, "CpuPeriod": 50000}, 0.1),
        ({"NanoCpus": 1500000000}, 1.5),
    ],
)
def test_a_quota_is_read_in_cpus(host: dict[str, Any], cpus: float | None) -> None:
    assert read(PLANNED, inspected(host=host)).quota_cpus == cpus


def test_a_time_that_has_not_been_is_none() -> None:
    assert moment("0001-01-01T00:00:00Z") is None


def test_processes_that_stand_still_are_found() -> None:
    rows = [["1", "Ss", "tini"], ["7", "Tl", "patroni"], ["9", "R", "postgres"], ["11", "t", "etcd"]]

    assert halted_in(rows) == ("patroni (process 7)", "etcd (process 11)")


def test_throttling_is_what_was_added_within_a_second() -> None:
    told = {
        "cpu_stats": {"throttling_data": {"periods": 110, "throttled_periods": 59}},
        "precpu_stats": {"throttling_data": {"periods": 100, "throttled_periods": 50}},
    }

    assert throttling_in(told) == Throttling(periods=10, throttled=9)
    assert throttling_in({}) is None


def test_a_host_that_does_not_answer_is_a_fact() -> None:
    plan = Plan(
        stack="dev",
        hosts={"local": "unix:///nonexistent.sock"},
        authority="",
        containers=(PLANNED,),
        targets=(),
        doors=(),
        members=(),
        certificates=(),
        pending=(),
    )
    [host], [container] = look(plan)

    assert host.problem.startswith("Docker at unix:///nonexistent.sock does not answer (No such file or directory)")
    assert (container.key, container.status) == ("local/engine-blue", "unseen")
