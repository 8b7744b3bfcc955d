"""The grafana provider: thirteen resources in one Grafana."""

from toolchain.plugins.framework import TableProvider
from toolchain.plugins.grafana import settings
from toolchain.plugins.grafana.accounts import ServiceAccount
from toolchain.plugins.grafana.client import Grafana
from toolchain.plugins.grafana.contact_points import ContactPoint
from toolchain.plugins.grafana.dashboards import Dashboard
from toolchain.plugins.grafana.data_sources import DataSource
from toolchain.plugins.grafana.folders import Folder
from toolchain.plugins.grafana.message_templates import MessageTemplate
from toolchain.plugins.grafana.mute_timings import MuteTiming
from toolchain.plugins.grafana.notification_policies import NotificationPolicy
from toolchain.plugins.grafana.permissions import FolderPermission
from toolchain.plugins.grafana.rule_groups import RuleGroup
from toolchain.plugins.grafana.teams import Team
from toolchain.plugins.grafana.tokens import ServiceAccountRotatingToken, ServiceAccountToken

OSS = [
    *(Folder, FolderPermission, Dashboard, DataSource, Team),
    *(ServiceAccount, ServiceAccountToken, ServiceAccountRotatingToken),
]
ALERTING = [ContactPoint, NotificationPolicy, RuleGroup, MuteTiming, MessageTemplate]


def provider() -> TableProvider:
    """The provider, ready to be served. It does not connect before the first resource needs it."""
    return TableProvider(
        name="grafana",
        configuration=settings.CONFIGURATION,
        resources=[*OSS, *ALERTING],
        connect=lambda configuration: Grafana(settings.parse(configuration)),
    )
