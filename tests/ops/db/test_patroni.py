"""Who may lead next, from what Patroni says."""

import json
from typing import Any

import pytest

from ops.db.patroni import Changes, Member, View, able, candidate, follows, leader, only_lowered, parse, pending
from ops.errors import OpsError

LEADER = Member("tsdb-0", "leader", "running", None)
SYNC = Member("tsdb-1", "sync_standby", "streaming", 0)
ASYNC = Member("tsdb-2", "replica", "streaming", 0)


def view(*members: Member, in_maintenance: bool = False, planned: bool = False) -> View:
    return View(members, in_maintenance, planned)


def refused(asked: Any) -> tuple[str, ...]:
    with pytest.raises(OpsError) as error:
        asked()
    return error.value.problems


def test_an_answer_of_patroni_is_read() -> None:
    answer = {
        "members": [
            {"name": "tsdb-0", "role": "leader", "state": "running", "timeline": 3, "host": "10.0.0.1", "port": 15432},
            {"name": "tsdb-1", "role": "sync_standby", "state": "streaming", "timeline": 3, "lag": 16},
            {"name": "tsdb-2", "role": "replica", "state": "stopped", "lag": "unknown"},
        ],
        "scope": "hft",
    }
    assert parse(json.dumps(answer)) == view(
        LEADER, Member("tsdb-1", "sync_standby", "streaming", 16), Member("tsdb-2", "replica", "stopped", None)
    )


def test_maintenance_and_a_plan_are_read() -> None:
    answer = {"members": [], "pause": True, "scheduled_switchover": {"at": "2026-11-28T20:00:00+00:00"}}
    assert parse(json.dumps(answer)) == view(in_maintenance=True, planned=True)


def test_the_leader_is_who_hands_over() -> None:
    assert leader(view(ASYNC, LEADER, SYNC)) == "tsdb-0"


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (
            view(SYNC, ASYNC),
            "no node leads: there is nobody to hand over from; see docs/runbooks/TsdbNoPrimary.md",
        ),
        (
            view(Member("tsdb-0", "leader", "starting", None), SYNC),
            "tsdb-0 leads, and is 'starting', not 'running': wait until it is",
        ),
        (
            view(LEADER, SYNC, in_maintenance=True),
            "Patroni is in maintenance mode, where it moves nothing by itself: patronictl resume",
        ),
        (
            view(LEADER, SYNC, planned=True),
            "Patroni has a switchover scheduled: patronictl flush hft switchover",
        ),
    ],
)
def test_a_cluster_that_cannot_be_moved_says_why(found: View, problem: str) -> None:
    assert refused(lambda: leader(found)) == (problem,)


def test_the_synchronous_standby_is_chosen() -> None:
    assert candidate(view(LEADER, ASYNC, SYNC), None) == "tsdb-1"


def test_of_several_the_one_least_behind_is_chosen() -> None:
    quorum = [Member("tsdb-1", "quorum_standby", "streaming", 64), Member("tsdb-2", "quorum_standby", "streaming", 0)]
    assert candidate(view(LEADER, *quorum), None) == "tsdb-2"
    assert candidate(view(LEADER, *quorum), "tsdb-1") == "tsdb-1"


def test_a_standby_at_the_bound_may_lead_and_one_beyond_it_may_not() -> None:
    at = Member("tsdb-1", "sync_standby", "streaming", 1048576)
    beyond = Member("tsdb-1", "sync_standby", "streaming", 1048577)
    assert candidate(view(LEADER, at), None) == "tsdb-1"
    assert refused(lambda: candidate(view(LEADER, beyond), None)) == (
        "tsdb-1 cannot lead: its lag is 1048577 bytes, more than 1048576: wait until it has caught up",
    )


def test_where_nobody_may_lead_each_says_why() -> None:
    stopped = Member("tsdb-1", "sync_standby", "stopped", None)
    assert refused(lambda: candidate(view(LEADER, stopped, ASYNC), None)) == (
        "tsdb-1 cannot lead: its state is 'stopped', not 'streaming': wait until it follows",
        "tsdb-2 cannot lead: its role is 'replica', not a synchronous standby's, which alone has every acknowledged "
        "row: wait for Patroni to make it one, or raise database.synchronous_standbys",
    )


def test_a_cluster_of_one_node_has_nobody() -> None:
    assert refused(lambda: candidate(view(LEADER), None)) == ("tsdb-0 cannot lead: it leads already",)


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("tsdb-3", "--to tsdb-3: no such node (nodes: tsdb-0, tsdb-1, tsdb-2)"),
        ("tsdb-0", "--to tsdb-0: it leads already (able to lead: tsdb-1)"),
        (
            "tsdb-2",
            "--to tsdb-2: its role is 'replica', not a synchronous standby's, which alone has every acknowledged row: "
            "wait for Patroni to make it one, or raise database.synchronous_standbys (able to lead: tsdb-1)",
        ),
    ],
)
def test_a_wanted_node_that_may_not_lead_says_why(wanted: str, problem: str) -> None:
    assert refused(lambda: candidate(view(LEADER, SYNC, ASYNC), wanted)) == (problem,)


def test_those_that_may_lead_next_are_the_synchronous_standbys() -> None:
    assert able(view(LEADER, SYNC, ASYNC)) == [SYNC]
    assert able(view(LEADER, ASYNC)) == []


@pytest.mark.parametrize(
    ("found", "following"),
    [
        (view(LEADER, SYNC, ASYNC), True),
        (view(LEADER, Member("tsdb-1", "sync_standby", "starting", None), ASYNC), False),
        # It streams, and no commit waits for it yet.
        (
            view(LEADER, Member("tsdb-1", "replica", "streaming", 0), Member("tsdb-2", "sync_standby", "streaming", 0)),
            False,
        ),
        # No commit waits for anybody.
        (view(LEADER, Member("tsdb-1", "replica", "streaming", 0)), True),
        (view(LEADER, ASYNC), False),
    ],
)
def test_a_standby_follows_once_commits_may_wait_for_it(found: View, following: bool) -> None:
    assert follows(found, "tsdb-1") is following


def test_what_waits_for_a_restart_is_read() -> None:
    reasons = {
        "max_connections": {"old_value": "100", "new_value": "120"},
        "huge_pages": {"old_value": "try", "new_value": "on"},
    }
    answer = {"state": "running", "pending_restart": True, "pending_restart_reason": reasons}

    assert pending(json.dumps(answer)) == {"max_connections": ("100", "120"), "huge_pages": ("try", "on")}
    assert pending(json.dumps({"state": "running"})) == {}


@pytest.mark.parametrize(
    ("changes", "lowered"),
    [
        ({"max_connections": ("120", "100")}, True),
        ({"max_connections": ("120", "100"), "max_worker_processes": ("25", "24")}, True),
        ({"max_connections": ("100", "120")}, False),
        ({"max_connections": ("120", "100"), "max_worker_processes": ("24", "25")}, False),
        # Its standby may have less of it at any time.
        ({"autovacuum_max_workers": ("4", "3")}, False),
        ({"huge_pages": ("try", "off")}, False),
    ],
)
def test_a_standby_waits_for_its_primary_only_where_it_needs_as_much(changes: Changes, lowered: bool) -> None:
    assert only_lowered(changes) is lowered
