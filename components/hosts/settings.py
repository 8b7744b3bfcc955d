"""What an operator says of the hosts."""

from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from components._common.cpus import parse_cpus
from components._common.settings import Settings

_SYSLOG = ("tcp+tls://", "tcp://", "unix://", "unixgram://")


def _endpoint(value: str) -> str:
    if not value.startswith(("unix://", "tcp://", "ssh://")):
        raise ValueError(f"{value!r} is not a Docker endpoint; write unix:///path, tcp://host:port or ssh://user@host")
    return value


def _cpu_list(value: str) -> str:
    parse_cpus(value)
    return value


CpuList = Annotated[str, AfterValidator(_cpu_list)]
"""A CPU list such as "0-1,4"."""


class LogStoreSettings(Settings):
    """What keeps the logs of a host's containers longer than the 50 MB of each that Docker keeps."""

    driver: Literal["journald", "syslog"]
    """journald: the host's journal, for engines too. syslog: a server, which may be slow: engines keep to their host's
    disk."""
    address: str | None = None
    """Of the syslog server: tcp+tls://host:port, tcp://host:port, or of an agent on the host: unixgram:///dev/log, as
    journald and rsyslog listen, or unix:///path where it listens for streams."""

    @model_validator(mode="after")
    def _address_fits(self) -> "LogStoreSettings":
        if self.driver == "journald":
            if self.address is not None:
                raise ValueError(f"address={self.address} has no meaning with driver=journald: remove it")
        elif self.address is None:
            raise ValueError("address is missing: driver=syslog needs one, such as unixgram:///dev/log")
        elif not self.address.startswith(_SYSLOG):
            raise ValueError(f"address={self.address} begins with none of {', '.join(_SYSLOG)} (udp loses lines)")
        elif not self.address.partition("://")[2]:
            raise ValueError(f"address={self.address} ends too soon: add host:port, or the path of a socket")
        elif self.address == "unix:///dev/log":
            # moby#18903: no container starts then.
            raise ValueError("address=unix:///dev/log is a socket for datagrams: write unixgram:///dev/log")
        return self


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
    log_store: LogStoreSettings | None = None
    """Where its containers' logs are kept; without one Docker keeps the last 50 MB of each. The database's log says who
    changed an order, so a regime wants one."""
