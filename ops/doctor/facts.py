"""What was seen of a stack at one moment: values that causes are found in; pure.

A part is called by its key, `host/role` such as `local/tsdb-0`, as container names repeat on every host. An empty
`problem` means that it answered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ops.certs import Certificate
from ops.db.patroni import View


@dataclass(frozen=True, kw_only=True)
class Host:
    """The Docker engine of one host."""

    name: str
    endpoint: str
    """Of its Docker engine: unix://, tcp:// or ssh://."""
    problem: str = ""
    cpus: int = 0
    """How many it has; 0 where nobody tells."""


@dataclass(frozen=True, kw_only=True)
class Throttling:
    """What the kernel's CPU quota did to a container while it was looked at, about one second."""

    periods: int
    throttled: int
    """Of these periods, those in which it was held back."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container that the stack has, as Docker tells of it."""

    name: str
    host: str
    role: str
    component: str
    tier: str
    one_shot: bool
    """Whether it does one job and ends."""
    status: str
    """Docker's state: running, paused, restarting, exited, created, dead; `missing`, or `unseen` on a silent host."""
    health: str = ""
    """Docker's health: healthy, starting, unhealthy; empty without a check."""
    exit_code: int = 0
    out_of_memory: bool = False
    restarts: int = 0
    started: datetime | None = None
    finished: datetime | None = None
    cpu_set: str = ""
    """CPUs that Docker gives it now."""
    wanted_cpu_set: str = ""
    """CPUs that the latest `up` gave it."""
    quota_cpus: float | None = None
    """CPU quota in CPUs; None without one, as it should be."""
    throttling: Throttling | None = None
    """Of engines that run; None for others."""
    halted: tuple[str, ...] = ()
    """Names of its processes that were sent SIGSTOP, or are traced."""

    @property
    def key(self) -> str:
        """`host/role`."""
        return f"{self.host}/{self.role}"

    @property
    def runs(self) -> bool:
        """Whether Docker has it running, and not paused."""
        return self.status == "running"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One sample of a metric."""

    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, kw_only=True)
class Target:
    """One endpoint with metrics, asked directly: it tells of a part when Prometheus does not."""

    job: str
    instance: str
    address: str
    part: str = ""
    """Key of the container behind it; empty where nothing tells."""
    strategy: str = ""
    """Of an engine's slots: what they trade by."""
    problem: str = ""
    samples: tuple[Sample, ...] = ()
    """Those that causes look at."""


@dataclass(frozen=True, kw_only=True)
class Door:
    """Where a part speaks TLS, and what it showed."""

    part: str
    address: str
    problem: str = ""
    refused: bool = False
    """Whether it listens, and its TLS is what failed."""
    ends: datetime | None = None
    """End of the certificate that it showed."""


@dataclass(frozen=True, kw_only=True)
class LogSign:
    """Words in the newest lines of a part's log."""

    part: str
    kind: str
    """crash or no-space."""
    words: str
    """The newest of them, without the rest of its line."""
    count: int


@dataclass(frozen=True, kw_only=True)
class Failover:
    """One line of Patroni's history: a node began to lead."""

    timeline: int
    at: datetime | None
    leader: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The database as the first Patroni that answers has it."""

    problem: str = ""
    view: View | None = None
    timelines: Mapping[str, int] = field(default_factory=dict)
    """Node → its timeline."""
    synchronous: bool = True
    """Whether commits have to wait for a standby."""
    failovers: tuple[Failover, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert that fires."""

    name: str
    severity: str
    labels: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    since: str = ""
    """RFC 3339 text."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What Prometheus and Alertmanager say."""

    problems: tuple[str, ...] = ()
    """One for each that does not answer."""
    alerts: tuple[Alert, ...] = ()
    down: tuple[tuple[str, str, str], ...] = ()
    """(job, instance, last error) of the targets that Prometheus does not reach."""
    asked: bool = True
    """Whether any Prometheus has answered: without one, nothing is known of alerts."""


@dataclass(frozen=True, kw_only=True)
class Deploy:
    """One entry of the stack's history in Pulumi."""

    kind: str
    """update, destroy, refresh …"""
    result: str
    """succeeded, failed or in-progress."""
    started: datetime
    ended: datetime | None
    changes: Mapping[str, int] = field(default_factory=dict)
    """Operation → resources."""

    @property
    def changed(self) -> int:
        """How many resources it touched."""
        return sum(count for operation, count in self.changes.items() if operation != "same")


@dataclass(frozen=True, kw_only=True)
class Deploys:
    """The latest deployments, the newest first."""

    problem: str = ""
    latest: tuple[Deploy, ...] = ()
    pending: tuple[str, ...] = ()
    """URNs of operations that were cut off."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A whole stack."""

    stack: str
    at: datetime
    hosts: tuple[Host, ...] = ()
    containers: tuple[Container, ...] = ()
    targets: tuple[Target, ...] = ()
    doors: tuple[Door, ...] = ()
    logged: tuple[LogSign, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    """As issued, by the state."""
    cluster: Cluster = field(default_factory=Cluster)
    watch: Watch = field(default_factory=Watch)
    deploys: Deploys = field(default_factory=Deploys)

    @property
    def parts(self) -> tuple[Container, ...]:
        """The containers that keep running."""
        return tuple(each for each in self.containers if not each.one_shot)

    def part(self, key: str) -> Container | None:
        """The container with this key."""
        return next((each for each in self.containers if each.key == key), None)

    def samples(self, name: str, job: str = "", **labels: str) -> Iterator[tuple[Target, Sample]]:
        """The samples of a metric with these labels, each with the target that told it."""
        for target in self.targets:
            for sample in target.samples:
                if sample.name == name and job in ("", target.job) and labels.items() <= dict(sample.labels).items():
                    yield target, sample

    def values(self, name: str, job: str = "", **labels: str) -> dict[str, float]:
        """Instance → value of a metric that each instance has once."""
        return {target.instance: sample.value for target, sample in self.samples(name, job, **labels)}
