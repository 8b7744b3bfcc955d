"""Prometheus and Alertmanager as a stack configures them: scrapes, alerts and routes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

from policies.pack.resource import Stack
from policies.pack.values import known
from policies.reading.durations import seconds
from policies.resources.container import Container

METRICS_LABEL = "hft.metrics"
_LISTENS = re.compile(r"--(?:web\.listen-address|listen-metrics-urls)=(?:https?://)?([^/,]*:\d+)")
_JOB = re.compile(r"""\bjob\s*(=~|=)\s*(["'`])(.*?)\2""")
_MATCHER = re.compile(r'"?([a-zA-Z_:][\w:]*)"?\s*(=~|!~|!=|=)\s*("[^"]*"|[^",{}]*)')
_CONFIGURATION = re.compile(r"\.(ya?ml|json|rules)$")
_DEFAULT_INTERVAL = "1m"
_DEFAULT_GROUP_WAIT = "30s"


# Ten times as fast, where PyYAML has it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Job:
    """One scrape job."""

    name: str
    interval_seconds: float
    targets: frozenset[str]
    discovers: bool
    """Whether it finds more targets by itself, which a stack does not show."""


@dataclass(frozen=True)
class Alert:
    """One alert rule."""

    name: str
    expression: str
    for_seconds: float
    evaluation_seconds: float
    labels: Mapping[str, str]
    """As Alertmanager gets them, but for those that the expression's series add."""


@dataclass(frozen=True)
class Prometheus:
    """One server: the text of every file that it is given is read."""

    container: Container
    jobs: Sequence[Job]
    alerts: Sequence[Alert]

    def scrape_seconds(self, alert: Alert) -> float:
        """The slowest job that the expression names; the quickest, which is an engine's, where it names none."""
        asked = [(sign, value) for sign, _, value in _JOB.findall(alert.expression)]
        named = [job.interval_seconds for job in self.jobs if any(_fits(job.name, *each) for each in asked)]
        return max(named) if named else min((job.interval_seconds for job in self.jobs), default=0.0)


@dataclass(frozen=True)
class Alertmanager:
    """One server."""

    container: Container
    route: Mapping[str, Any]
    heard: frozenset[str]
    """Receivers that send something to somebody."""

    def group_wait_seconds(self, labels: Mapping[str, str]) -> float:
        """How long the quickest route that takes an alert with these labels holds it back."""
        return min(taken.wait_seconds for taken in self._takers(labels))

    def tells(self, labels: Mapping[str, str]) -> bool:
        """Whether an alert with these labels is sent to anybody."""
        return any(taken.receiver in self.heard for taken in self._takers(labels))

    def _takers(self, labels: Mapping[str, str]) -> Iterator["_Taken"]:
        return _takers(self.route, labels, _Taken("", _duration(_DEFAULT_GROUP_WAIT)))


def prometheus_servers(stack: Stack) -> Iterator[Prometheus]:
    """Those with a configuration that has scrape_configs."""
    for container in stack.of(Container):
        for main in _documents(container, "scrape_configs"):
            yield Prometheus(container, _jobs(main), list(_alerts(container, main)))


def alertmanagers(stack: Stack) -> Iterator[Alertmanager]:
    """Those with a configuration that has a route and receivers."""
    for container in stack.of(Container):
        for document in _documents(container, "route"):
            if "receivers" in document:
                yield Alertmanager(container, _mapping(document["route"]), _heard(document["receivers"]))


def _heard(receivers: Any) -> frozenset[str]:
    return frozenset(
        str(each.get("name"))
        for each in _mappings(receivers)
        if any(str(key).endswith("_configs") and _list(value) for key, value in each.items())
    )


def metrics_addresses(container: Container) -> list[str]:
    """Where a container says that it has metrics: by its label, or by the argument that exporters and etcd take."""
    if told := container.label(METRICS_LABEL):
        return [told]
    return [match[1] for word in container.texts("command") if (match := _LISTENS.match(word))]


def _documents(container: Container, key: str) -> Iterator[Mapping[str, Any]]:
    """The files with this key at their top; only those are parsed in which it stands at all."""
    for upload in container.items("uploads"):
        text = str(_content(upload))
        found = _parsed(text) if key in text else None
        if isinstance(found, dict) and key in found:
            yield found


def _content(upload: Mapping[str, Any]) -> Any:
    """What is not known is waited for if by its name it may be a configuration; a secret or a certificate is none."""
    may_be_one = _CONFIGURATION.search(str(upload.get("file")))
    return upload.get("content") if may_be_one else known(upload, "content")


def _parsed(text: str) -> Any:
    try:
        return yaml.load(text, _LOADER)
    except (ValueError, yaml.YAMLError):
        return None


def _jobs(main: Mapping[str, Any]) -> list[Job]:
    every = _mapping(main.get("global")).get("scrape_interval") or _DEFAULT_INTERVAL
    return [
        Job(
            str(job.get("job_name")),
            _duration(job.get("scrape_interval") or every),
            frozenset(str(one) for each in _mappings(job.get("static_configs")) for one in _list(each.get("targets"))),
            any(str(key).endswith("_sd_configs") for key in job),
        )
        for job in _mappings(main["scrape_configs"])
    ]


def _alerts(container: Container, main: Mapping[str, Any]) -> Iterator[Alert]:
    every = _mapping(main.get("global"))
    for group in (group for document in _documents(container, "groups") for group in _mappings(document["groups"])):
        interval = _duration(group.get("interval") or every.get("evaluation_interval") or _DEFAULT_INTERVAL)
        labels = {**_mapping(every.get("external_labels")), **_mapping(group.get("labels"))}
        for rule in _mappings(group.get("rules")):
            if "alert" in rule:
                own = {**labels, **_mapping(rule.get("labels")), "alertname": rule["alert"]}
                yield Alert(
                    str(rule["alert"]),
                    str(rule.get("expr")),
                    _duration(rule.get("for")),
                    interval,
                    {str(name): str(value) for name, value in own.items()},
                )


def _mapping(value: Any) -> Mapping[Any, Any]:
    """What a file says there, if it is what belongs there; a program that does not start by it is not judged."""
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mappings(value: Any) -> list[Mapping[Any, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]


def _duration(value: Any) -> float:
    return seconds(str(value)) or 0.0


class _Taken(NamedTuple):
    """What a route does with an alert that it takes."""

    receiver: str
    wait_seconds: float


def _takers(route: Mapping[str, Any], labels: Mapping[str, str], inherited: _Taken) -> Iterator[_Taken]:
    """Every route that takes the alert: the first that does, and those after it that it lets have it."""
    said, receiver = route.get("group_wait"), route.get("receiver")
    own = _Taken(
        inherited.receiver if receiver is None else str(receiver),
        inherited.wait_seconds if said is None else _duration(said),
    )
    taken = False
    for inner in _mappings(route.get("routes")):
        if _takes(inner, labels):
            taken = True
            yield from _takers(inner, labels, own)
            if not inner.get("continue"):
                return
    if not taken:
        yield own


def _takes(route: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """A label that the alert does not have is empty, as Alertmanager has it; what is no matcher takes nothing."""
    wanted = [(name, "=", str(value)) for name, value in _mapping(route.get("match")).items()]
    wanted += [(name, "=~", str(value)) for name, value in _mapping(route.get("match_re")).items()]
    for matcher in _list(route.get("matchers")):
        found = _MATCHER.findall(str(matcher))
        if not found:
            return False
        wanted += [(name, sign, value.strip().strip('"')) for name, sign, value in found]
    return all(_fits(labels.get(name, ""), sign, value) for name, sign, value in wanted)


def _fits(text: str, sign: str, value: str) -> bool:
    """Whether `text=value`, with one of the four signs of Prometheus; a pattern that Python cannot read never fits."""
    if "~" not in sign:
        return (text == value) == (sign == "=")
    try:
        return bool(re.fullmatch(value, text)) == (sign == "=~")
    except re.error:
        return False
