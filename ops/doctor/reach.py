"""What a part takes with it when it fails: the wires of a stack, as edges between parts and what they give; pure.

What parts give has a name: `etcd`, `lease`, `primary`, `standbys`, `quotes`, `reference`, `backups`, `alerting`, and on
each host, after its name, `writes`, `reads` and `records`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from ops.doctor.facts import Container, Facts

_GIVES: Mapping[str, tuple[str, ...]] = {
    r"router": ("{host} writes", "{host} reads"),
    r"pooler": ("{host} records",),
    r"venue-.+": ("quotes",),
    r"cache": ("reference",),
    r"backup": ("backups",),
    r"prometheus-\d+|alertmanager-\d+|node-[^-]+": ("alerting",),
}
"""Role → what it gives to others."""
_BESIDE: Mapping[str, str] = {
    r"tsdb-(\d+)": r"tsdb-(exporter|guard)-\1",
    r"pooler": r"pooler-exporter(-\d+)?",
    r"cache": r"cache-exporter",
    r"backup": r"backup-.+",
}
"""Role → roles of parts beside it on its host, which are of no use without it."""
_NEEDS: Mapping[str, tuple[str, ...]] = {
    r"tsdb-\d+": ("etcd",),
    r"tsdb-guard-\d+|tsdb-exporter-\d+": ("primary",),
    r"router": ("primary",),
    r"pooler": ("{host} writes",),
    r"witness": ("etcd",),
    r"backup.*": ("primary",),
    r"grafana": ("{host} reads",),
}
"""Role → what it needs of others."""
_ENGINE_NEEDS = ("{host} records", "{host} writes", "lease", "quotes")
_FOLLOW: Mapping[str, tuple[str, ...]] = {"etcd": ("lease", "primary", "standbys")}
"""What is given → what is not given without it."""


def affected(facts: Facts, *origins: str) -> frozenset[str]:
    """Everything that may fail because of these keys and names, with themselves."""
    containers = {each.key: each for each in facts.parts}
    found: set[str] = set()
    waiting = list(origins)
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            part = containers.get(current)
            waiting += _of_part(part, facts) if part else _of_name(current, containers.values())
    return frozenset(found)


def etcd_members(facts: Facts) -> list[Container]:
    """The members of etcd."""
    return [each for each in facts.parts if re.fullmatch(r"etcd-\d+", each.role)]


def etcd_has_majority(facts: Facts) -> bool:
    """Whether enough members of etcd run for it to decide anything; true without any."""
    members = etcd_members(facts)
    running = [each for each in members if each.runs and not each.halted]
    return not members or len(running) > len(members) // 2


def leader(facts: Facts) -> str | None:
    """Name of the node that leads and runs, by Patroni; None where nobody does, or nobody tells."""
    members = facts.cluster.view.members if facts.cluster.view else ()
    return next((each.name for each in members if each.role == "leader" and each.state == "running"), None)


def _of_part(container: Container, facts: Facts) -> Iterator[str]:
    """What is next to fail with a part: what it gives, and what is beside it."""
    yield from _of_members(container, facts)
    for pattern, names in _GIVES.items():
        if re.fullmatch(pattern, container.role):
            yield from (name.format(host=container.host) for name in names)
    for pattern, beside in _BESIDE.items():
        if found := re.fullmatch(pattern, container.role):
            wanted = found.expand(beside) if found.groups() else beside
            others = (each for each in facts.parts if each.host == container.host)
            yield from (each.key for each in others if re.fullmatch(wanted, each.role))


def _of_members(container: Container, facts: Facts) -> Iterator[str]:
    """What is given by several members together, so that the loss of one need not matter."""
    if re.fullmatch(r"etcd-\d+", container.role) and not etcd_has_majority(facts):
        yield "etcd"
    if re.fullmatch(r"tsdb-\d+", container.role):
        yield "standbys"
        if leader(facts) in (None, container.role):
            yield "primary"


def _of_name(name: str, containers: Iterable[Container]) -> Iterator[str]:
    """What is next to fail with what is not given any more."""
    yield from _FOLLOW.get(name, ())
    for each in containers:
        if name in _needs(each):
            yield each.key
        if name == "standbys" and each.role == "router":
            # It leads readers to the primary then, and writers as before.
            yield f"{each.host} reads"


def _needs(container: Container) -> set[str]:
    names = [names for pattern, names in _NEEDS.items() if re.fullmatch(pattern, container.role)]
    if container.tier == "engine":
        names.append(_ENGINE_NEEDS)
    return {name.format(host=container.host) for each in names for name in each}
