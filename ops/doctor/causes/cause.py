"""What a cause is: a value with a pure function from facts to what was found."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from ops.doctor.facts import Container, Facts


class Layer(IntEnum):
    """How deep something lies: what is found may be a consequence of what lies deeper, never the other way round."""

    HOST = 0
    PART = 1
    """One container, or its certificate."""
    STORE = 2
    """etcd."""
    DATABASE = 3
    ROUTE = 4
    """Router and pooler."""
    TRADING = 5
    WATCH = 6
    """Prometheus and Alertmanager."""
    SYMPTOM = 7
    """Something does not answer, and nothing of it says why."""
    SIGN = 8
    """Somebody says that something is not well."""
    ALERT = 9


class Likelihood(IntEnum):
    """How surely something is a cause."""

    POSSIBLE = 1
    """It will do harm later, or may have to do with it."""
    LIKELY = 2
    """It shows, and something else may be behind it."""
    CERTAIN = 3
    """It was seen to be broken, and nothing breaks it but itself."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A cause that was found in one place."""

    about: str
    """Key of the part, or name of what is not given (ops/doctor/reach.py)."""
    subject: str
    """The same for people: `hft-dev-tsdb-0 on local`."""
    evidence: tuple[str, ...]
    command: str
    """What to run next; it changes nothing, unless it is the fix."""
    affects: frozenset[str] = frozenset()
    """What may fail because of it, beside what it is about."""
    runbook: str = ""
    """Name of the page in docs/runbooks that fits, where the cause alone does not say."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One thing that can be wrong with a stack."""

    name: str
    """In kebab case."""
    what: str
    """What is wrong, as one reads it beside the place."""
    layer: Layer
    likelihood: Likelihood
    find: Callable[[Facts], Iterable[Finding]] = field(repr=False)
    runbook: str = ""
    """Name of a page in docs/runbooks; the alert that has the same page is this cause, as Prometheus sees it."""


PAGES = (
    (r"tsdb-\d+", "TsdbNodeNotRunning"),
    (r"tsdb-exporter-\d+", "TsdbNotAnswering"),
    (r"tsdb-guard-\d+", "DiskGuardUnheard"),
    (r"etcd-\d+", "EtcdNoLeader"),
    (r"witness", "WitnessBlind"),
    (r"pooler", "PoolerDown"),
    (r"router", "RouterNoPrimary"),
    (r"venue-.+", "VenueDown"),
    (r"cache", "CacheDown"),
    (r"grafana", "GrafanaDown"),
    (r"backup", "BackupRepositoryDown"),
    (r"backup-drill", "RestoreDrillTooOld"),
    (r"prometheus-\d+", "DeadManSwitch"),
    (r"alertmanager-\d+", "AlertsNotDelivered"),
)
"""Role → what one does where it is gone."""


def page(container: Container) -> str:
    """The runbook for a part that is gone."""
    if container.tier == "engine":
        return "EngineDown"
    return next((name for pattern, name in PAGES if re.fullmatch(pattern, container.role)), "TargetDown")


def place(container: Container) -> str:
    """A container for people."""
    return f"{container.name} on {container.host}"


def docker(facts: Facts, container: Container) -> str:
    """The docker command for its host."""
    endpoint = next((host.endpoint for host in facts.hosts if host.name == container.host), "")
    return "docker" if endpoint in ("", "unix:///var/run/docker.sock") else f"docker -H {endpoint}"


def inside(facts: Facts, container: Container, command: str) -> str:
    """A command inside a container."""
    return f"{docker(facts, container)} exec {container.name} {command}"


def logs(facts: Facts, container: Container) -> str:
    """The command that shows a container's last lines."""
    return f"{docker(facts, container)} logs --tail 50 {container.name}"
