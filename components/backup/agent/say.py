"""The log: one line a step, on stderr; JSON where a container serves, text for a person who waits for a command."""

import json
import logging
import sys
import time

_LOG = logging.getLogger("backup")


def say(text: str) -> None:
    """One step."""
    _LOG.info(text)


def warn(text: str) -> None:
    """Something that went wrong."""
    _LOG.warning(text)


def to_stderr(*, serves: bool) -> None:
    """Have steps written, for a program that reads logs or for a person."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if serves else _Text())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        level = record.levelname.lower()
        return json.dumps({"ts": _stamp(record), "level": level, "logger": record.name, "event": record.getMessage()})


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{_stamp(record)} {record.getMessage()}"


def _stamp(record: logging.LogRecord) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
