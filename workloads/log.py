"""Structured logs: one JSON object a line on stdout, for life-cycle events only, never per tick or per order."""

import json
import logging
import sys
import time


class JsonFormatter(logging.Formatter):
    """Render a record as `{"ts", "level", "event", …fields}`; `ts` is UTC with microseconds."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, object] = {
            "ts": f"{stamp}.{int(record.created % 1 * 1e6):06d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class Log:
    """A named logger whose keyword arguments become fields of the line."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: object) -> None:
        """Log what is normal."""
        self._logger.info(event, extra={"fields": fields})

    def warning(self, event: str, **fields: object) -> None:
        """Log what an operator may have to look at."""
        self._logger.warning(event, extra={"fields": fields})

    def error(self, event: str, *, exc_info: bool = False, **fields: object) -> None:
        """Log what an operator has to look at, with the traceback of the exception in hand if `exc_info`."""
        self._logger.error(event, exc_info=exc_info, extra={"fields": fields})


def set_up() -> None:
    """Send all logs of this process to stdout as JSON, INFO and above."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
