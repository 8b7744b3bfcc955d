"""Alertmanager in Grafana: its alerts and silences are seen there, and alerts that people make there go to it."""

from collections.abc import Sequence

import pulumi
from pulumiverse_grafana import alerting, oss

from components._common.naming import grafana_uid
from components.grafana.render import alertmanager_json

_GROUP_WAIT = "0s"
_GROUP_INTERVAL, _REPEAT_INTERVAL = "30s", "1m"
"""An Alertmanager takes an alert for over where it hears no more of it, and Grafana says that it lasts for two minutes
at least (four times its rule's interval or 30 s, `nextEndsTime`): so it is repeated within that time."""


def alertmanager(name: str, urls: Sequence[str], child: pulumi.ResourceOptions, *, owns_notifications: bool) -> None:
    """Data source and contact point; with `owns_notifications` the policy that sends all alerts there.

    Each Alertmanager is told: they agree on what was sent, and of an alert know only what each was told itself.
    """
    uid = grafana_uid(pulumi.get_stack(), "alertmanager")
    oss.DataSource(
        f"{name}-alertmanager",
        type="alertmanager",
        name=uid,
        uid=uid,
        url=urls[0],
        json_data_encoded=alertmanager_json(),
        opts=child,
    )
    point = alerting.ContactPoint(
        f"{name}-contact-point",
        name=uid,
        alertmanagers=[alerting.ContactPointAlertmanagerArgs(url=url) for url in urls],
        opts=child,
    )
    if owns_notifications:
        alerting.NotificationPolicy(
            f"{name}-notification-policy",
            contact_point=point.name,
            # By all labels, each alert by itself: it is Alertmanager that groups.
            group_bies=["..."],
            group_wait=_GROUP_WAIT,
            group_interval=_GROUP_INTERVAL,
            repeat_interval=_REPEAT_INTERVAL,
            opts=child,
        )
