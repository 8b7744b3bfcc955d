"""The document that the database is given."""

import json

from components.database.hypertables.render import hypertables_json
from components.database.hypertables.settings import HypertableSettings

FULL = HypertableSettings.model_validate(
    {
        "table": "ticks",
        "chunk_minutes": 360,
        "indexes": [{"name": "ticks_symbol", "columns": ["symbol", "ts DESC"]}],
        "space": {"column": "symbol", "partitions": 2},
        "retention_days": 30,
        "compression": {"segment_by": ["symbol"], "after_hours": 48},
        "rollups": [
            {"name": "candles", "bucket_seconds": 60, "group_by": ["symbol"], "columns": {"high": "max(ask)"}},
        ],
    }
)


def test_everything_is_told_in_seconds() -> None:
    assert json.loads(hypertables_json([FULL], schema="trading", node_memory_mib=1024)) == {
        "schema": "trading",
        "hypertables": [
            {
                "table": "ticks",
                "time_column": "ts",
                "chunk_seconds": 21600,
                "indexes": [{"name": "ticks_symbol", "columns": "symbol, ts DESC"}],
                "space": {"column": "symbol", "partitions": 2},
                "retention_seconds": 2592000,
                "compression": {"segment_by": ["symbol"], "order_by": "ts DESC", "after_seconds": 172800},
                "rollups": [
                    {
                        "name": "candles",
                        "bucket_seconds": 60,
                        "group_by": ["symbol"],
                        "columns": [{"name": "high", "expression": "max(ask)"}],
                        "late_seconds": 60,
                    }
                ],
            }
        ],
    }


def test_what_is_left_out_is_said_to_be() -> None:
    plain = HypertableSettings(table="audit_log", rows_per_second=1)

    assert json.loads(hypertables_json([plain], schema="trading", node_memory_mib=1024))["hypertables"] == [
        {
            "table": "audit_log",
            "time_column": "ts",
            "chunk_seconds": 604800,
            "indexes": [],
            "space": None,
            "retention_seconds": None,
            "compression": None,
            "rollups": [],
        }
    ]
