"""Witnesses: one beside the nodes of each host, which together cut the wait for a lost primary's lease short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components._common.container import CONFIG_DIR, ContainerSpec, arguments, options
from components._common.endpoint import DatabaseMember, Endpoint
from components._common.placement import Placement, Placements
from components._common.scraping import ScrapeTarget
from components._common.tls import TLS_DIR, Tls
from components.database.alerts import alert_rules
from components.database.settings import DatabaseSettings
from components.database.witness_config import witness_json

TOKEN = "hft:database:FailoverWitness"
_CONFIG = f"{CONFIG_DIR}/witness.json"
# Python with aiohttp: 35 MiB in the drills, by docker stats.
_MEMORY_MIB = 96


@dataclass(frozen=True, kw_only=True)
class FailoverWitnessArgs:
    """What `FailoverWitness` needs."""

    settings: DatabaseSettings
    """Nodes, timers and ports."""
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of the witness."""
    members: Sequence[DatabaseMember]
    """The nodes of the cluster, in the order of the settings."""
    etcd_endpoints: tuple[str, ...]
    """`address:port` of each member of etcd."""
    tls: Tls
    """The certificates of all witnesses, by `<name>-<host>`."""


class FailoverWitness(pulumi.ComponentResource):
    """A process on each host of a `TimescaleCluster` that sees when the primary's host is gone.

    Use it where nodes are on several hosts and 20 s without writes are too long; without it a lost primary is replaced
    when its lease runs out. It elects nobody: when most of the other hosts see the primary gone, and enough standbys
    have been cut off from it that it can acknowledge nothing more, it deletes the primary's key in etcd, and Patroni
    does the rest (docs/adr/0016-failover-witness.md). It runs as root with CAP_NET_ADMIN, as it writes a table of the
    host's firewall. On one host, or with `failover.witness_probes` 0, there are none.
    """

    scrape_targets: tuple[ScrapeTarget, ...]
    """The witnesses' metrics."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""

    def __init__(self, name: str, args: FailoverWitnessArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        placed = [args.placements[host] for host in args.settings.witness_hosts]
        for placement in placed:
            self._make_witness(name, args, placement)
        self.scrape_targets = tuple(
            ScrapeTarget(
                job="witness",
                instance=f"{name}-{placement.host}",
                host=placement.host,
                address=f"{placement.address}:{args.settings.witness_port}",
            )
            for placement in placed
        )
        self.alert_rules = alert_rules()
        self.register_outputs(
            {
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": dict(self.alert_rules),
            }
        )

    def _make_witness(self, name: str, args: FailoverWitnessArgs, placement: Placement) -> docker.Container:
        listen = Endpoint(placement.address, args.settings.witness_port)
        # Several stacks may share a host, and nft's names have no dashes.
        table = f"hft_{pulumi.get_stack()}_{name}".replace("-", "_")
        live = args.tls.live[f"{name}-{placement.host}"]
        text = witness_json(args.settings, placement.host, listen, args.members, args.etcd_endpoints, table=table)
        spec = ContainerSpec(
            component="database",
            role=name,
            tier="infra",
            image=args.image,
            command=["workloads.witness", "--config", _CONFIG],
            files={_CONFIG: text},
            volumes_read={TLS_DIR: live.volume},
            capabilities=["NET_ADMIN"],
            healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{listen}/healthz"],
            memory_mib=_MEMORY_MIB,
        )
        return docker.Container(
            f"{name}-{placement.host}", arguments(spec, placement), opts=options(self, placement, [live.filled])
        )
