"""The Docker hosts of a stack: one provider each. Does not prepare the hosts themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components._common.cpus import format_cpus, parse_cpus
from components._common.logs import LogStore
from components._common.placement import Placement, Placements
from components.hosts.settings import HostSettings, LogStoreSettings

TOKEN = "hft:hosts:Hosts"


@dataclass(frozen=True, kw_only=True)
class HostsArgs:
    """What `Hosts` needs."""

    settings: Sequence[HostSettings]
    engine_cpus: Mapping[str, str] = field(default_factory=dict)
    """Host name → CPU list that engines have to themselves there."""


class Hosts(pulumi.ComponentResource):
    """The hosts that everything else is placed on.

    Use one per stack. It holds a Docker provider per host and says which CPUs are left for housekeeping.
    It does not install Docker, tune the kernel or copy images.
    """

    placements: Placements
    """Where containers can go, by host name."""
    names: pulumi.Output[list[str]]
    """Names of the hosts, in the order of the settings."""

    def __init__(self, name: str, args: HostsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        self.placements = {host.name: self._place(name, host, args.engine_cpus) for host in args.settings}
        self.names = pulumi.Output.from_input([host.name for host in args.settings])
        self.register_outputs({"names": self.names})

    def _place(self, name: str, host: HostSettings, engine_cpus: Mapping[str, str]) -> Placement:
        provider = docker.Provider(
            f"{name}-{host.name}", host=host.docker_endpoint, opts=pulumi.ResourceOptions(parent=self)
        )
        return Placement(
            host=host.name,
            address=str(host.address),
            failure_domain=host.failure_domain,
            housekeeping_cpus=housekeeping_cpus(host, engine_cpus.get(host.name)),
            provider=provider,
            log_store=_log_store(host.log_store),
        )


def _log_store(settings: LogStoreSettings | None) -> LogStore | None:
    return LogStore(driver=settings.driver, address=settings.address) if settings else None


def housekeeping_cpus(host: HostSettings, engine_cpus: str | None) -> str:
    """The CPUs of a host without those of its engines."""
    engines = parse_cpus(engine_cpus) if engine_cpus else frozenset()
    return format_cpus(parse_cpus(host.cpus) - engines)
