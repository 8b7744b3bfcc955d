"""What the Patroni of a node on this host says of its PostgreSQL."""

import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from workloads.tls import ClientTls
from workloads.witness.settings import Member


@dataclass(frozen=True)
class Report:
    """A node that answered."""

    timeline: int
    """Grows with each promotion that it follows."""
    received: int
    """Position of the WAL that it has, in bytes."""
    leads: bool


class Nodes:
    """The nodes of one host. Use it as an asynchronous context manager."""

    def __init__(self, members: tuple[Member, ...], tls: ClientTls, timeout_seconds: float) -> None:
        self._members = members
        self._tls = tls
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)

    async def __aenter__(self) -> "Nodes":
        """Open the connections' pool."""
        self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self._session.close()

    async def reports(self) -> dict[str, Report]:
        """Return name → report, for each node that answers as one that has WAL."""
        found: dict[str, Report] = {}
        for member in self._members:
            try:
                url = f"https://{member.address}:{member.patroni_port}/patroni"
                async with self._session.get(url, ssl=self._tls.context()) as response:
                    found[member.name] = _report(json.loads(await response.text()))
            except (aiohttp.ClientError, OSError, KeyError, ValueError):
                continue
        return found


def _report(said: dict[str, Any]) -> Report:
    """Raises KeyError where PostgreSQL does not run."""
    wal = said["xlog"]
    leads = "location" in wal
    return Report(
        timeline=int(said["timeline"]),
        received=int(wal["location" if leads else "received_location"]),
        leads=leads,
    )
