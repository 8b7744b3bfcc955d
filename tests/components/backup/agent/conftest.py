from pathlib import Path

import pytest

from components.backup.agent import link
from components.backup.agent.config import Config, Node
from components.backup.agent.schedule import Schedule


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    """A node whose volume is a folder; the link to it is in a folder too."""
    monkeypatch.setattr(link, "LINK", tmp_path / "node")
    monkeypatch.setattr(link, "_LOCK", tmp_path / "node.lock")
    path = tmp_path / "tsdb-0" / "pg17"
    (path / "pg_wal" / "archive_status").mkdir(parents=True)
    return Node(name="tsdb-0", address="10.0.0.1", path=path, socket=str(path.parent), port=15432)


@pytest.fixture
def config(node: Node) -> Config:
    """An agent with one node, a full backup on Sundays and a differential one each day."""
    return Config(
        stanza="hft-dev",
        listen=("127.0.0.1", 19854),
        nodes=(node,),
        full=Schedule.parse({"days": ["sun"], "at": "03:00"}),
        differential=Schedule.parse({"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "at": "03:00"}),
        listen_proof=("127.0.0.1", 19855),
        verify=Schedule.parse({"days": ["sat"], "at": "06:00"}),
        drill=Schedule.parse({"days": ["sun"], "at": "06:00"}),
        archive_queue_mib=1024,
    )
