"""What stands on the dashboard of pooling. Its queries: tests/stacks/test_dashboards.py and its programs."""

from components.pooling.dashboard import pooling
from tests.components.outline import outline


def test_pooling() -> None:
    assert outline(pooling("dev")) == {
        "Does it lead somewhere?": ["Nodes behind each route", "Poolers answer"],
        "Who waits?": ["Clients that wait for a connection", "Longest wait now", "Time clients waited, each second"],
        "What do pools do?": [
            *("Clients at work", "Connections to the database", "Queries", "Mean time of a query"),
        ],
        "What do routes do?": ["Sessions by route", "Bytes by route", "Connections refused in a minute"],
    }
