"""What stands on the dashboards of the database. Their queries: tests/stacks/test_dashboards.py and its programs."""

from components.database.dashboards import audit, database, etcd
from tests.components.outline import outline


def test_the_cluster() -> None:
    assert outline(database("dev")) == {
        "Who leads?": [
            *("Roles", "Primaries", "Standbys that confirm", "PostgreSQL runs", "Time since etcd was heard"),
            "What should not stay so",
        ],
        "What do the standbys have?": [
            *("WAL not received", "WAL not replayed", "Age of the last replayed commit", "Timeline"),
        ],
        "What does the WAL cost?": [
            *("WAL written", "WAL kept on disk", "Checkpoints in an hour", "WAL waiting for the archive"),
        ],
        "What do clients do?": [
            *("Transactions", "Use of the connections", "Longest transaction", "Locks", "Blocks found in memory"),
            "Deadlocks and conflicts in an hour",
        ],
        "Are the hypertables kept?": [
            *("Chunks ahead of their time", "Upkeep that fails", "Time since the last upkeep", "Hypertables"),
        ],
        "Is there room?": ["Free on the data disk", "Ticks are taken", "Time since the primary heard the guard"],
    }


def test_etcd() -> None:
    assert outline(etcd("dev")) == {
        "Does it agree?": ["Members", "Changes of the leader in an hour", "Proposals waiting and failed"],
        "Is it fast?": [
            *("Write of the log to disk, p99", "Commit of the data to disk, p99", "Round trip between members, p99"),
            "Heartbeats sent late",
        ],
        "Is there room?": ["Use of the quota", "Keys", "Writes and reads"],
    }


def test_audit() -> None:
    assert outline(audit("dev")) == {
        "What became of orders?": [
            *("Order events recorded", "Opportunities recorded", "Orders without an answer", "Last order events"),
        ],
        "Who did what?": [
            *("Actions of the last seven days", "Records changed or deleted", "Last entries of the audit log"),
        ],
        "How far does the record reach?": ["Chunks of each hypertable"],
    }
