"""The agents that make backups, one on each host of the database, of which the primary's acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components._common.archiving import CLUSTER_FOLDER, CLUSTER_PATH, NODE_DATA_DIR, Archiving, NodeData
from components._common.container import ContainerSpec, arguments, options
from components._common.endpoint import Endpoint
from components._common.naming import member_name
from components._common.one_shot import one_shot
from components._common.placement import Placement, Placements
from components._common.scraping import ScrapeTarget
from components._common.tls import TLS_DIR, Tls
from components._common.volumes import kept_volume
from components.backup.render import AGENT_FILE, CONFIG_FILE, SCRATCH_DIR, AgentNode, agent_conf, agent_json
from components.backup.repository import RepositoryServer
from components.backup.settings import BackupSettings

TOKEN = "hft:backup:Backups"
_RULES = Path(__file__).with_name("alerts.yaml")
# Weight against other containers while CPUs are short; Docker's default is 1,024.
_CPU_SHARES = 128
# pgBackRest ends its processes and its session of the primary on SIGTERM.
_STOP_GRACE_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class BackupsArgs:
    """What `Backups` needs."""

    settings: BackupSettings
    """Schedules, retention and sizes."""
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of the agent."""
    stanza: str
    """pgBackRest's name of the cluster in the repository."""
    archiving: Archiving
    """How the repository is reached, as the nodes reach it."""
    server: RepositoryServer | None
    """What serves the repository, where one host has it for the others."""
    tls: Tls
    """The agents' certificates for that server, by `agent_name`."""
    nodes: Sequence[NodeData]
    """The nodes of the cluster."""
    cluster: pulumi.Input[pulumi.Resource]
    """What the agents wait for: the cluster itself. Volumes do not wait for it, as they outlive it."""


def agent_name(host: str) -> str:
    """What the agent of a host is called in its certificate."""
    return f"backup-{host}"


def client_names(hosts: Sequence[str]) -> tuple[str, ...]:
    """Common names of those who speak to the repository's server; `hosts` has that of each node of the database."""
    nodes = (member_name("tsdb", index) for index in range(len(hosts)))
    return (*nodes, *map(agent_name, dict.fromkeys(hosts)))


class Backups(pulumi.ComponentResource):
    """Full and differential backups on a schedule, from whichever node is the primary.

    Use it with the `BackupRepository` that the cluster archives into. Each host of the database has an agent, which
    sees its nodes' data read-only; the one beside the primary makes what is due, so a failover changes nothing. What is
    due follows from what the repository has: a time that was missed is made up for. A deployment stops where a host
    does not reach the repository, or where its stanza is another cluster's.
    """

    scrape_targets: tuple[ScrapeTarget, ...]
    """The agents."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""

    def __init__(self, name: str, args: BackupsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        placed = [args.placements[host] for host in dict.fromkeys(node.host for node in args.nodes)]
        for placement in placed:
            self._make_agent(name, args, placement, after=self._make_prepared(name, args, placement))
        prover = args.placements[args.settings.proven_on([node.host for node in args.nodes])]
        self._make_drill(name, args, prover)
        self.scrape_targets = (
            *(_target(f"{name}-{placement.host}", placement, args.settings.metrics_port) for placement in placed),
            _target(f"{name}-drill", prover, args.settings.drill_port),
        )
        self.alert_rules = {"backup.yaml": _RULES.read_text()}
        self.register_outputs(
            {
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": dict(self.alert_rules),
            }
        )

    def _make_prepared(self, name: str, args: BackupsArgs, placement: Placement) -> pulumi.Output[pulumi.Resource]:
        """Makes the stanza and sees a WAL file arrive, or says why not."""
        spec = _spec(f"{name}-prepared", args, placement, "prepare", _nodes_on(args, placement))
        after = [args.cluster, *_served(args, placement)]
        return one_shot(self, f"{name}-prepared-{placement.host}", spec, placement, after)

    def _make_agent(
        self, name: str, args: BackupsArgs, placement: Placement, after: pulumi.Input[pulumi.Resource]
    ) -> docker.Container:
        spec = _spec(name, args, placement, "serve", _nodes_on(args, placement))
        return docker.Container(
            f"{name}-{placement.host}", arguments(spec, placement), opts=options(self, placement, [after])
        )

    def _make_drill(self, name: str, args: BackupsArgs, placement: Placement) -> docker.Container:
        """Has no node: it restores from the repository alone."""
        scratch = kept_volume(
            self,
            f"{name}-drill-data",
            component="backup",
            owner=f"{name}-drill",
            placement=placement,
            tier="data",
        )
        spec = _spec(f"{name}-drill", args, placement, "prove", nodes=())
        roomy = replace(
            spec, memory_mib=args.settings.drill_memory_mib, volumes={**spec.volumes, SCRATCH_DIR: scratch.name}
        )
        return docker.Container(
            f"{name}-drill",
            arguments(roomy, placement),
            opts=options(self, placement, [args.cluster, *_served(args, placement)]),
        )


def _spec(role: str, args: BackupsArgs, placement: Placement, command: str, nodes: Sequence[NodeData]) -> ContainerSpec:
    """A container that reads `nodes`; the one that drills has none."""
    port = args.settings.metrics_port if nodes else args.settings.drill_port
    agent_nodes = [_agent_node(node) for node in nodes]
    listens = args.server.listens if args.server else None
    return ContainerSpec(
        component="backup",
        role=role,
        tier="infra",
        image=args.image,
        command=[command],
        files={
            **args.archiving.files,
            CONFIG_FILE: agent_conf(args.settings, args.stanza, NODE_DATA_DIR, CLUSTER_PATH, listens),
            AGENT_FILE: agent_json(args.settings, args.stanza, agent_nodes, placement.address),
        },
        embedded_secrets=args.archiving.secrets,
        volumes=args.archiving.volumes,
        volumes_read={**{_folder(node): node.volume for node in nodes}, **_certificate(args, placement)},
        host_paths_written=args.archiving.host_paths,
        healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{placement.address}:{port}/metrics"],
        cpu_shares=_CPU_SHARES,
        memory_mib=args.settings.memory_mib,
        stop_grace_seconds=_STOP_GRACE_SECONDS,
    )


def _certificate(args: BackupsArgs, placement: Placement) -> dict[str, pulumi.Input[str]]:
    """Where an agent has what it shows to the repository's server."""
    return {TLS_DIR: args.tls.live[agent_name(placement.host)].volume} if args.server else {}


def _served(args: BackupsArgs, placement: Placement) -> list[pulumi.Input[pulumi.Resource]]:
    """What must be there before an agent asks the repository's server."""
    return [args.server.answers, args.tls.live[agent_name(placement.host)].filled] if args.server else []


def _nodes_on(args: BackupsArgs, placement: Placement) -> list[NodeData]:
    return [node for node in args.nodes if node.host == placement.host]


def _folder(node: NodeData) -> str:
    """Where the agent has a node's data volume."""
    return f"/var/lib/hft/{node.member.name}"


def _agent_node(node: NodeData) -> AgentNode:
    return AgentNode(
        name=node.member.name,
        address=node.member.address,
        path=f"{_folder(node)}/{CLUSTER_FOLDER}",
        socket=_folder(node),
        port=node.member.postgres_port,
    )


def _target(instance: str, placement: Placement, port: int) -> ScrapeTarget:
    return ScrapeTarget(
        job="backup",
        instance=instance,
        host=placement.host,
        address=str(Endpoint(placement.address, port)),
        interval_seconds=15,
    )
