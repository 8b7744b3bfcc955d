"""Prometheus, Alertmanager and a node exporter per host. Watches what other components name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components._common.container import CONFIG_DIR, ContainerSpec, arguments, options
from components._common.endpoint import Endpoint
from components._common.one_shot import one_shot
from components._common.placement import Placement, Placements
from components._common.scraping import ScrapeTarget
from components._common.tls import CLIENT_AUTHORITY_FILE, Tls
from components._common.volumes import kept_volume
from components.monitoring.clock import clock_yaml
from components.monitoring.dashboard import hosts
from components.monitoring.render import RULE_DIR, certificates_prom, prometheus_yml, with_runbooks
from components.monitoring.routing import alertmanager_yml
from components.monitoring.settings import MonitoringSettings

TOKEN = "hft:monitoring:Monitoring"
_ALERTS = Path(__file__).with_name("alerts.yaml")
_DATA = "/var/lib/hft/data"
_HOST_ROOT = "/host"
# What trading hosts are judged by. The rest costs CPU at every scrape, and some of it wants a bus or privileges.
_COLLECTORS = (
    *("conntrack", "cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "netdev", "netstat", "ntp"),
    *("pressure", "sockstat", "softnet", "stat", "textfile", "timex", "uname", "vmstat"),
)
_CERTIFICATES, _CERTIFICATES_DIR = f"{CONFIG_DIR}/certificates.prom", "/var/lib/hft/certificates"
# The collector reads what ends in .prom, at each scrape; a renamed file is whole at any moment.
_TELL_CERTIFICATES = f"""\
cp {_CERTIFICATES} {_DATA}/new
mv -f {_DATA}/new {_DATA}/certificates.prom
"""
# How long the second Alertmanager waits for the first to send. Its own default of 15 s is three times what RTS 6
# leaves, and a lost host may have had the first one. A receiver that takes longer to answer may be told twice.
_PEER_TIMEOUT = "--cluster.peer-timeout=1s"
# It closes its database on SIGTERM; a kill means replaying the write-ahead log at the next start. Its own minute for
# what a store that is away still lacks would end in that kill: stopping took 60 s, and 10 with this.
_PROMETHEUS_STOP_SECONDS, _FLUSH_SECONDS = 30, 10
_ONE_SHOT_MEMORY_MIB = 32
_ALERTMANAGER_MEMORY_MIB = 128
_EXPORTER_MEMORY_MIB = 64


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What `Monitoring` needs."""

    settings: MonitoringSettings
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of Prometheus."""
    alertmanager_image: str
    """Image id of Alertmanager."""
    exporter_image: str
    """Image id of the exporters."""
    scrape_targets: Sequence[ScrapeTarget]
    """What the other components want scraped."""
    alert_rules: Mapping[str, str]
    """Rule file name → text, from the other components."""
    tls: Tls
    """The authority of targets with TLS, and how long all certificates live."""
    secrets: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Secret name → value, for each that `settings` wants."""


class Monitoring(pulumi.ComponentResource):
    """Scrapes every target, evaluates every component's rules, and sends alerts.

    Use one per stack. With several hosts each Prometheus scrapes everything by itself and the Alertmanagers agree on
    who sends, so that the loss of one host loses no alert. Metrics survive a replacement and a removal of the stack:
    the volumes are protected and retained. A changed target or rule restarts Prometheus: a gap of some seconds. Without
    `receivers` alerts are shown and sent nowhere. Raises ValueError where a secret that the settings want is not given.
    """

    prometheus: Endpoint
    """The first Prometheus."""
    alertmanagers: tuple[Endpoint, ...]
    """All Alertmanagers: an alert has to be told to each, as they agree on what was sent, not on what there is."""
    prometheus_url: str
    """URL of the first Prometheus."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """Everything that is scraped, monitoring's own parts included."""
    alert_rules: Mapping[str, str]
    """Every rule file, monitoring's own included."""
    runbooks_url: str | None
    """Where docs/runbooks is served, for readers of dashboards too."""
    dashboards: Mapping[str, str]
    """Dashboard name → JSON; its own only."""

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None):
        _check_secrets(args)
        super().__init__(TOKEN, name, {}, opts)
        self._name = name
        self._args = args
        settings = args.settings
        self._places = [args.placements[host] for host in settings.hosts]
        self._watched = [args.placements[host] for host in settings.watched_hosts]
        self._prometheuses = _endpoints(self._places, settings.prometheus_port)
        self.alertmanagers = tuple(_endpoints(self._places, settings.alertmanager_port))
        self.prometheus = self._prometheuses[0]
        self.prometheus_url = f"http://{self.prometheus}"
        self.scrape_targets = (*args.scrape_targets, *self._own_targets())
        own = {"monitoring.yaml": _ALERTS.read_text(), "clock.yaml": clock_yaml(settings.clock_limit_us)}
        self.runbooks_url = str(settings.runbooks_url) if settings.runbooks_url else None
        self.alert_rules = {
            file: with_runbooks(text, self.runbooks_url) for file, text in {**args.alert_rules, **own}.items()
        }
        self.dashboards = {"hosts": hosts(pulumi.get_stack())}
        for place in self._watched:
            self._make_node_exporter(place, *self._make_certificates(place))
        for index, place in enumerate(self._places):
            self._make_prometheus(index, place, self._make_alertmanager(index, place))
        self.register_outputs(
            {
                "prometheus": str(self.prometheus),
                "alertmanagers": [str(each) for each in self.alertmanagers],
                "prometheus_url": self.prometheus_url,
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": self.alert_rules,
                "runbooks_url": self.runbooks_url,
                "dashboards": sorted(self.dashboards),
            }
        )

    def _own_targets(self) -> tuple[ScrapeTarget, ...]:
        nodes = _endpoints(self._watched, self._args.settings.node_exporter_port)
        return (
            *_targets("prometheus", self._places, self._prometheuses),
            *_targets("alertmanager", self._places, self.alertmanagers),
            *(
                ScrapeTarget(job="node", instance=place.host, host=place.host, address=str(endpoint))
                for place, endpoint in zip(self._watched, nodes, strict=True)
            ),
        )

    def _make_certificates(self, place: Placement) -> tuple[docker.Volume, pulumi.Output[pulumi.Resource]]:
        """A volume that tells the node exporter of a host when certificates end, and what has filled it."""
        logical = f"{self._name}-certificates-{place.host}"
        volume = kept_volume(
            self, logical, component="monitoring", owner=f"node-{place.host}", placement=place, what="certificates"
        )
        lives = {part: pulumi.Output.all(due=life.due, end=life.end) for part, life in self._args.tls.lives.items()}
        spec = ContainerSpec(
            component="monitoring",
            role=f"node-{place.host}-certificates",
            tier="infra",
            image=self._args.exporter_image,
            entrypoint=["/bin/sh", "-euc", _TELL_CERTIFICATES],
            files={_CERTIFICATES: pulumi.Output.all(**lives).apply(certificates_prom)},
            volumes={_DATA: volume.name},
            memory_mib=_ONE_SHOT_MEMORY_MIB,
        )
        return volume, one_shot(self, logical, spec, place)

    def _make_node_exporter(
        self, place: Placement, certificates: docker.Volume, told: pulumi.Output[pulumi.Resource]
    ) -> docker.Container:
        listen = Endpoint(place.address, self._args.settings.node_exporter_port)
        spec = ContainerSpec(
            component="monitoring",
            role=f"node-{place.host}",
            tier="infra",
            image=self._args.exporter_image,
            command=[
                "node",
                f"--web.listen-address={listen}",
                f"--path.rootfs={_HOST_ROOT}",
                f"--path.procfs={_HOST_ROOT}/proc",
                f"--path.sysfs={_HOST_ROOT}/sys",
                f"--path.udev.data={_HOST_ROOT}/run/udev/data",
                "--collector.disable-defaults",
                *(f"--collector.{name}" for name in _COLLECTORS),
                f"--collector.textfile.directory={_CERTIFICATES_DIR}",
            ],
            volumes_read={_CERTIFICATES_DIR: certificates.name},
            host_paths={_HOST_ROOT: "/"},
            healthy=_answers(listen, "/"),
            memory_mib=_EXPORTER_MEMORY_MIB,
        )
        logical = f"{self._name}-node-{place.host}"
        return docker.Container(logical, arguments(spec, place), opts=options(self, place, [told]))

    def _make_alertmanager(self, index: int, place: Placement) -> docker.Container:
        listen = self.alertmanagers[index]
        spec = ContainerSpec(
            component="monitoring",
            role="alertmanager",
            index=index,
            tier="infra",
            image=self._args.alertmanager_image,
            command=[
                "--config.file=/etc/hft/alertmanager.yml",
                f"--storage.path={_DATA}",
                f"--web.listen-address={listen}",
                *self._cluster_arguments(index),
                "--log.format=json",
            ],
            files={"/etc/hft/alertmanager.yml": alertmanager_yml(self._args.settings)},
            secrets={name: self._args.secrets[name] for name in self._args.settings.alertmanager_secrets()},
            volumes={_DATA: self._make_volume("alertmanager", index, place).name},
            healthy=_answers(listen, "/-/ready"),
            memory_mib=_ALERTMANAGER_MEMORY_MIB,
        )
        logical = f"{self._name}-alertmanager-{index}"
        return docker.Container(logical, arguments(spec, place), opts=options(self, place))

    def _cluster_arguments(self, index: int) -> list[str]:
        if len(self._places) == 1:
            return ["--cluster.listen-address="]
        members = _endpoints(self._places, self._args.settings.alertmanager_cluster_port)
        others = [member for number, member in enumerate(members) if number != index]
        return [
            f"--cluster.listen-address={members[index]}",
            _PEER_TIMEOUT,
            *(f"--cluster.peer={other}" for other in others),
        ]

    def _make_prometheus(self, index: int, place: Placement, alertmanager: docker.Container) -> docker.Container:
        settings, listen = self._args.settings, self._prometheuses[index]
        targets, replica = self.scrape_targets, f"prometheus-{index}"
        config = prometheus_yml(settings, pulumi.get_stack(), targets, self.alertmanagers, replica=replica)
        spec = ContainerSpec(
            component="monitoring",
            role="prometheus",
            index=index,
            tier="infra",
            image=self._args.image,
            command=[
                "--config.file=/etc/hft/prometheus.yml",
                f"--storage.tsdb.path={_DATA}",
                f"--storage.tsdb.retention.time={settings.retention_days}d",
                f"--storage.tsdb.retention.size={settings.retention_size_mib}MiB",
                f"--storage.remote.flush-deadline={_FLUSH_SECONDS}s",
                f"--web.listen-address={listen}",
                "--log.format=json",
            ],
            files={
                "/etc/hft/prometheus.yml": config,
                CLIENT_AUTHORITY_FILE: self._args.tls.authority_pem,
                **{f"{RULE_DIR}/{file}": text for file, text in self.alert_rules.items()},
            },
            secrets={name: self._args.secrets[name] for name in settings.prometheus_secrets()},
            volumes={_DATA: self._make_volume("prometheus", index, place).name},
            healthy=_answers(listen, "/-/ready"),
            memory_mib=settings.prometheus_memory_mib,
            stop_grace_seconds=_PROMETHEUS_STOP_SECONDS,
        )
        logical = f"{self._name}-prometheus-{index}"
        return docker.Container(logical, arguments(spec, place), opts=options(self, place, [alertmanager]))

    def _make_volume(self, role: str, index: int, place: Placement) -> docker.Volume:
        owner = f"{role}-{index}"
        return kept_volume(self, f"{self._name}-{owner}-data", component="monitoring", owner=owner, placement=place)


def _check_secrets(args: MonitoringArgs) -> None:
    for name, path in args.settings.wanted_secrets().items():
        if name not in args.secrets:
            raise ValueError(f"{path} needs the secret {name}: hand its value to MonitoringArgs.secrets")


def _endpoints(places: Sequence[Placement], port: int) -> list[Endpoint]:
    return [Endpoint(place.address, port) for place in places]


def _targets(job: str, places: Sequence[Placement], endpoints: Sequence[Endpoint]) -> list[ScrapeTarget]:
    return [
        ScrapeTarget(job=job, instance=f"{job}-{index}", host=place.host, address=str(endpoint))
        for index, (place, endpoint) in enumerate(zip(places, endpoints, strict=True))
    ]


def _answers(listen: Endpoint, path: str) -> list[str]:
    return ["curl", "-fsS", "-o", "/dev/null", f"http://{listen}{path}"]
