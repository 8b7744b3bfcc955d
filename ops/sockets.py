"""Who listens on a TCP port of this machine, from /proc: the process, and the container that it is in."""

import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from pathlib import Path

_LISTEN = "0A"  # include/net/tcp_states.h: TCP_LISTEN
_CONTAINER_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Listener:
    """One listening socket."""

    address: str
    port: int
    inode: str

    def takes(self, address: str, port: int) -> bool:
        """Whether nobody else can listen on this address and port."""
        return self.port == port and self.address in (address, "0.0.0.0", "::", f"::ffff:{address}")


@dataclass(frozen=True)
class Owner:
    """The process behind a socket."""

    pid: int
    name: str
    container_id: str | None
    """Docker's id, 64 hex digits; None for a process of the host."""
    command: tuple[str, ...]


def listeners() -> list[Listener]:
    """All listening TCP sockets of this network namespace."""
    return [
        Listener(_address(local), int(local.rpartition(":")[2], 16), inode)
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for local, inode in _listening(Path(table))
    ]


def owners(wanted: Iterable[Listener]) -> dict[Listener, Owner]:
    """The processes that hold these sockets; without those that the system does not tell this user."""
    by_link = {f"socket:[{listener.inode}]": listener for listener in wanted}
    found: dict[Listener, Owner] = {}
    # One pass for all: the links of every process are some thousands.
    for process in Path("/proc").glob("[0-9]*") if by_link else ():
        with suppress(OSError):
            for link in {_link(descriptor) for descriptor in (process / "fd").iterdir()} & by_link.keys():
                found[by_link[link]] = _owner(process)
    return found


def is_local(address: str) -> bool:
    """Whether the address is one of this machine's."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _listening(table: Path) -> Iterator[tuple[str, str]]:
    if not table.exists():
        return
    for line in table.read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == _LISTEN:
            yield fields[1], fields[9]


def _address(local: str) -> str:
    """`0100007F:…` → 127.0.0.1: the kernel prints each 32-bit word in its own byte order, little on all we run on."""
    words = local.partition(":")[0]
    raw = b"".join(bytes.fromhex(words[i : i + 8])[::-1] for i in range(0, len(words), 8))
    if len(raw) == 4:  # noqa: PLR2004
        return str(IPv4Address(raw))
    found = ip_address(raw)
    mapped = getattr(found, "ipv4_mapped", None)
    return f"::ffff:{mapped}" if mapped else str(found)


def _link(descriptor: Path) -> str:
    with suppress(OSError):
        return str(descriptor.readlink())
    return ""


def _owner(process: Path) -> Owner:
    # The deepest one: this machine may be a container itself.
    found = _CONTAINER_ID.findall((process / "cgroup").read_text())
    return Owner(
        pid=int(process.name),
        name=(process / "comm").read_text().strip(),
        container_id=found[-1] if found else None,
        command=tuple((process / "cmdline").read_bytes().decode(errors="replace").split("\0")),
    )
