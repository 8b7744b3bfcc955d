"""Where answers come from, and which dashboards are opened."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from ops.dashboards import looks, sources
from ops.dashboards.grafana import Grafana
from ops.dashboards.model import Variable
from ops.dashboards.place import grafana_url, place
from ops.dashboards.sources import Place, direct
from ops.errors import OpsError
from ops.screen import Screen
from ops.state import State
from ops.workspace import Workspace
from tests.ops.dashboards.samples import Told
from tests.ops.dashboards.server import Server
from tests.ops.states import entry, state

NOW = 1_000_000.0
PARTS = (("router-writer", "10.0.0.1:1"), ("router-reader", "10.0.0.1:2"), ("prometheus", "10.0.0.2:3"))
PLACE = Place("http://10.0.0.2:3", "10.0.0.1:2", Path("/checkout/.hft/pgpass-dev"))
DIRECTLY = "asking Prometheus and the database directly"


def deployed(*parts: tuple[str, str], grafana: str | None = None) -> State:
    """A stack that is up with these parts, name and endpoint, and with a Grafana at a URL."""
    exported = [{"part": name, "endpoint": endpoint, "container": "c", "host": "a"} for name, endpoint in parts]
    desk = entry("hft:grafana:Grafana", "grafana", custom=False, outputs={"url": grafana, "scrape_targets": []})
    return state(desk, outputs={"parts": exported})


def workspace(root: Path = Path("/checkout"), **stack: Any) -> Workspace:
    return cast(Any, SimpleNamespace(name="dev", root=root, deployed=lambda: deployed(*PARTS, **stack)))


def test_the_data_sources_are_those_that_the_stack_exports() -> None:
    assert place(workspace(), deployed(*PARTS)) == PLACE


def test_a_stack_without_one_of_them_is_refused() -> None:
    with pytest.raises(OpsError) as raised:
        place(workspace(), deployed(("prometheus", "10.0.0.2:3")))

    assert raised.value.problems == ("the stack exports no part 'router-reader': bring it up with hft up",)


@pytest.mark.parametrize("url", ["http://10.0.0.2:13000", "https://grafana.example/sub"])
def test_the_grafana_is_the_one_that_the_stack_has_filled(url: str) -> None:
    assert grafana_url(deployed(*PARTS, grafana=url)) == url


@pytest.mark.parametrize("without", [deployed(*PARTS), state(outputs={"parts": []})])
def test_a_grafana_that_was_left_out_or_never_made_is_none(without: State) -> None:
    assert grafana_url(without) is None


def test_a_database_that_is_away_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(OpsError) as raised, direct(Place("http://127.0.0.1:1", "127.0.0.1:1", tmp_path / "pgpass")):
        pass

    assert raised.value.problems[0].startswith("the database at 127.0.0.1:1 does not let hft_reader in (")


class Said:
    """A screen, and what is on it."""

    def __init__(self) -> None:
        self._out = io.StringIO()
        console = Console(file=self._out, highlight=False, soft_wrap=True)
        self.screen = Screen(out=console, err=console)

    @property
    def lines(self) -> list[str]:
        return self._out.getvalue().splitlines()


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """Whose data sources were asked directly."""
    found: list[Place] = []

    @contextmanager
    def direct(place: Place) -> Iterator[Told]:
        found.append(place)
        yield Told({})

    monkeypatch.setattr(sources, "direct", direct)
    return found


def with_token(root: Path) -> Path:
    """The file that `hft up` writes."""
    file = root / ".hft/grafana-token-dev"
    file.parent.mkdir()
    file.write_text("glsa_x\n")
    return file


def test_the_stacks_grafana_is_asked_where_it_answers(
    tmp_path: Path, grafana: Server, said: Said, asked: list[Place]
) -> None:
    with_token(tmp_path)
    with looks.source(workspace(tmp_path, grafana=grafana.url), None, None, said.screen) as found:
        assert isinstance(found, Grafana)

    assert said.lines == [f"asking Grafana at {grafana.url}"]
    assert grafana.asked == [("/api/health", "Bearer glsa_x", None)]
    assert asked == []


def test_the_stacks_grafana_is_asked_with_the_token_that_is_given(
    tmp_path: Path, grafana: Server, said: Said, asked: list[Place]
) -> None:
    (tmp_path / "token").write_text("admin:pass\n")
    with looks.source(workspace(tmp_path, grafana=grafana.url), None, tmp_path / "token", said.screen) as found:
        assert isinstance(found, Grafana)

    assert grafana.asked == [("/api/health", "Basic YWRtaW46cGFzcw==", None)]
    assert asked == []


def test_a_stack_without_a_grafana_is_asked_directly(tmp_path: Path, said: Said, asked: list[Place]) -> None:
    with_token(tmp_path)
    with looks.source(workspace(tmp_path), None, None, said.screen) as found:
        assert isinstance(found, Told)

    assert said.lines == [f"{DIRECTLY}: the stack has no Grafana"]
    assert asked == [replace(PLACE, password_file=tmp_path / ".hft/pgpass-dev")]


def test_a_grafana_whose_token_is_not_there_is_not_asked(
    tmp_path: Path, grafana: Server, said: Said, asked: list[Place]
) -> None:
    with looks.source(workspace(tmp_path, grafana=grafana.url), None, None, said.screen) as found:
        assert isinstance(found, Told)

    assert said.lines == [
        f"{DIRECTLY}: the token for Grafana at {grafana.url} is not there ({tmp_path}/.hft/grafana-token-dev)"
    ]
    assert (grafana.asked, len(asked)) == ([], 1)


def test_a_grafana_that_does_not_answer_is_named_and_its_data_sources_are_asked(
    tmp_path: Path, grafana: Server, said: Said, asked: list[Place]
) -> None:
    with_token(tmp_path)
    grafana.answer = (502, "")
    with looks.source(workspace(tmp_path, grafana=grafana.url), None, None, said.screen) as found:
        assert isinstance(found, Told)

    assert said.lines == [
        f"warning: Grafana at {grafana.url.rstrip('/')} does not answer (502 Bad Gateway): see hft status. Whether "
        "its data sources work is not looked at",
        f"{DIRECTLY}: the stack's Grafana does not answer",
    ]
    assert len(asked) == 1


def test_a_grafana_that_is_named_and_does_not_answer_is_an_error(
    tmp_path: Path, said: Said, asked: list[Place]
) -> None:
    with_token(tmp_path)
    away = "http://127.0.0.1:1"
    with pytest.raises(OpsError) as raised, looks.source(workspace(tmp_path), away, None, said.screen) as found:
        found.values(Variable("venue", "hft_venue_up", "venue", "p"))

    assert raised.value.problems == (
        "Grafana at http://127.0.0.1:1 does not answer ([Errno 111] Connection refused): see hft status",
    )
    assert (said.lines, asked) == (["asking Grafana at http://127.0.0.1:1"], [])


def test_a_grafana_that_knows_not_the_token_is_an_error(
    tmp_path: Path, grafana: Server, said: Said, asked: list[Place]
) -> None:
    with_token(tmp_path)
    ours = workspace(tmp_path, grafana=grafana.url)
    with looks.source(ours, None, None, said.screen) as found:
        grafana.answer = (401, {})
        with pytest.raises(OpsError) as raised:
            found.values(Variable("venue", "hft_venue_up", "venue", "p"))

    assert raised.value.problems == (
        f"Grafana at {grafana.url.rstrip('/')} does not know this token or account: give one with --token-file",
    )
    assert asked == []


def test_the_data_sources_may_be_asked_though_the_stack_has_a_grafana(
    tmp_path: Path, grafana: Server, said: Said, asked: list[Place]
) -> None:
    with_token(tmp_path)
    ours = workspace(tmp_path, grafana=grafana.url)
    with looks.source(ours, None, None, said.screen, direct=True) as found:
        assert isinstance(found, Told)

    assert said.lines == [f"{DIRECTLY}: --direct says so"]
    assert (grafana.asked, len(asked)) == ([], 1)


@pytest.mark.parametrize(("grafana", "token_file"), [("http://g", None), (None, Path("token"))])
def test_to_ask_directly_and_a_grafana_are_two_things(grafana: str | None, token_file: Path | None) -> None:
    with pytest.raises(OpsError) as raised:
        looks.source(workspace(), grafana, token_file, direct=True)

    assert raised.value.problems == ("--direct asks no Grafana: leave out --grafana and --token-file",)


def test_a_token_without_a_grafana_to_give_it_to_is_refused(said: Said) -> None:
    with pytest.raises(OpsError) as raised:
        looks.source(workspace(), None, Path("token"), said.screen)

    assert raised.value.problems == (
        "--token-file=token is for a Grafana, and the stack has none: name one by --grafana",
    )
    assert said.lines == []


def test_without_a_screen_the_way_is_on_standard_output(asked: list[Place], capsys: pytest.CaptureFixture[str]) -> None:
    with looks.source(workspace(), None, None):
        pass

    assert capsys.readouterr().out == f"{DIRECTLY}: the stack has no Grafana\n"
    assert asked == [PLACE]


def test_grafana_wants_a_token(tmp_path: Path) -> None:
    with pytest.raises(OpsError) as raised, looks.source(workspace(tmp_path), "http://g", None):
        pass

    assert raised.value.problems == (
        f"--grafana needs a token, and {tmp_path}/.hft/grafana-token-dev is not there: hft up dev writes it where the "
        "stack has a Grafana; or name a file with the token of a service account, or user:password, by --token-file",
    )


def test_the_token_is_in_a_file(tmp_path: Path) -> None:
    with pytest.raises(OpsError) as raised, looks.source(workspace(tmp_path), "http://g", tmp_path / "token"):
        pass

    assert raised.value.problems == (
        f"--token-file={tmp_path}/token is no file: write the token of a service account there",
    )


@pytest.mark.parametrize("text", ["", "\n", "glsa_a\nglsa_b\n", "glsa_é\n"])
def test_a_file_without_a_token_is_named_and_not_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text)
    with pytest.raises(OpsError) as raised, looks.source(workspace(tmp_path), "http://g", tmp_path / "token"):
        pass

    assert raised.value.problems == (
        f"{tmp_path}/token holds no token: it wants one line, a service account's token or user:password",
    )


@pytest.mark.parametrize("given", [True, False])
def test_a_grafana_is_asked_where_one_is_named(tmp_path: Path, given: bool) -> None:
    file = with_token(tmp_path)
    if given:
        file = file.rename(tmp_path / "token")
    with looks.source(workspace(tmp_path), "http://g", file if given else None) as found:
        assert isinstance(found, Grafana)


def test_one_dashboard_may_be_looked_at_alone() -> None:
    assert [page.dashboard.uid for page in looks.pages("dev", Told({}), NOW, ["etcd"])] == ["hft-dev-etcd"]


def test_a_dashboard_that_is_not_there_is_named() -> None:
    with pytest.raises(OpsError) as raised:
        looks.pages("dev", Told({}), NOW, ["desks"])

    assert raised.value.problems == (
        "there is no dashboard 'desks': there are desk, order-path, market-data, deploys, slo, database, pooling, "
        "etcd, hosts, audit",
    )
