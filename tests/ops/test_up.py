"""What `up` says at its end; that it brings a stack up is tested in test_life.py."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from ops import up
from ops.errors import OpsError
from ops.parts import Part, PartHealth
from ops.screen import Screen


def screen() -> tuple[Screen, Callable[[], list[str]]]:
    out = io.StringIO()
    console = Console(file=out, highlight=False, soft_wrap=True)
    return Screen(out=console, err=console), lambda: out.getvalue().splitlines()


def part(name: str, health: str) -> PartHealth:
    return PartHealth(Part(name, "127.0.0.1:1", f"hft-dev-{name}", "a"), health)


def test_healthy_parts_are_a_table() -> None:
    shown, lines = screen()
    up.report([part("etcd-0", "healthy"), part("tsdb-0", "running")], shown)
    assert lines() == [
        "part    endpoint     health   open it with",
        "etcd-0  127.0.0.1:1  healthy",
        "tsdb-0  127.0.0.1:1  running",
    ]


def test_a_stack_without_parts_has_no_table() -> None:
    shown, lines = screen()
    up.report([], shown)
    assert lines() == []


def test_each_part_that_is_not_healthy_is_one_problem_after_the_table() -> None:
    shown, lines = screen()
    found = [part(health, health) for health in ("healthy", "unhealthy", "missing", "unreachable")]
    with pytest.raises(OpsError) as refused:
        up.report(found, shown)
    assert len(lines()) == 5
    assert refused.value.problems == (
        "unhealthy on host a is unhealthy: see docker logs hft-dev-unhealthy",
        "missing on host a is missing: hft-dev-missing was removed meanwhile: run it again",
        "unreachable on host a is unreachable: see that its Docker answers",
    )


def test_a_stack_without_parts_is_settled_at_once() -> None:
    assert up.settled({}) == []


def test_parts_that_stay_away_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "_SETTLE_SECONDS", 0.1)
    one = {"part": "etcd-0", "endpoint": "127.0.0.1:1", "container": "c", "host": "a"}
    outputs = {"parts": [one], "hosts": {"a": "unix:///nowhere/docker.sock"}}
    assert [each.health for each in up.settled(outputs)] == ["unreachable"]
