"""The reference-data cache: one Valkey and its exporter. Holds nothing that cannot be loaded again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_docker as docker

from components._common.container import SECRET_DIR, ContainerSpec, arguments, options
from components._common.endpoint import Endpoint
from components._common.placement import Placements
from components._common.scraping import ScrapeTarget
from components.cache.render import ACCOUNTS, users_acl, valkey_conf
from components.cache.settings import CacheSettings

TOKEN = "hft:cache:ReferenceCache"
_ALERTS = Path(__file__).with_name("alerts.yaml")
_EXPORTER_MEMORY_MIB = 64


@dataclass(frozen=True, kw_only=True)
class ReferenceCacheArgs:
    """What `ReferenceCache` needs."""

    settings: CacheSettings
    placements: Placements
    """Hosts by name."""
    image: str
    """Image id of Valkey."""
    exporter_image: str
    """Image id of the exporters."""
    writer_password: pulumi.Input[str]
    """Password of the account `ref-writer` (secret cache-writer)."""
    reader_password: pulumi.Input[str]
    """Password of the account `ref-reader` (secret cache-reader)."""
    monitoring_password: pulumi.Input[str]
    """Password of the account `monitoring` (secret cache-monitoring)."""


class ReferenceCache(pulumi.ComponentResource):
    """Instruments, fees and symbol maps in memory, for processes that must not ask the database for them.

    Use it for data that changes per day and is read per start or per minute: keys `ref:*`, written by `ref-writer`,
    read by `ref-reader`. Every other key is refused. It is empty after a restart, and its loader fills it again; it is
    not replicated, and an engine must start without it. It does not hold prices, orders, positions or locks.
    """

    endpoint: Endpoint
    """Where Valkey listens."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """The exporter."""
    alert_rules: Mapping[str, str]
    """Rule file name → text."""

    def __init__(self, name: str, args: ReferenceCacheArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        self._placement = args.placements[args.settings.host]
        self.endpoint = Endpoint(self._placement.address, args.settings.valkey_port)
        exporter = Endpoint(self._placement.address, args.settings.exporter_port)
        self._make_server(name, args)
        self._make_exporter(name, args, exporter)
        self.scrape_targets = (
            ScrapeTarget(job="valkey", instance="cache", host=self._placement.host, address=str(exporter)),
        )
        self.alert_rules = {"cache.yaml": _ALERTS.read_text()}
        self.register_outputs(
            {
                "endpoint": str(self.endpoint),
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "alert_rules": self.alert_rules,
            }
        )

    def _make_server(self, name: str, args: ReferenceCacheArgs) -> None:
        passwords = pulumi.Output.all(args.writer_password, args.reader_password, args.monitoring_password)
        spec = ContainerSpec(
            component="cache",
            role="cache",
            tier="infra",
            image=args.image,
            command=["/etc/hft/valkey.conf"],
            files={
                "/etc/hft/valkey.conf": valkey_conf(args.settings, self._placement.address),
                "/etc/hft/users.acl": pulumi.Output.secret(passwords.apply(_hashed_acl)),
            },
            embedded_secrets=["cache-writer", "cache-reader", "cache-monitoring"],
            healthy=["valkey-cli", "-e", "-h", self.endpoint.address, "-p", str(self.endpoint.port), "ping"],
            memory_mib=args.settings.memory_mib,
        )
        docker.Container(f"{name}-server", arguments(spec, self._placement), opts=options(self, self._placement))

    def _make_exporter(self, name: str, args: ReferenceCacheArgs, exporter: Endpoint) -> None:
        spec = ContainerSpec(
            component="cache",
            role="cache-exporter",
            tier="infra",
            image=args.exporter_image,
            command=[
                *("redis", self.endpoint.address, str(self.endpoint.port), "monitoring"),
                f"{SECRET_DIR}/cache-monitoring",
                # Without: the exporter asks for CONFIG, which its account is not given.
                "-config-command=-",
                f"-web.listen-address={exporter}",
            ],
            secrets={"cache-monitoring": args.monitoring_password},
            healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{exporter}/health"],
            memory_mib=_EXPORTER_MEMORY_MIB,
        )
        docker.Container(f"{name}-exporter", arguments(spec, self._placement), opts=options(self, self._placement))


def _hashed_acl(passwords: list[str]) -> str:
    hashes = [hashlib.sha256(password.encode()).hexdigest() for password in passwords]
    return users_acl(dict(zip(ACCOUNTS, hashes, strict=True)))
