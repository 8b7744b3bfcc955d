"""The two commands, with a stack that answers what it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from ops.dashboards import cli, looks, sources
from ops.dashboards.answers import Answer, Line
from ops.workspace import Workspace
from tests.ops.dashboards.samples import Told, page, panel, prometheus
from tests.ops.states import state

DIRECTLY = "asking Prometheus and the database directly: the stack has no Grafana"
PARTS = [
    {"part": name, "endpoint": "10.0.0.1:1", "container": "c", "host": "a"} for name in ("prometheus", "router-reader")
]
SOME: Answer = [Line({}, ((1.0, 1.0), (2.0, 3.0)))]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Answer | str]:
    """What the stack `dev` answers to the query `up`, the only one of its only dashboard."""
    stack = SimpleNamespace(name="dev", root=tmp_path, deployed=lambda: state(outputs={"parts": PARTS}))
    told: dict[str, Answer | str] = {"up": SOME}

    @contextmanager
    def direct(_: Any) -> Iterator[Told]:
        yield Told(told)

    monkeypatch.setattr(Workspace, "prepared", lambda *_: stack)
    monkeypatch.setattr(sources, "direct", direct)
    monkeypatch.setattr(looks, "dashboards", lambda _: {"x": page(panel("T", "timeseries", prometheus("up")))})
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    return told


def hft(*words: str) -> tuple[int, list[str]]:
    """Exit code, and what was shown."""
    done = CliRunner().invoke(cli.app, words)
    return done.exit_code, done.output.splitlines()


@pytest.mark.usefixtures("answers")
def test_a_check_says_whom_it_asks_and_what_it_looked_at() -> None:
    assert hft("check", "dev") == (0, [DIRECTLY, "1 dashboards, 1 panels, 1 queries"])


def test_a_check_names_what_shows_nothing(answers: dict[str, Answer | str]) -> None:
    answers["up"] = []

    assert hft("check", "dev") == (
        1,
        [
            DIRECTLY,
            "1 dashboards, 1 panels, 1 queries",
            "error: X dev: panel T, query A: answers nothing: up",
        ],
    )


@pytest.mark.usefixtures("answers")
def test_pictures_are_drawn_of_whom_it_says_to_ask(tmp_path: Path) -> None:
    path = tmp_path / "build/dashboards/dev/x.png"

    assert hft("render", "dev") == (0, [DIRECTLY, str(path)])
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize("command", ["check", "render"])
def test_to_ask_directly_is_a_choice(command: str) -> None:
    _, shown = hft(command, "dev", "--direct")

    assert shown[0] == "asking Prometheus and the database directly: --direct says so"


@pytest.mark.usefixtures("answers")
@pytest.mark.parametrize("command", ["check", "render"])
def test_two_ways_at_once_are_refused(command: str) -> None:
    assert hft(command, "dev", "--direct", "--grafana", "http://g") == (
        1,
        ["error: --direct asks no Grafana: leave out --grafana and --token-file"],
    )
