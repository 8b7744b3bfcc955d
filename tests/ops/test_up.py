"""What stops `up` at its start, and what it says at its end; that it brings a stack up is tested in test_life.py."""

import io
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from components.grafana import GrafanaSettings
from ops import up
from ops.errors import OpsError
from ops.parts import Part, PartHealth
from ops.screen import Screen
from ops.wanted import Wanted
from tests.toolchain.plugins.grafana import fake_oss  # noqa: F401 - it registers its routes
from tests.toolchain.plugins.grafana.fake import TOKEN, VIEWER_TOKEN, running


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


class WentOnError(Exception):
    """The run has got past its checks."""


@pytest.fixture
def firms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """An `up` of a stack with a Grafana of the firm's, with a token; it ends where the stack would be touched."""

    def touched(*_: object) -> None:
        raise WentOnError

    monkeypatch.setattr(up, "_recovered", touched)
    with running() as fake:
        grafana = GrafanaSettings.model_validate({"mode": "external", "url": fake.url, "admin_user": None})

        def run(token: str) -> None:
            workspace = SimpleNamespace(select_or_create=lambda: None, run=lambda *_: token)
            up.up(cast(Any, workspace), Wanted(hosts=(), grafana=grafana), screen()[0])

        yield run


def test_a_grafana_that_lets_the_stack_in_is_no_reason_to_stop(firms: Callable[[str], None]) -> None:
    with pytest.raises(WentOnError):
        firms(TOKEN)


@pytest.mark.parametrize(
    ("token", "told"), [("glsa_wr0ng", "does not know the token"), (VIEWER_TOKEN, "give it the role Admin")]
)
def test_a_grafana_that_does_not_stops_it_before_anything_is_touched(
    firms: Callable[[str], None], token: str, told: str
) -> None:
    with pytest.raises(OpsError, match=told):
        firms(token)
