"""What one host tells of itself: the answer of asked.py and of its Docker engine, read into types; pure."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from components._common.cpus import parse_cpus


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _cpus(value: object) -> object:
    if not isinstance(value, str):
        return value
    # A kernel without the feature leaves the list empty, or writes "(null)" (nohz_full).
    return parse_cpus(value) if value and value != "(null)" else frozenset()


def _chosen(value: object) -> object:
    """`always [madvise] never` → madvise."""
    found = re.search(r"\[(\w+)\]", value) if isinstance(value, str) else None
    return found[1] if found else value


Cpus = Annotated[frozenset[int], BeforeValidator(_cpus)]
"""CPUs, from a list as the kernel writes it."""


class Irq(_Fact):
    """One interrupt that a driver handles."""

    number: int
    actions: str
    """Who handles it, such as the queue of a network card."""
    allowed: Cpus
    """Where it may come."""
    effective: Cpus | None
    """Where it comes now; None on kernels that do not tell."""


class Clock(_Fact):
    """What the kernel thinks of its clock."""

    synchronised: bool
    max_error_seconds: float
    """Bound of the error against UTC, which the kernel raises by 500 µs a second until it is set anew."""


class Daemon(_Fact):
    """/etc/docker/daemon.json, the keys that matter."""

    state: Literal["read", "absent", "unreadable", "broken"]
    why: str = ""
    says: dict[str, Any] = {}


class Told(_Fact):
    """What asked.py prints; None is what the host did not tell."""

    kernel: str | None
    machine: str
    command_line: str | None
    online: Cpus | None
    isolated: Cpus | None
    nohz_full: Cpus | None
    numa: dict[int, Cpus]
    """Node → its CPUs."""
    siblings: dict[int, Cpus]
    """CPU → the CPUs of its core, itself among them."""
    governors: dict[int, str]
    """CPU → frequency governor; empty where the kernel does not choose frequencies."""
    hugepages: Annotated[str | None, BeforeValidator(_chosen)]
    """Transparent huge pages: always, madvise or never."""
    swaps: tuple[str, ...] | None
    swappiness: int | None
    clocksource: str | None
    irqs: tuple[Irq, ...] | None
    processes: frozenset[str]
    clock: Clock | None
    busy_poll: int | None
    busy_read: int | None
    daemon: Daemon
    daemon_flags: dict[str, str] | None
    """Flags of dockerd that daemon.json could say as well; None where not exactly one dockerd runs."""

    def daemon_setting(self, key: str) -> object:
        """What dockerd was told by a flag or by daemon.json; None where by neither."""
        flags = self.daemon_flags or {}
        return (
            flags[key] == "true" if flags.get(key) in ("true", "false") else flags.get(key, self.daemon.says.get(key))
        )


class Engine(_Fact):
    """What the Docker engine tells itself."""

    version: str
    live_restore: bool
    swarm: bool
    cgroup_version: str
    security_options: tuple[str, ...]
    bridge_icc: bool | None
    """Whether containers on Docker's default bridge reach each other; None where there is no such bridge."""


class Facts(_Fact):
    """One host."""

    told: Told
    engine: Engine


def read_told(text: str) -> Told:
    """The answer of asked.py. Raises ValueError, in one line, on anything else."""
    try:
        return Told.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(map(str, first["loc"])) or "the answer"
        raise ValueError(f"{path}: {first['msg']}") from None


def read_engine(info: dict[str, Any], bridge_options: dict[str, str] | None) -> Engine:
    """`docker info`, and the options of the network `bridge`."""
    icc = None if bridge_options is None else bridge_options.get("com.docker.network.bridge.enable_icc", "true")
    return Engine(
        version=str(info.get("ServerVersion", "")),
        live_restore=bool(info.get("LiveRestoreEnabled")),
        swarm=(info.get("Swarm") or {}).get("LocalNodeState") == "active",
        # Engines before 20.10 do not tell, and know version 1 only.
        cgroup_version=str(info.get("CgroupVersion", "1")),
        security_options=tuple(info.get("SecurityOptions") or ()),
        bridge_icc=None if icc is None else icc == "true",
    )
