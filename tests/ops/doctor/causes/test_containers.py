from dataclasses import replace
from datetime import timedelta

import pytest

from ops.doctor.causes.containers import CAUSES
from ops.doctor.facts import Facts, Target
from tests.ops.doctor.healthy import NOW, STARTED, container, facts, found, silent

PLACE = "hft-dev-tsdb-1 on local"
LOG = "docker logs --tail 50 hft-dev-tsdb-1"


def causes(given: Facts) -> list[str]:
    return [cause.name for cause in CAUSES if list(cause.find(given))]


def test_a_container_that_is_gone_is_missing() -> None:
    gone = container("tsdb-1", status="missing", health="", started=None)

    assert found(CAUSES, "container-missing", gone) == [
        (PLACE, ("Docker has no container of that name",), "hft up dev")
    ]
    assert causes(gone) == ["container-missing"]


def test_a_container_that_has_ended_is_stopped() -> None:
    ended = container("tsdb-1", status="exited", exit_code=137, finished=NOW)

    assert found(CAUSES, "container-stopped", ended) == [
        (PLACE, ("exited at 2026-03-01 12:00:00 with exit code 137",), "docker start hft-dev-tsdb-1")
    ]
    assert causes(ended) == ["container-stopped"]


def test_a_container_on_another_host_is_started_there() -> None:
    host = replace(facts().hosts[0], endpoint="ssh://hft@10.20.0.11")
    ended = replace(container("tsdb-1", status="exited", exit_code=1), hosts=(host,))

    assert found(CAUSES, "container-stopped", ended) == [
        (PLACE, ("exited with exit code 1",), "docker -H ssh://hft@10.20.0.11 start hft-dev-tsdb-1")
    ]


def test_a_container_that_the_kernel_killed_needs_memory() -> None:
    killed = container("tsdb-1", status="exited", exit_code=137, out_of_memory=True)

    assert found(CAUSES, "out-of-memory", killed) == [
        (PLACE, ("the kernel killed it for its memory limit; 0 restarts, now exited",), LOG)
    ]
    assert causes(killed) == ["out-of-memory"]


def test_a_container_that_the_kernel_kills_again_and_again_needs_memory() -> None:
    assert causes(container("tsdb-1", status="restarting", out_of_memory=True, restarts=4)) == ["out-of-memory"]


def test_a_container_that_was_killed_once_and_started_by_hand_is_well() -> None:
    assert causes(container("tsdb-1", out_of_memory=True, restarts=0)) == []


def test_a_paused_container_is_told() -> None:
    paused = container("tsdb-1", status="paused")

    assert found(CAUSES, "container-paused", paused) == [
        (PLACE, ("Docker holds all its processes",), "docker unpause hft-dev-tsdb-1")
    ]
    assert causes(paused) == ["container-paused"]


@pytest.mark.parametrize("status", ["restarting", "running"])
def test_a_container_that_ends_again_and_again_loops(status: str) -> None:
    loops = container("tsdb-1", status=status, restarts=4, exit_code=2, started=NOW - timedelta(minutes=1))

    assert found(CAUSES, "crash-loop", loops) == [(PLACE, (f"{status}, 4 restarts, last exit code 2",), LOG)]
    assert causes(loops) == ["crash-loop"]


def test_restarts_of_long_ago_are_no_loop() -> None:
    assert causes(container("tsdb-1", restarts=4, started=STARTED)) == []


def test_a_process_that_stands_still_is_told() -> None:
    halted = container("tsdb-1", halted=("patroni (process 4711)",))

    assert found(CAUSES, "process-halted", halted) == [
        (
            PLACE,
            ("stopped by a signal or a debugger: patroni (process 4711)",),
            "docker top hft-dev-tsdb-1 -eo pid,stat,comm",
        )
    ]
    assert causes(halted) == ["process-halted"]


def test_a_part_that_runs_and_does_not_answer_is_silent() -> None:
    assert found(CAUSES, "part-silent", silent("tsdb-1")) == [
        (PLACE, ("patroni at 127.0.0.1:patroni: Connection refused",), LOG)
    ]


def test_an_endpoint_without_a_container_is_told_too() -> None:
    strange = replace(facts(), targets=(Target(job="other", instance="one", address="10.0.0.9:1", problem="refused"),))

    assert found(CAUSES, "part-silent", strange) == [
        ("an endpoint that no container is known of", ("other at 10.0.0.9:1: refused",), "hft status dev")
    ]


def test_a_part_that_does_not_run_is_not_called_silent() -> None:
    stopped = silent("tsdb-1", given=container("tsdb-1", status="exited"))

    assert found(CAUSES, "part-silent", stopped) == []


def test_a_part_that_fails_its_check_is_unhealthy() -> None:
    assert found(CAUSES, "part-unhealthy", container("tsdb-1", health="unhealthy")) == [
        (PLACE, ("Docker says: unhealthy",), LOG)
    ]
    assert causes(container("tsdb-1", health="starting")) == []


def test_a_job_that_failed_is_told() -> None:
    failed = container("db-migrate", exit_code=3, finished=NOW)

    assert found(CAUSES, "job-failed", failed) == [
        (
            "hft-dev-db-migrate on local",
            ("exited at 2026-03-01 12:00:00 with exit code 3",),
            "docker logs --tail 50 hft-dev-db-migrate",
        )
    ]


def test_on_a_silent_host_no_container_is_judged() -> None:
    assert causes(container("tsdb-1", status="unseen", health="")) == []
