"""The fence: for some seconds this host exchanges nothing of the database with another one."""

import asyncio
import json
from collections.abc import Iterable
from typing import Final

FENCE_SECONDS: Final = 10
"""Life of a fence that nobody renews: the kernel's, so it ends also where the witness has died. It outlives each vote
that stands for it (store.VOTE_SECONDS), also one that a new leader of etcd gave its whole life and an election more."""


class FenceError(Exception):
    """The firewall refused."""


class Fence:
    """A table of the host's firewall, with the addresses that are fenced; needs CAP_NET_ADMIN and root.

    What arrives from a fenced address, from or to one of the database's ports, is dropped; what leaves for one of them
    is refused at once, so that nobody here waits for a host that is gone.
    """

    def __init__(self, table: str, ports: Iterable[int]) -> None:
        self._table = f"inet {table}"
        self._ports = ", ".join(str(port) for port in sorted(set(ports)))

    async def set_up(self) -> None:
        """Make the table; one that is there already keeps its addresses. Raises FenceError."""
        arriving, leaving = f"add rule {self._table} arriving", f"add rule {self._table} leaving"
        await self._run(
            f"add table {self._table}",
            f"add set {self._table} lost {{ type ipv4_addr; flags timeout; }}",
            f"add chain {self._table} arriving {{ type filter hook input priority filter; }}",
            f"add chain {self._table} leaving {{ type filter hook output priority filter; }}",
            f"flush chain {self._table} arriving",
            f"flush chain {self._table} leaving",
            # The refusals of the last rule come this way, in the name of the fenced address.
            f"{arriving} iif lo accept",
            f"{arriving} ip saddr @lost tcp sport {{ {self._ports} }} drop",
            f"{arriving} ip saddr @lost tcp dport {{ {self._ports} }} drop",
            f"{leaving} ip daddr @lost tcp sport {{ {self._ports} }} drop",
            f"{leaving} ip daddr @lost tcp dport {{ {self._ports} }} reject with tcp reset",
        )

    async def put(self, address: str) -> None:
        """Fence an address, or renew its fence. Raises FenceError."""
        element = f"element {self._table} lost {{ {address}"
        await self._run(f"add {element} }}", f"delete {element} }}", f"add {element} timeout {FENCE_SECONDS}s }}")

    async def take_away(self, address: str) -> None:
        """End the fence of an address. Raises FenceError."""
        element = f"element {self._table} lost {{ {address} }}"
        await self._run(f"add {element}", f"delete {element}")

    async def fenced(self) -> bool:
        """Say whether any address is fenced. Raises FenceError."""
        said = json.loads(await _nft("", "--json", "list", "set", *self._table.split(), "lost"))
        return any("elem" in each["set"] for each in said["nftables"] if "set" in each)

    async def remove(self) -> None:
        """Delete the table. Raises FenceError."""
        await self._run(f"delete table {self._table}")

    async def _run(self, *commands: str) -> None:
        """All of the commands, or none of them."""
        await _nft("\n".join([*commands, ""]), "-f", "-")


async def _nft(script: str, *arguments: str) -> str:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec("nft", *arguments, stdin=pipe, stdout=pipe, stderr=pipe)
    output, problem = await process.communicate(script.encode())
    if process.returncode:
        raise FenceError(f"nft: {problem.decode().strip()}")
    return output.decode()
