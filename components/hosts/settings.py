"""What an operator says of the hosts."""

from ipaddress import IPv4Address
from typing import Annotated

from pydantic import AfterValidator, Field

from components._common.cpus import parse_cpus
from components._common.settings import Settings


def _endpoint(value: str) -> str:
    if not value.startswith(("unix://", "tcp://", "ssh://")):
        raise ValueError(f"{value!r} is not a Docker endpoint; write unix:///path, tcp://host:port or ssh://user@host")
    return value


def _cpu_list(value: str) -> str:
    parse_cpus(value)
    return value


CpuList = Annotated[str, AfterValidator(_cpu_list)]
"""A CPU list such as "0-1,4"."""


class HostSettings(Settings):
    """One Linux host with Docker."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,20}$")
    """Short name; other settings place parts by it."""
    docker_endpoint: Annotated[str, AfterValidator(_endpoint)]
    """unix://, tcp:// or ssh:// endpoint of its Docker engine, as seen from where Pulumi runs."""
    address: IPv4Address
    """Address under which the other hosts reach it; every part on it binds this address only."""
    failure_domain: str
    """What fails together: a rack, a power feed, a site."""
    cpus: CpuList
    """All CPUs that the stack may use there."""
