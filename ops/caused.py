"""Which alerts planned work is known to cause, and of what exactly: nothing else may be silenced for it; pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from ops.doctor.plan import Planned, PlannedTarget, plan
from ops.state import CONTAINER, State

Matchers = Mapping[str, str]
"""Label → value; `a|b` is one of the two."""

_NOT_ANSWERING: Final = "TargetDown"
_OF_JOB: Final = {
    # By construction, and of this slot only: its process ends. Nothing else that a regulator asks for is in here.
    "engine": ("EngineDown",),
    "grafana": ("GrafanaDown",),
    "patroni": ("TsdbNodeNotRunning",),
    "pgbouncer": ("PoolerDown",),
    "postgres": ("TsdbNotAnswering",),
    "valkey": ("CacheDown",),
}
"""Job of a target → alerts beside TargetDown which say that the part behind it does not answer or run."""
_NOBODY_TRADES: Final = "TradingLeaderMissing"


def by_stopping(state: State, stack: str, urns: Collection[str]) -> list[Matchers]:
    """The alerts that it causes to replace or remove these resources of a stack."""
    found = plan(state, stack)
    pairs = list(zip(state.of_type(CONTAINER), found.containers, strict=True))
    stopped = [container for resource, container in pairs if resource.urn in urns]
    engines = [container for container in found.containers if container.tier == "engine"]
    targets = {target: container for container in stopped for target in _served(container, found.targets)}
    caused = [_silent(target, container.host) for target, container in targets.items()]
    everyone = engines and all(engine in stopped for engine in engines)
    return [*caused, *([{"alertname": _NOBODY_TRADES}] if everyone else [])]


def by_restarting(nodes: Iterable[str]) -> list[Matchers]:
    """The alerts that it causes to restart PostgreSQL on these nodes, such as the one that hands over."""
    return [{"alertname": _OF_JOB["patroni"][0], "job": "patroni", "instance": node} for node in nodes]


def _served(container: Planned, targets: Iterable[PlannedTarget]) -> Iterator[PlannedTarget]:
    """Targets in the container, and exporters beside it that are called after it."""
    names = (container.role, f"{container.role}-{container.host}")
    return (target for target in targets if target.part == container.key or target.instance in names)


def _silent(target: PlannedTarget, host: str) -> Matchers:
    alerts = "|".join((_NOT_ANSWERING, *_OF_JOB.get(target.job, ())))
    return {"alertname": alerts, "job": target.job, "instance": target.instance, "host": host}
