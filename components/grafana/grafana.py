"""Grafana: the container or an existing server, and what is in it, all by its API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker
from pulumiverse_grafana import Provider, oss

from components._common.container import SECRET_DIR, ContainerSpec, arguments, options
from components._common.endpoint import Endpoint
from components._common.naming import grafana_uid
from components._common.placement import Placements
from components._common.scraping import ScrapeTarget
from components._common.volumes import kept_volume
from components.grafana.access import checker_token, teams
from components.grafana.alerting import alertmanager
from components.grafana.render import grafana_ini, postgresql_json, prometheus_json, with_runbooks
from components.grafana.settings import GrafanaSettings
from components.grafana.watch import watch

TOKEN = "hft:grafana:Grafana"
# Order-path targets are scraped every second.
_SHORTEST_SCRAPE_SECONDS = 1
_DATA = "/var/lib/grafana"
_SKIPPED = (
    "the image lock has no image `grafana`, so Grafana is skipped and everything else comes up. "
    "Build the images where a registry answers, or set grafana.mode to external."
)


@dataclass(frozen=True, kw_only=True)
class GrafanaArgs:
    """What `Grafana` needs."""

    settings: GrafanaSettings
    placements: Placements
    """Hosts by name."""
    image: str | None
    """Image id of Grafana, where the lock has one; needed by mode container only."""
    admin_password: pulumi.Input[str]
    """Password of the administrator, or the token of a service account (secret grafana-admin)."""
    prometheus_url: str
    """URL of Prometheus as Grafana reaches it."""
    alertmanagers: Sequence[Endpoint]
    """All Alertmanagers as Grafana reaches them; it shows what the first one knows."""
    database: Endpoint
    """Where read-only SQL goes."""
    database_password: pulumi.Input[str]
    """Password of `hft_reader` (secret db-reader)."""
    dashboards: Mapping[str, str]
    """Dashboard name in kebab case → JSON with a fixed uid."""
    runbooks_url: str | None = None
    """Where readers of dashboards find docs/runbooks; without, panels have no link there."""


class Grafana(pulumi.ComponentResource):
    """Data sources, dashboards with who may see them and a way to Alertmanager, in a Grafana of ours or in another.

    Use it with mode `container` where the image lock has a Grafana image; where it has none (no registry answered), one
    line says so and nothing is created. Use mode `external` for a Grafana that the firm runs: only our objects are
    created there, under names with the stack's in them, and the organisation's notification policy stays the firm's
    unless the settings say otherwise. It makes no users, and no alert rules: alerts are Prometheus rules.
    """

    url: str | None
    """URL of Grafana; None where it was skipped."""
    scrape_targets: tuple[ScrapeTarget, ...]
    """Our container; an existing Grafana is not ours to watch. The same as `watch` tells, which monitoring is given."""
    checker_token: pulumi.Output[str] | None
    """Token of an account that may look and ask data sources; a secret. None where Grafana was skipped."""

    def __init__(self, name: str, args: GrafanaArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        self._name = name
        self._args = args
        self.url, self.checker_token = None, None
        self.scrape_targets = watch(args.settings, args.placements, args.image).scrape_targets
        if args.settings.mode == "external":
            self.url = str(args.settings.url).rstrip("/")
            self.checker_token = self._make_objects(self.url, [])
        elif args.image is None:
            pulumi.log.warn(_SKIPPED, self)
        else:
            listen, server = self._make_server(args.image)
            self.url = f"http://{listen}"
            self.checker_token = self._make_objects(self.url, [server])
        self.register_outputs(
            {
                "url": self.url,
                "scrape_targets": [target.as_output() for target in self.scrape_targets],
                "checker_token": self.checker_token,
            }
        )

    def _make_server(self, image: str) -> tuple[Endpoint, docker.Container]:
        settings = self._args.settings
        place = self._args.placements[str(settings.host)]
        listen = Endpoint(place.address, settings.grafana_port)
        volume = kept_volume(self, f"{self._name}-data", component="grafana", owner="grafana", placement=place)
        spec = ContainerSpec(
            component="grafana",
            role="grafana",
            tier="infra",
            image=image,
            command=["--config=/etc/hft/grafana.ini"],
            files={"/etc/hft/grafana.ini": grafana_ini(listen, str(settings.admin_user))},
            secrets={"grafana-admin": self._args.admin_password},
            anonymous_volumes=["/etc/hft", SECRET_DIR],
            volumes={_DATA: volume.name},
            healthy=["curl", "-fsS", "-o", "/dev/null", f"http://{listen}/api/health"],
            memory_mib=settings.memory_mib,
        )
        return listen, docker.Container(f"{self._name}-server", arguments(spec, place), opts=options(self, place))

    def _make_objects(self, url: str, depends_on: Sequence[pulumi.Resource]) -> pulumi.Output[str]:
        provider = Provider(
            f"{self._name}-api",
            url=url,
            auth=self._auth(),
            # Half a minute in all: the health check passes some seconds before the API takes objects.
            retries=10,
            retry_wait=3,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(depends_on)),
        )
        child = pulumi.ResourceOptions(parent=self, provider=provider)
        settings = self._args.settings
        self._make_prometheus_source(child)
        self._make_database_source(child)
        teams(self._name, settings, self._make_dashboards(child), child)
        urls = [f"http://{each}" for each in self._args.alertmanagers]
        alertmanager(self._name, urls, child, owns_notifications=settings.owns_notifications)
        return checker_token(self._name, child)

    def _auth(self) -> pulumi.Output[str]:
        user, secret = self._args.settings.admin_user, pulumi.Output.secret(self._args.admin_password)
        return secret if user is None else pulumi.Output.concat(user, ":", secret)

    def _make_prometheus_source(self, child: pulumi.ResourceOptions) -> None:
        uid = grafana_uid(pulumi.get_stack(), "prometheus")
        oss.DataSource(
            f"{self._name}-prometheus",
            type="prometheus",
            name=uid,
            uid=uid,
            url=self._args.prometheus_url,
            json_data_encoded=prometheus_json(_SHORTEST_SCRAPE_SECONDS),
            opts=child,
        )

    def _make_database_source(self, child: pulumi.ResourceOptions) -> None:
        uid = grafana_uid(pulumi.get_stack(), "timescaledb")
        oss.DataSource(
            f"{self._name}-timescaledb",
            type="grafana-postgresql-datasource",
            name=uid,
            uid=uid,
            url=str(self._args.database),
            username="hft_reader",
            database_name="hft",
            json_data_encoded=postgresql_json("hft"),
            secure_json_data_encoded=pulumi.Output.json_dumps(
                {"password": pulumi.Output.secret(self._args.database_password)}
            ),
            opts=child,
        )

    def _make_dashboards(self, child: pulumi.ResourceOptions) -> oss.Folder:
        stack = pulumi.get_stack()
        folder = oss.Folder(f"{self._name}-folder", title=f"HFT {stack}", uid=grafana_uid(stack, "folder"), opts=child)
        url = self._args.runbooks_url
        for dashboard, config_json in self._args.dashboards.items():
            oss.Dashboard(
                f"{self._name}-dashboard-{dashboard}",
                config_json=with_runbooks(config_json, url),
                folder=folder.uid,
                overwrite=True,
                opts=child,
            )
        return folder
