"""Alerts: everything is watched, and what must be told is told in five seconds."""

from collections.abc import Iterator, Sequence

from pulumi_policy import Severity

from policies.frameworks import latency
from policies.pack.resource import Stack
from policies.pack.rule import StackRule, Violation, whole
from policies.reading.monitoring import Alert, Prometheus, alertmanagers, metrics_addresses, prometheus_servers
from policies.resources import Container, NotificationPolicy

_REGULATED = ("reg", "rts6")
_SHOWN = 3
"""Most alerts that one message names."""
_EVERYWHERE = ("", "0.0.0.0", "[::]")
"""Addresses to listen on that say nothing about where from it is reached."""


def _in_time(stack: Stack, *, most_seconds: int) -> Iterator[Violation]:
    routers = list(alertmanagers(stack))
    for server in prometheus_servers(stack):
        for alert in server.alerts:
            if _REGULATED in alert.labels.items():
                wait = max((each.group_wait_seconds(alert.labels) for each in routers), default=0.0)
                yield from _late(server, alert, wait, most_seconds)


def _late(server: Prometheus, alert: Alert, wait: float, most_seconds: int) -> Iterator[Violation]:
    scrape = server.scrape_seconds(alert)
    total = scrape + alert.evaluation_seconds + alert.for_seconds + wait
    if total > most_seconds:
        yield Violation(
            f"alert {alert.name} takes {total:g} s: {scrape:g} s scrape, {alert.evaluation_seconds:g} s evaluation, "
            f"{alert.for_seconds:g} s for, {wait:g} s group_wait; lower them to {most_seconds} s together",
            server.container,
        )


def _told(stack: Stack) -> Iterator[Violation]:
    alerts = [alert for server in prometheus_servers(stack) for alert in server.alerts]
    for router in alertmanagers(stack):
        if unheard := sorted({alert.name for alert in alerts if not router.tells(alert.labels)}):
            yield Violation(
                f"sends {_some(unheard)} to nobody; give the receiver of their route a way, such as webhook_configs",
                router.container,
            )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more alerts"


def _scraped(stack: Stack) -> Iterator[Violation]:
    jobs = [job for server in prometheus_servers(stack) for job in server.jobs]
    if not jobs:
        yield from _unwatched(stack)
    elif not any(job.discovers for job in jobs):
        yield from _left_out(stack, {target for job in jobs for target in job.targets})


def _unwatched(stack: Stack) -> Iterator[Violation]:
    for container in stack.of(Container):
        if container.is_engine:
            yield Violation("is watched by no Prometheus of this stack; scrape it, or say where by a waiver", container)


def _left_out(stack: Stack, targets: set[str]) -> Iterator[Violation]:
    ports = {target.rpartition(":")[2] for target in targets}
    for container in stack.of(Container):
        for address in () if container.runs_once else metrics_addresses(container):
            host, _, port = address.rpartition(":")
            if not (port in ports if host in _EVERYWHERE else address in targets):
                yield Violation(
                    f"its metrics at {address} are scraped by nobody; add them to scrape_configs", container
                )


def _one_tree(stack: Stack) -> Iterator[Violation]:
    by_organisation: dict[tuple[str, str], NotificationPolicy] = {}
    for policy in stack.of(NotificationPolicy):
        other = by_organisation.setdefault((policy.host, str(policy.inputs.get("orgId"))), policy)
        if other is not policy:
            yield Violation(f"overwrites {other.title}: an organisation has one tree of routes; merge them", policy)


RULES = (
    StackRule(
        name="alerts-in-time",
        description=(
            "An alert that a regulator asks for is out within 5 s of its cause: "
            "scrape, evaluation, for and waiting are summed."
        ),
        severity=Severity.HIGH,
        check=_in_time,
        numbers={"most_seconds": whole(5, 1, 300, "Most time from the cause to the message, in seconds.")},
        steps="Lower scrape_interval, interval, for or group_wait of what is labelled reg=rts6.",
        source="Commission Delegated Regulation (EU) 2017/589, Art. 16(5)",
        follows=(latency("L35"),),
        tags=("alerts", "audit"),
    ),
    StackRule(
        name="alerts-reach-somebody",
        description="Every alert is sent to somebody: one that is only shown is seen by whoever happens to look.",
        severity=Severity.MEDIUM,
        check=_told,
        steps="Give each receiver of Alertmanager's configuration a way, and each alert a route to one.",
        source="https://prometheus.io/docs/alerting/latest/configuration/#receiver",
        tags=("alerts",),
    ),
    StackRule(
        name="every-part-scraped",
        description="Every part that has metrics is scraped: what nobody looks at fails unseen.",
        severity=Severity.HIGH,
        check=_scraped,
        steps="Add the address in the label hft.metrics to Prometheus' scrape_configs.",
        source="https://prometheus.io/docs/practices/instrumentation/",
        tags=("alerts",),
    ),
    StackRule(
        name="one-notification-policy",
        description=(
            "An organisation of Grafana has one tree of routes: "
            "a second one overwrites the first, and its pages are lost."
        ),
        severity=Severity.CRITICAL,
        check=_one_tree,
        steps="Merge the NotificationPolicy resources into one.",
        source="https://grafana.com/docs/grafana/latest/alerting/fundamentals/notifications/notification-policies/",
        tags=("grafana", "alerts"),
    ),
)
