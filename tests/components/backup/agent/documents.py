"""What pgBackRest 2.55.1 says of a repository, as the tests need it."""

from datetime import datetime
from typing import Any


def backup(label: str, kind: str, began: datetime, **changes: Any) -> dict[str, Any]:
    """One backup, which took a minute."""
    seconds = int(began.timestamp())
    return {
        "label": label,
        "type": kind,
        "timestamp": {"start": seconds, "stop": seconds + 60},
        "info": {"size": 34113955, "delta": 34113955, "repository": {"delta": 4028416}},
        "archive": {"start": "00000004000000000000000B", "stop": "00000004000000000000000B"},
        "lsn": {"start": "0/B000028", "stop": "0/B000120"},
        "error": False,
        **changes,
    }


def stanza(*backups: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """The answer for one stanza."""
    return [
        {
            "name": "hft-dev",
            "status": {"code": 0, "message": "ok"},
            "db": [{"id": 1, "repo-key": 1, "system-id": 7000000000000000001, "version": "17"}],
            "archive": [{"database": {"id": 1}, "id": "17-1", "min": "0" * 24, "max": "00000004000000000000000D"}],
            "repo": [{"key": 1, "status": {"code": 0, "message": "ok"}}],
            "backup": list(backups),
            **changes,
        }
    ]
