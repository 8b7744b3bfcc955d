from typing import Any

import pytest

from components.backup.agent import nodes, pgbackrest, stanza
from components.backup.agent.config import Config
from components.backup.agent.info import Repository

MINE = 7000000000000000001


class World:
    """The commands of pgBackRest that were called; the cluster is mine, with PostgreSQL 17."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.repository = Repository(exists=False)
        self.called: list[tuple[str, ...]] = []
        monkeypatch.setattr(pgbackrest, "call", self._call)
        monkeypatch.setattr(pgbackrest, "repository", lambda stanza: self.repository)
        monkeypatch.setattr(nodes, "identity", lambda node: (MINE, 17))

    def _call(self, *arguments: str, **_: Any) -> str:
        self.called.append(arguments)
        return ""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.mark.parametrize(
    ("found", "command", "told"),
    [
        (Repository(exists=False), "stanza-create", "made"),
        (Repository(exists=True, system_id=MINE, major=17), "stanza-create", "is as it was"),
        (Repository(exists=True, system_id=1, major=16), "stanza-upgrade", "upgraded from PostgreSQL 16 to 17"),
    ],
)
def test_the_stanza_becomes_what_the_cluster_needs(
    config: Config, world: World, found: Repository, command: str, told: str
) -> None:
    world.repository = found

    assert stanza.make(config, config.nodes[0]) == told
    assert world.called == [("hft-dev", "--pg1-port=15432", command)]


@pytest.mark.parametrize("major", [17, 18])
def test_another_clusters_stanza_is_left_alone(config: Config, world: World, major: int) -> None:
    world.repository = Repository(exists=True, system_id=1, major=major)

    with pytest.raises(stanza.OtherClusterError) as refused:
        stanza.make(config, config.nodes[0])
    assert str(refused.value) == (
        "stanza hft-dev in the repository belongs to another cluster (system identifier 1, this one has "
        f"{MINE}): give this stack another name or repository; nothing was changed"
    )
    assert world.called == []
