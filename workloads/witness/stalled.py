"""Ends connections between members of etcd whose packets nobody acknowledges.

etcd 3.5 sets no time-out on them: after a time out of reach both ends wait for the kernel to send again, which it does
after ever longer pauses. A member that had been away for 30 s was of no use for another 24 s, and with the connections
ended for less than 5 s; a second host lost in between leaves etcd without a quorum
(docs/adr/0016-failover-witness.md).
"""

import asyncio
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_RETRIES: Final = 4
"""Times that the same packet was sent again. The pauses double from 0.2 s on, so nothing was acknowledged for 3 s."""
_BACKOFF: Final = re.compile(r"\bbackoff:(\d+)")


class SocketError(Exception):
    """The kernel refused to say what connections there are, or to end one."""


class Connection(NamedTuple):
    """The two ends of a connection, as `address:port`."""

    here: str
    there: str


def stalled(listed: str) -> list[Connection]:
    """The connections of a list by `ss --info` that have waited too long for an answer."""
    found = []
    for line in listed.splitlines():
        again = _BACKOFF.search(line)
        if again and int(again[1]) >= _RETRIES:
            _, _, here, there, *_ = line.split()
            found.append(Connection(here, there))
    return found


class PeerConnections:
    """Those of this host's members of etcd with others; `ports` are where the members listen. Needs CAP_NET_ADMIN."""

    def __init__(self, ports: Iterable[int]) -> None:
        ends = [f"{end} = :{port}" for port in sorted(set(ports)) for end in ("sport", "dport")]
        self._chosen = f"( {' or '.join(ends)} )"

    async def end_stalled(self) -> int:
        """End those that are stalled, so that etcd connects anew; how many. Raises SocketError."""
        listed = await _ss("--info", "--oneline", "state", "established", self._chosen)
        found = stalled(listed)
        for each in found:
            await _ss("--kill", "state", "established", "src", each.here, "dst", each.there)
        return len(found)


async def _ss(*arguments: str) -> str:
    pipe = asyncio.subprocess.PIPE
    argv = ["ss", "--tcp", "--numeric", "--no-header", *arguments]
    process = await asyncio.create_subprocess_exec(*argv, stdout=pipe, stderr=pipe)
    output, problem = await process.communicate()
    if process.returncode or problem:
        raise SocketError(f"ss: {problem.decode().strip()}")
    return output.decode()
