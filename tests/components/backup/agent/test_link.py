import os

import pytest

from components.backup.agent import link
from components.backup.agent.config import Node


def test_the_link_leads_to_the_volume_of_the_node(node: Node) -> None:
    os.close(link.hold(node))

    assert link.LINK.resolve() == node.path.parent


def test_a_link_that_is_held_is_not_turned(node: Node) -> None:
    held = link.hold(node)
    other = Node(**{**vars(node), "name": "tsdb-1", "path": node.path.parents[1] / "tsdb-1" / "pg17"})

    with pytest.raises(link.BusyError, match="a backup is running on this host"):
        link.hold(other)
    assert link.LINK.resolve() == node.path.parent
    os.close(held)
    os.close(link.hold(other))
    assert link.LINK.readlink() == other.path.parent
