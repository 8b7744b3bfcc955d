"""A trading container of any image: pinned, sealed, watched. Knows nothing of what runs in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_docker as docker

from components._common.container import CONFIG_DIR, SECRET_DIR, ContainerSpec, arguments, options
from components._common.placement import Placements
from components._common.scraping import ScrapeTarget
from components.trading.settings import TradingContainerSettings
from workloads.contract.labels import STRATEGY

TOKEN = "hft:trading:TradingContainer"


@dataclass(frozen=True, kw_only=True)
class TradingContainerArgs:
    """What `TradingContainer` needs."""

    settings: TradingContainerSettings
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id (`sha256:…`) or `name@sha256:…`."""
    healthy: Sequence[str]
    """Health check as argv, run in the container every 5 seconds; exit status 0 means ready."""
    command: Sequence[str] = ()
    """Arguments of the image's entry point."""
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Absolute path below /etc/hft → text. A changed file replaces the container."""
    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Secret name → value, found at /run/secrets/<name>."""
    volumes_read: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Absolute path → name of a volume that another container writes, mounted read-only."""
    metrics_port: int | None = None
    """Port of `GET /metrics` on the host's address; without one it is not scraped."""
    strategy: str | None = None
    """Strategy whose lease it takes part in, where it does; becomes a label of its metrics, by which leaders and builds
    are counted."""
    drain_seconds: int | None = None
    """How long it needs to cancel its orders, where it says; a policy compares its grace with that."""


class TradingContainer(pulumi.ComponentResource):
    """A trading process in a container: CPUs of its own, the host's network, a read-only root, no privileges.

    Use it for an engine of your own, whatever it is written in. The image needs an exec-form entry point that ends on
    SIGTERM, and has to run with a read-only root and /tmp in memory. It deploys by restart: who has the engine contract
    (docs/) gets leases, draining and fencing on top, see `TradingEngine`.
    """

    container_name: pulumi.Output[str]
    """Name of the container on its host."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """Its metrics, once a second; empty without a port."""

    def __init__(self, name: str, args: TradingContainerArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        settings, place = args.settings, args.placements[args.settings.host]
        metrics = None if args.metrics_port is None else f"{place.address}:{args.metrics_port}"
        spec = ContainerSpec(
            component="trading",
            role=name,
            tier="engine",
            image=args.image,
            command=args.command,
            files=args.files,
            secrets=args.secrets,
            volumes_read=args.volumes_read,
            anonymous_volumes=[CONFIG_DIR, SECRET_DIR],
            healthy=args.healthy,
            ready_timeout_seconds=settings.ready_timeout_seconds,
            memory_mib=settings.memory_mib,
            shm_mib=settings.shm_mib,
            stop_grace_seconds=settings.stop_grace_seconds,
            cpu_set=settings.cpu_set,
            open_files=settings.open_files,
            lock_memory=settings.lock_memory,
            further_labels=_told(metrics, args.drain_seconds),
        )
        container = docker.Container(name, arguments(spec, place), opts=options(self, place))
        self.container_name = container.name
        self.scrape_targets = (_target(name, place.host, metrics, args.strategy),) if metrics else ()
        self.register_outputs(
            {
                "container_name": self.container_name,
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
            }
        )


def _target(name: str, host: str, metrics: str, strategy: str | None) -> ScrapeTarget:
    labels = {} if strategy is None else {STRATEGY.name: strategy}
    return ScrapeTarget(job="engine", instance=name, host=host, address=metrics, interval_seconds=1, labels=labels)


def _told(metrics: str | None, drain_seconds: int | None) -> dict[str, str]:
    """Labels for what reads the container from outside: policies, and an operator with `docker inspect`."""
    found = {"hft.metrics": metrics, "hft.drain-seconds": None if drain_seconds is None else str(drain_seconds)}
    return {label: value for label, value in found.items() if value is not None}
