"""Causes that lie in a host: it is gone, or short of disk, memory or time."""

from collections.abc import Iterator

from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood
from ops.doctor.facts import Facts, Host, Target
from ops.doctor.reach import affected

_LEAST_DISK = _LEAST_MEMORY = 0.10
"""Shares that have to be free, as the alerts HostDiskFilling and HostMemoryLow want."""
_MOST_LOAD = 2
"""Processes for each CPU that want to run: with more, everything waits as long as it runs."""
_NO_DISKS = ("tmpfs", "overlay", "squashfs", "ramfs")


def _targets(facts: Facts, host: Host) -> list[Target]:
    return [target for target in facts.targets if target.part.startswith(f"{host.name}/")]


def _lost(facts: Facts) -> Iterator[Finding]:
    for host in facts.hosts:
        targets = _targets(facts, host)
        if host.problem and all(target.problem for target in targets):
            parts = [each.key for each in facts.parts if each.host == host.name]
            yield Finding(
                about=host.name,
                subject=f"host {host.name}",
                evidence=(host.problem, f"none of its {len(targets)} endpoints answers"),
                command=f"docker -H {host.endpoint} info",
                affects=affected(facts, host.name, *parts),
            )


def _silent(facts: Facts) -> Iterator[Finding]:
    for host in facts.hosts:
        targets = _targets(facts, host)
        if host.problem and (answering := [target for target in targets if not target.problem]):
            yield Finding(
                about=host.name,
                subject=f"host {host.name}",
                evidence=(host.problem, f"{len(answering)} of its {len(targets)} endpoints answer"),
                command=f"docker -H {host.endpoint} info",
            )


def _disk(facts: Facts) -> Iterator[Finding]:
    sizes = {
        (target.instance, sample.labels["mountpoint"]): sample.value
        for target, sample in facts.samples("node_filesystem_size_bytes", "node")
    }
    fullest: dict[tuple[str, str], tuple[float, str]] = {}
    for target, sample in facts.samples("node_filesystem_avail_bytes", "node"):
        size = sizes.get((target.instance, sample.labels["mountpoint"]), 0)
        if size and sample.labels["fstype"] not in _NO_DISKS and sample.value / size < _LEAST_DISK:
            # A file system that is mounted in several places is one.
            disk = (target.instance, sample.labels["device"])
            fullest.setdefault(disk, (sample.value / size, sample.labels["mountpoint"]))
    for (host, device), (share, mountpoint) in sorted(fullest.items()):
        data = [each.key for each in facts.parts if each.host == host and each.tier == "data"]
        yield Finding(
            about=f"{host} {device}",
            subject=f"host {host}",
            evidence=(f"{mountpoint} ({device}) has {share:.1%} left, want {_LEAST_DISK:.0%}",),
            command="docker system df -v",
            affects=affected(facts, *data),
        )


def _memory(facts: Facts) -> Iterator[Finding]:
    total = facts.values("node_memory_MemTotal_bytes", "node")
    for host, free in facts.values("node_memory_MemAvailable_bytes", "node").items():
        if total.get(host) and free / total[host] < _LEAST_MEMORY:
            yield Finding(
                about=f"{host} memory",
                subject=f"host {host}",
                evidence=(f"{free / total[host]:.1%} of its memory is left, want {_LEAST_MEMORY:.0%}",),
                command="docker stats --no-stream",
            )


def _load(facts: Facts) -> Iterator[Finding]:
    cpus = {host.name: host.cpus for host in facts.hosts}
    for host, load in facts.values("node_load1", "node").items():
        if cpus.get(host) and load > _MOST_LOAD * cpus[host]:
            yield Finding(
                about=f"{host} CPUs",
                subject=f"host {host}",
                evidence=(f"{load:.1f} processes want its {cpus[host]} CPUs, in the last minute",),
                command="docker stats --no-stream",
            )


def _clock(facts: Facts) -> Iterator[Finding]:
    for host, synchronised in facts.values("node_timex_sync_status", "node").items():
        if not synchronised:
            yield Finding(
                about=f"{host} clock",
                subject=f"host {host}",
                evidence=("nothing sets its clock",),
                command=f"hft hosts check {facts.stack}",
            )


CAUSES = (
    Cause(
        name="host-lost",
        what="the host is gone or cut off",
        layer=Layer.HOST,
        likelihood=Likelihood.CERTAIN,
        find=_lost,
    ),
    Cause(
        name="docker-silent",
        what="Docker does not answer, though parts there do",
        layer=Layer.HOST,
        likelihood=Likelihood.LIKELY,
        find=_silent,
    ),
    Cause(
        name="disk-full",
        what="a disk is nearly full",
        layer=Layer.HOST,
        likelihood=Likelihood.LIKELY,
        find=_disk,
        runbook="HostDiskFilling",
    ),
    Cause(
        name="memory-low",
        what="memory is nearly used up",
        layer=Layer.HOST,
        likelihood=Likelihood.LIKELY,
        find=_memory,
        runbook="HostMemoryLow",
    ),
    Cause(
        name="cpus-short",
        what="its CPUs do not suffice: everything is late",
        layer=Layer.HOST,
        likelihood=Likelihood.LIKELY,
        find=_load,
        runbook="OrderRoundtripSlow",
    ),
    Cause(
        name="clock-not-set",
        what="the clock is not known to be right",
        layer=Layer.HOST,
        likelihood=Likelihood.POSSIBLE,
        find=_clock,
        runbook="HostClockUnsynchronised",
    ),
)
