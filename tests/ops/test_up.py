"""What stops `up` at its start, and what it says at its end; that it brings a stack up is tested in test_life.py."""

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from components.grafana import GrafanaSettings
from ops import up
from ops.errors import OpsError
from ops.parts import Part, PartHealth
from ops.screen import Screen
from ops.state import VOLUME
from ops.wanted import Wanted
from tests.ops.states import entry, state, urn
from tests.toolchain.plugins.grafana import fake_oss  # noqa: F401 - it registers its routes
from tests.toolchain.plugins.grafana.fake import TOKEN, VIEWER_TOKEN, running
from tests.toolchain.plugins.grafana.fake_tls import self_signed, serving


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


@pytest.mark.parametrize("command", [up.up, up.preview])
def test_what_the_settings_have_to_say_is_a_warning_before_anything_else(command: Callable[..., None]) -> None:
    shown, lines = screen()
    workspace = SimpleNamespace(select_or_create=stopped)
    with pytest.raises(WentOnError):
        command(cast(Any, workspace), Wanted(hosts=(), notices=("work on gamma is over: remove it",)), shown)
    assert lines()[0] == "warning: work on gamma is over: remove it"


def stopped() -> None:
    raise WentOnError


class WentOnError(Exception):
    """The run has got past its checks."""


def test_a_database_that_has_lost_all_its_data_is_not_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = "hft:database:TimescaleCluster"
    names = ("hft-dev-tsdb-0-data", "hft-dev-tsdb-1-data")
    data = [entry(VOLUME, name, id=name, parent=urn(cluster, "tsdb")) for name in names]
    found = state(entry(cluster, "tsdb", custom=False), *data, entry("postgresql:index/role:Role", "owner"))
    monkeypatch.setattr(up, "_recovered", lambda *_: found)
    monkeypatch.setattr(up, "drifted", lambda known: list(known.of_type(VOLUME)))
    workspace = SimpleNamespace(name="dev", select_or_create=lambda: None)

    with pytest.raises(OpsError) as refused:
        up.up(cast(Any, workspace), Wanted(hosts=()), screen()[0])
    assert refused.value.problems == (
        "the database has lost all its data: its hosts have no volumes hft-dev-tsdb-0-data, hft-dev-tsdb-1-data. None "
        "was made. Where a disk is not mounted or Docker has another data folder, mend that and run it again. To begin "
        "with an empty database, and no backup or secret of before: hft down dev --volumes, then hft up dev",
    )


Run = Callable[[str, str], list[str]]


@pytest.fixture
def firms(monkeypatch: pytest.MonkeyPatch) -> Run:
    """An `up` with the Grafana of the firm's at a URL and a token, to where the stack is touched: what it says."""

    def touched(*_: object) -> None:
        raise WentOnError

    monkeypatch.setattr(up, "_recovered", touched)
    monkeypatch.delenv("GRAFANA_CA_CERT", raising=False)

    def run(url: str, token: str) -> list[str]:
        grafana = GrafanaSettings.model_validate({"mode": "external", "url": url, "admin_user": None})
        workspace = SimpleNamespace(select_or_create=lambda: None, run=lambda *_: token)
        shown, lines = screen()
        with pytest.raises(WentOnError):
            up.up(cast(Any, workspace), Wanted(hosts=(), grafana=grafana), shown)
        return lines()

    return run


def test_a_grafana_that_lets_the_stack_in_is_no_reason_to_stop(firms: Run) -> None:
    with running() as fake:
        assert [line[:30] for line in firms(fake.url, TOKEN)] == [
            "✓ hosts have Docker, CPUs and ",
            "✓ Grafana lets the stack in   ",
        ]


def test_a_grafana_that_is_away_is_a_warning_and_no_reason_to_stop(firms: Run) -> None:
    _, step, *warning = firms("http://127.0.0.1:1", TOKEN)

    assert step.startswith("✗ Grafana lets the stack in ")
    assert " ".join(" ".join(warning).split()) == (
        "warning: grafana.url=http://127.0.0.1:1/ does not answer ([Errno 111] Connection refused): start it, let this "
        "machine reach it, or mend it. This run goes on, and fails where something in that Grafana is to be changed"
    )


def test_a_grafana_whose_authority_the_provider_is_told_of_is_asked(
    firms: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = self_signed(tmp_path)
    with running(serving(pair, demands=False)) as fake:
        assert "CERTIFICATE_VERIFY_FAILED" in " ".join(firms(fake.url, TOKEN))
        monkeypatch.setenv("GRAFANA_CA_CERT", str(pair[0]))
        assert firms(fake.url, TOKEN)[1].startswith("✓ Grafana lets the stack in ")
        assert fake.asked() == ["GET /access-control/user/permissions"]


@pytest.mark.parametrize(
    ("token", "told"), [("glsa_wr0ng", "does not know the token"), (VIEWER_TOKEN, "give it the role Admin")]
)
def test_a_grafana_that_does_not_stops_it_before_anything_is_touched(firms: Run, token: str, told: str) -> None:
    with running() as fake, pytest.raises(OpsError, match=told):
        firms(fake.url, token)
