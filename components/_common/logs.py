"""Where a container's log goes, and whether writing a line may wait; pure."""

from dataclasses import dataclass
from typing import Literal

from components._common.labels import Tier

# Docker docs, "Configure logging drivers": delivery is blocking by default, the buffer 1 MiB, json-file unbounded.
_NEVER_WAITS = {"mode": "non-blocking", "max-buffer-size": "4m"}
_NEVER_DROPS = {"mode": "blocking"}
_BOUNDS = {"max-size": "10m", "max-file": "5"}
# Docker docs, "Use docker logs with remote logging drivers": what `docker logs` reads beside a store.
_CACHE_BOUNDS = {f"cache-{option}": value for option, value in _BOUNDS.items()}


@dataclass(frozen=True, kw_only=True)
class LogStore:
    """What keeps the logs of a host longer than Docker does."""

    driver: Literal["journald", "syslog"]
    """Docker's logging driver."""
    address: str | None = None
    """Of syslog, as Docker's syslog-address."""


def log_driver(tier: Tier, *, audit: bool, store: LogStore | None) -> tuple[str, dict[str, str]]:
    """Docker's logging driver of a container and its options.

    A container of an audit trail waits for its log, any other one drops lines before it waits. Engines keep to the disk
    or the journal of their host, whatever the store: a far one may be slow.
    """
    delivery = _NEVER_DROPS if audit else _NEVER_WAITS
    if store is None or (tier == "engine" and store.driver != "journald"):
        return "local", {**delivery, **_BOUNDS}
    options = {**delivery, **_CACHE_BOUNDS, "tag": "{{.Name}}"}
    if store.address:
        # Microseconds, and whole names: RFC 3164 has neither.
        options |= {"syslog-address": store.address, "syslog-format": "rfc5424micro"}
    return store.driver, options
