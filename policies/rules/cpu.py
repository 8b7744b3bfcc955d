"""CPUs: an engine runs whenever it has something to do, on cores that are its own."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from policies.frameworks import latency
from policies.pack.rule import ResourceRule
from policies.reading.cpus import cpus
from policies.resources import Container

_QUOTAS = ("cpus", "cpuQuota", "cpuPeriod")
_SANDBOXES = re.compile(r"runsc|gvisor|kata", re.IGNORECASE)
_CAN_RAISE_PRIORITY = "SYS_NICE"


def _without_quota(container: Container) -> Iterator[str]:
    for argument in _QUOTAS:
        value = container.inputs.get(argument)
        if container.is_engine and value not in (None, "", "0", 0):
            yield f"{argument}={value} lets the kernel stop it until the next period; remove it and pin with cpuSet"


def _pinned(container: Container) -> Iterator[str]:
    if not container.is_engine:
        return
    if not (cpu_set := container.inputs.get("cpuSet")):
        yield "cpuSet is not set, so other work shares its cores; set it to CPUs of its own, such as 2-3"
    elif cpus(str(cpu_set)) is None:
        yield f"cpuSet={cpu_set!r} is no list of CPUs; write it as 2-3 or 2,3"


def _off_cpu_zero(container: Container) -> Iterator[str]:
    if container.is_engine and 0 in (cpus(str(container.inputs.get("cpuSet"))) or ()):
        yield f"cpuSet={container.inputs['cpuSet']} has CPU 0, which the kernel keeps house on; begin at CPU 1"


def _may_raise_priority(container: Container) -> Iterator[str]:
    if not container.is_engine:
        return
    limit, allowed = any(container.limits.get("rtprio", ())), _CAN_RAISE_PRIORITY in container.added_capabilities
    if limit and not allowed:
        yield "ulimits sets rtprio, but capabilities.adds has no SYS_NICE: half a priority is said; set both or none"
    if allowed and not limit:
        yield "capabilities.adds has SYS_NICE, but ulimits sets no rtprio: half a priority is said; set both or none"


def _plain_runtime(container: Container) -> Iterator[str]:
    runtime = str(container.inputs.get("runtime"))
    if container.is_engine and _SANDBOXES.search(runtime):
        yield f"runtime={runtime} answers each system call in a second kernel; remove it, or set it to runc"


RULES = (
    ResourceRule(
        name="engine-without-cpu-quota",
        description="An engine has no CPU quota: at its limit it stands still until the next period, orders in flight.",
        severity=Severity.CRITICAL,
        of=Container,
        check=_without_quota,
        steps="Remove Container.cpus, cpu_quota and cpu_period; set Container.cpu_set.",
        source="https://docs.kernel.org/scheduler/sched-bwc.html",
        follows=(latency("L01"),),
        tags=("docker", "latency"),
    ),
    ResourceRule(
        name="engine-pinned",
        description=(
            "An engine has cores of its own: a neighbour on the same core takes p99 from 0.1 ms to 2 ms and more."
        ),
        severity=Severity.CRITICAL,
        of=Container,
        check=_pinned,
        steps="Set Container.cpu_set to isolated CPUs, such as 2-3.",
        source="https://docs.docker.com/engine/containers/resource_constraints/",
        follows=(latency("L02"),),
        tags=("docker", "latency"),
    ),
    ResourceRule(
        name="engine-off-cpu-zero",
        description="An engine does not run on CPU 0, where the kernel's timers, interrupts and kworkers run.",
        severity=Severity.HIGH,
        of=Container,
        check=_off_cpu_zero,
        steps="Leave CPU 0 out of Container.cpu_set.",
        source="https://docs.kernel.org/timers/no_hz.html",
        follows=(latency("L05"),),
        tags=("docker", "latency"),
    ),
    ResourceRule(
        name="engine-realtime-priority-whole",
        description=(
            "Real-time priority is said whole, by capability and limit: "
            "the limit is what is meant, and the capability goes past it."
        ),
        severity=Severity.MEDIUM,
        of=Container,
        check=_may_raise_priority,
        steps="Set both Container.ulimits rtprio and capabilities.adds SYS_NICE, or neither.",
        source="https://man7.org/linux/man-pages/man7/sched.7.html",
        follows=(latency("L10"),),
        tags=("docker", "latency"),
    ),
    ResourceRule(
        name="engine-without-sandbox-runtime",
        description="An engine runs under runc: a sandbox such as gVisor or Kata adds a kernel to each system call.",
        severity=Severity.HIGH,
        of=Container,
        check=_plain_runtime,
        steps="Remove Container.runtime, or set it to runc.",
        source="https://gvisor.dev/docs/architecture_guide/performance/",
        follows=(latency("L34"),),
        tags=("docker", "latency"),
    ),
)
