from datetime import timedelta

from ops.doctor.facts import Failover
from ops.timeline.event import Event
from ops.timeline.records import of_deploy, of_failover, starts_and_ends
from tests.ops.doctor.healthy import NOW, STARTED, container, deploy


def events(**changes: object) -> list[Event]:
    [found] = [each for each in container("cache", **changes).containers if each.role == "cache"]
    return list(starts_and_ends([found]))


def test_a_deployment_begins_and_ends() -> None:
    assert list(of_deploy(deploy("failed"))) == [
        Event(STARTED, "deploy", "update begins"),
        Event(STARTED, "deploy", "update failed, 3 changes"),
    ]


def test_a_failover_says_who_leads_and_why() -> None:
    reason = "no recovery target specified"

    assert of_failover(Failover(timeline=3, at=NOW, leader="tsdb-1", reason=reason)) == (
        "tsdb-1 leads, timeline 3 (no recovery target specified)"
    )


def test_a_container_that_runs_has_started() -> None:
    assert events() == [Event(STARTED, "container", "hft-dev-cache on local starts")]


def test_a_container_that_runs_again_ended_before() -> None:
    before = STARTED - timedelta(seconds=1)

    assert events(finished=before, restarts=2) == [
        Event(STARTED, "container", "hft-dev-cache on local starts (restart 2)"),
        Event(before, "container", "hft-dev-cache on local ends"),
    ]


def test_a_container_that_has_ended_says_how() -> None:
    assert events(status="exited", finished=NOW, exit_code=137, out_of_memory=True)[1:] == [
        Event(NOW, "container", "hft-dev-cache on local ends with exit code 137, out of memory")
    ]


def test_jobs_that_went_well_are_left_out() -> None:
    [job] = [each for each in container("db-migrate", exit_code=0).containers if each.one_shot]
    [failed] = [each for each in container("db-migrate", exit_code=1).containers if each.one_shot]

    assert list(starts_and_ends([job])) == []
    assert [each.what for each in starts_and_ends([failed])] == [
        "hft-dev-db-migrate on local starts",
        "hft-dev-db-migrate on local ends with exit code 1",
    ]
