"""The trading state: the strictest of what is wanted and what is allowed."""

import pytest

from workloads.engine.gate import Gate

Changes = list[tuple[str, str, str]]


@pytest.fixture
def changes() -> Changes:
    return []


@pytest.fixture
def gate(changes: Changes) -> Gate:
    return Gate(lambda before, after, reason: changes.append((before, after, reason)))


def open_up(gate: Gate) -> None:
    gate.want("active", "start")
    gate.cap("no_lease", on=False)
    gate.cap("not_ready", on=False)


def test_it_is_halted_until_leader_and_ready(gate: Gate, changes: Changes) -> None:
    assert gate.state == "halted"
    gate.want("active", "start")
    gate.cap("no_lease", on=False)
    assert gate.state == "halted"

    gate.cap("not_ready", on=False)
    assert gate.state == "active"
    assert changes == [("halted", "active", "not_ready over")]


def test_leadership_alone_does_not_activate(gate: Gate) -> None:
    gate.cap("no_lease", on=False)
    gate.cap("not_ready", on=False)

    assert gate.state == "halted"


def test_a_cap_comes_and_goes(gate: Gate, changes: Changes) -> None:
    open_up(gate)
    gate.cap("record_backlog", on=True)
    gate.cap("record_backlog", on=True)
    assert gate.state == "reducing"
    assert gate.caps == ["record_backlog"]

    gate.cap("no_lease", on=True)
    gate.cap("record_backlog", on=False)
    assert gate.state == "halted"
    gate.cap("no_lease", on=False)
    assert gate.state == "active"
    assert changes[1:] == [
        ("active", "reducing", "record_backlog"),
        ("reducing", "halted", "no_lease"),
        ("halted", "active", "no_lease over"),
    ]


def test_a_halt_outlasts_the_caps(gate: Gate) -> None:
    open_up(gate)
    gate.want("halted", "ordered")
    gate.cap("no_lease", on=True)
    gate.cap("no_lease", on=False)

    assert gate.state == "halted"


def test_only_activation_lifts_an_open_leg(gate: Gate) -> None:
    open_up(gate)
    gate.cap("unhedged", on=True)
    gate.want("reducing", "ordered")
    assert gate.state == "reducing"

    gate.want("active", "ordered")
    assert (gate.state, gate.caps) == ("active", [])
