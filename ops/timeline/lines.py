"""Reads a line of a container's log: whether it is a warning or worse, and what it says; pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

_LEVELS = frozenset(("warn", "warning", "error", "critical", "dpanic", "panic", "fatal"))
"""As Python, zap (etcd), slog (Prometheus and most exporters), logrus and Grafana spell them, in small letters."""
_LEVEL_KEYS = ("level", "lvl")
_MESSAGE_KEYS = ("event", "msg", "message")
_NOT_SHOWN = frozenset((*_LEVEL_KEYS, *_MESSAGE_KEYS, "ts", "time", "t", "logger", "caller", "source", "stacktrace"))
"""Of a line's fields: what the view says otherwise, and where in a program's text the line comes from."""
_PAIR = re.compile(r'(?<!\S)([A-Za-z_][\w.]*)=("(?:[^"\\]|\\.)*"|\S*)')
_TEXTS = tuple(
    re.compile(pattern)
    for pattern in (
        # PostgreSQL, by the stack's log_line_prefix (components/database/tuning/audit.py); PgBouncer has no colon.
        # Lines of DETAIL or STATEMENT have a level of their own, and what goes on below one begins with a tab.
        r"\S+ \S+ \S+ \[\d+\] (?:[^\s@]*@\S* \S+ )?(?:WARNING|ERROR|FATAL|PANIC):? +(?P<message>.+)",
        # psql and its like, in jobs and below Patroni.
        r"(?P<message>(?:psql|pg_\w+):\S* (?:warning|error|fatal|WARNING|ERROR|FATAL|PANIC): .+)",
        # Patroni.
        r"\S+ \S+,\d{3} (?:WARNING|ERROR|CRITICAL): (?P<message>.+)",
        # pgBackRest.
        r"(?:\S+ \S+ )?P\d+ +(?:WARN|ERROR|ASSERT): (?P<message>.+)",
        # HAProxy, on its standard error; what it writes by its configuration's `log` has no level.
        r"\[(?:WARNING|ALERT|EMERG)\] +(?:\S+ )?\(\d+\) : (?P<message>.+)",
        # Valkey, whose mark of a warning is a #.
        r"\d+:[XCSM] \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} # (?P<message>.+)",
    )
)
"""What a warning or worse begins with, program by program, where they write text (docs/adr/0032-logs-as-json.md)."""


def warning(line: str) -> str | None:
    """What a line says that is a warning or worse; None of any other, and of one that goes on with the line before.

    It may have secrets in it, and be of any length.
    """
    fields = _json(line) if line.startswith("{") else _logfmt(line)
    if fields:
        return _told(fields) if _first(fields, _LEVEL_KEYS).lower() in _LEVELS else None
    return next((found["message"] for pattern in _TEXTS if (found := pattern.match(line))), None)


def _json(line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _logfmt(line: str) -> Mapping[str, str]:
    """The pairs of a line that begins with one: logfmt, which Go programs write where they are not told otherwise."""
    if not _PAIR.match(line):
        return {}
    return {key: _unquoted(value) for key, value in _PAIR.findall(line)}


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        # Go escapes some characters as JSON does not.
        return value.strip('"')


def _told(fields: Mapping[str, Any]) -> str:
    """The message, and what belongs to it behind it in brackets."""
    carried = ", ".join(f"{key} {_value(key, value)}" for key, value in fields.items() if key not in _NOT_SHOWN)
    message = _first(fields, _MESSAGE_KEYS)
    return f"{message} ({carried})" if message and carried else message or carried


def _first(fields: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(fields[key]) for key in keys if key in fields), "")


def _value(key: str, value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    # Of a traceback the last line says what it was.
    return text.strip().rpartition("\n")[2] if key == "exception" else text
