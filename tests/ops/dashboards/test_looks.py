"""Where answers come from, and which dashboards are opened."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ops.dashboards import looks
from ops.dashboards.grafana import Grafana
from ops.dashboards.place import place
from ops.dashboards.sources import Place, direct
from ops.errors import OpsError
from ops.workspace import Workspace
from tests.ops.dashboards.samples import Told

NOW = 1_000_000.0


def workspace(*parts: tuple[str, str]) -> Workspace:
    """A stack that is up with these parts: name and endpoint."""
    exported = [{"part": name, "endpoint": endpoint, "container": "c", "host": "a"} for name, endpoint in parts]
    stack = SimpleNamespace(
        name="dev", root=Path("/checkout"), deployed=lambda: SimpleNamespace(outputs={"parts": exported})
    )
    return cast(Any, stack)


def test_the_data_sources_are_those_that_the_stack_exports() -> None:
    found = place(
        workspace(("router-writer", "10.0.0.1:1"), ("router-reader", "10.0.0.1:2"), ("prometheus", "10.0.0.2:3"))
    )

    assert found == Place("http://10.0.0.2:3", "10.0.0.1:2", Path("/checkout/.hft/pgpass-dev"))


def test_a_stack_without_one_of_them_is_refused() -> None:
    with pytest.raises(OpsError) as raised:
        place(workspace(("prometheus", "10.0.0.2:3")))

    assert raised.value.problems == ("the stack exports no part 'router-reader': bring it up with hft up",)


def test_a_database_that_is_away_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(OpsError) as raised, direct(Place("http://127.0.0.1:1", "127.0.0.1:1", tmp_path / "pgpass")):
        pass

    assert raised.value.problems[0].startswith("the database at 127.0.0.1:1 does not let hft_reader in (")


def at(root: Path) -> Workspace:
    return cast(Any, SimpleNamespace(name="dev", root=root))


def test_grafana_wants_a_token(tmp_path: Path) -> None:
    with pytest.raises(OpsError) as raised, looks.source(at(tmp_path), "http://g", None):
        pass

    assert raised.value.problems == (
        f"--grafana needs a token, and {tmp_path}/.hft/grafana-token-dev is not there: hft up dev writes it where the "
        "stack has a Grafana; or name a file with the token of a service account, or user:password, by --token-file",
    )


def test_the_token_is_in_a_file(tmp_path: Path) -> None:
    with pytest.raises(OpsError) as raised, looks.source(at(tmp_path), "http://g", tmp_path / "token"):
        pass

    assert raised.value.problems == (
        f"--token-file={tmp_path}/token is no file: write the token of a service account there",
    )


@pytest.mark.parametrize("text", ["", "\n", "glsa_a\nglsa_b\n", "glsa_é\n"])
def test_a_file_without_a_token_is_named_and_not_shown(tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text)
    with pytest.raises(OpsError) as raised, looks.source(at(tmp_path), "http://g", tmp_path / "token"):
        pass

    assert raised.value.problems == (
        f"{tmp_path}/token holds no token: it wants one line, a service account's token or user:password",
    )


@pytest.mark.parametrize("given", [True, False])
def test_grafana_is_asked_where_one_is_named(tmp_path: Path, given: bool) -> None:
    (tmp_path / ".hft").mkdir()
    file = tmp_path / ("token" if given else ".hft/grafana-token-dev")
    file.write_text("glsa_x\n")
    with looks.source(at(tmp_path), "http://g", file if given else None) as found:
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
