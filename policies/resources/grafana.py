"""What the grafana provider makes inside of Grafana."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from policies.pack.resource import Resource


class DataSource(Resource):
    """Where panels get their data."""

    TYPE: ClassVar[str] = "grafana:oss/dataSource:DataSource"


class ContactPoint(Resource):
    """Who is told, and how."""

    TYPE: ClassVar[str] = "grafana:alerting/contactPoint:ContactPoint"

    @property
    def receivers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each receiver with the input that it stands in."""
        for kind, value in self.inputs.items():
            if isinstance(value, str | bool | int) or value is None:
                continue
            for each in value:
                yield kind, each


class NotificationPolicy(Resource):
    """The whole tree of routes of an organisation."""

    TYPE: ClassVar[str] = "grafana:alerting/notificationPolicy:NotificationPolicy"


class ServiceAccount(Resource):
    """An account of a program."""

    TYPE: ClassVar[str] = "grafana:oss/serviceAccount:ServiceAccount"


class ServiceAccountToken(Resource):
    """What a program proves itself by."""

    TYPE: ClassVar[str] = "grafana:oss/serviceAccountToken:ServiceAccountToken"


class ServiceAccountRotatingToken(Resource):
    """What a program proves itself by, made anew before it ends."""

    TYPE: ClassVar[str] = "grafana:oss/serviceAccountRotatingToken:ServiceAccountRotatingToken"


class RuleGroup(Resource):
    """Alert rules that are evaluated together."""

    TYPE: ClassVar[str] = "grafana:alerting/ruleGroup:RuleGroup"


class GrafanaProvider(Resource):
    """How the provider comes to Grafana."""

    TYPE: ClassVar[str] = "pulumi:providers:grafana"
