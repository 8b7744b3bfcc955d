"""Disk guards: ticks are refused before the disk of a node is full. Does not own the nodes or their volumes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components._common.archiving import NodeData
from components._common.container import CONFIG_DIR, ContainerSpec, arguments, options
from components._common.endpoint import Endpoint
from components._common.placement import Placements
from components._common.ports import member_ports
from components._common.scraping import ScrapeTarget
from components.database.alerts import alert_rules
from components.database.render import DATA_DIR, guard_json
from components.database.settings import DatabaseSettings

TOKEN = "hft:database:DiskGuard"
_CONFIG = f"{CONFIG_DIR}/guard.json"
# Python with psycopg2: 12 MiB in the drills, by docker stats.
_MEMORY_MIB = 64


@dataclass(frozen=True, kw_only=True)
class DiskGuardArgs:
    """What `DiskGuard` needs."""

    settings: DatabaseSettings
    """Nodes, ports, and `wal_mib`, which says how much has to stay free."""
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of PostgreSQL with TimescaleDB and Patroni, which holds the guard."""
    nodes: Sequence[NodeData]
    """The nodes and their data volumes."""
    password: pulumi.Input[str]
    """Password of `hft_guard` (secret db-guard), which `DatabaseObjects` makes."""


class DiskGuard(pulumi.ComponentResource):
    """A guard beside each node that watches the file system of its data and WAL.

    Use one per cluster, after `DatabaseObjects`. With less than `wal_mib` free on any node, the primary refuses ticks
    and opportunities, says why, and takes orders on; from 1.5 times that on it takes all again, by itself. It frees no
    space, and cannot help where something else than ingest fills the disk.
    """

    scrape_targets: tuple[ScrapeTarget, ...]
    """The guards."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""

    def __init__(self, name: str, args: DiskGuardArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        ports = member_ports(args.settings.guard_port, args.settings.hosts)
        listening = [
            Endpoint(args.placements[node.host].address, port) for node, port in zip(args.nodes, ports, strict=True)
        ]
        for index, listen in enumerate(listening):
            self._make_guard(name, args, index, listen)
        self.scrape_targets = tuple(
            ScrapeTarget(job="disk-guard", instance=node.member.name, host=node.host, address=str(listen))
            for node, listen in zip(args.nodes, listening, strict=True)
        )
        self.alert_rules = alert_rules()
        self.register_outputs(
            {
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": dict(self.alert_rules),
            }
        )

    def _make_guard(self, name: str, args: DiskGuardArgs, index: int, listen: Endpoint) -> docker.Container:
        node = args.nodes[index]
        placement = args.placements[node.host]
        spec = ContainerSpec(
            component="database",
            role=name,
            index=index,
            tier="infra",
            image=args.image,
            entrypoint=["hft-disk-guard"],
            command=[_CONFIG],
            files={_CONFIG: guard_json(args.settings, [each.member for each in args.nodes], index, listen)},
            secrets={"db-guard": args.password},
            volumes_read={DATA_DIR: node.volume},
            healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{listen}/metrics"],
            memory_mib=_MEMORY_MIB,
        )
        return docker.Container(f"{name}-{index}", arguments(spec, placement), opts=options(self, placement))
