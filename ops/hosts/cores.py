"""Checks of the CPUs that engines run on: alone, near each other, at full speed, undisturbed; pure."""

from collections.abc import Iterable, Iterator

from components._common.cpus import format_cpus
from ops.hosts.facts import Irq
from ops.hosts.result import Check, Result, Subject

_TUNED = "tuned, profiles realtime and cpu-partitioning"
_AWS = "aws-samples/trading-latency-benchmark, tune_os.yaml"
_SHOWN = 4
"""How many interrupts are named before the rest is counted."""

ISOLATED = Check(
    name="engine-cpus-isolated",
    rule="L04",
    wanted="",
    why="another process on an engine's core took p99 from 92 µs to 2 ms and more; the longest pause of an "
    "isolated core was 17.9 µs, against 9.5 ms elsewhere",
    source="measured; yuqz.dev low-latency tuning guide",
    fix="boot with isolcpus=managed_irq,domain,{cpus}",
)
NUMA = Check(
    name="engine-on-one-node",
    rule="L04",
    wanted="CPUs of one NUMA node",
    why="memory of the other node is read over the link between sockets",
    source="AWS tick-to-trade reference, part 2",
    fix="set trading.engines[].cpu_set to CPUs of one node",
)
SIBLINGS = Check(
    name="engine-owns-its-cores",
    rule="L04",
    wanted="no hyper-thread of an engine's core is anybody else's",
    why="two hyper-threads share one core's units and caches: what runs on the other one slows the engine",
    source=_AWS,
    fix="switch SMT off (boot with nosmt), or give the engine both threads in trading.engines[].cpu_set",
)
NOHZ = Check(
    name="nohz-full-matches",
    rule="L32",
    wanted="",
    why="the timer tick interrupts a core up to 1,000 times a second where nohz_full leaves it out",
    source=f"{_TUNED}; Linux documentation, timers/no_hz",
    fix="boot with nohz_full={cpus} rcu_nocbs={cpus}",
)
IRQBALANCE = Check(
    name="irqbalance-off",
    rule="L32",
    wanted="irqbalance does not run",
    why="it moves interrupts onto engine CPUs every 10 s",
    source=f"{_TUNED}; irqbalance(1)",
    fix="systemctl disable --now irqbalance",
)
IRQS = Check(
    name="irqs-off-engine-cpus",
    rule="L32",
    wanted="",
    why="each interrupt stops the engine for some microseconds, and leaves its caches cold",
    source=f"{_TUNED}; {_AWS}",
    fix="boot with irqaffinity={rest}, and write {rest} to /proc/irq/<number>/smp_affinity_list of those named",
)
GOVERNOR = Check(
    name="governor-performance",
    rule="L32",
    wanted="performance on all engine CPUs",
    why="a change of frequency costs 10 to 50 µs, and leaving a deep sleep 10 to 200 µs",
    source="trading-latency-benchmark, part 2 reference; tuned latency-performance",
    fix="tuned-adm profile latency-performance",
)


def judge(subject: Subject) -> Iterator[Result]:
    """Of a host with engines."""
    yield from (_isolated(subject, engine, cpus) for engine, cpus in subject.engines.items())
    yield from (_numa(subject, engine, cpus) for engine, cpus in subject.engines.items())
    yield from (_siblings(subject, engine, cpus) for engine, cpus in subject.engines.items())
    yield from (_nohz(subject), _irqbalance(subject), _irqs(subject), _governor(subject))


def _isolated(subject: Subject, engine: str, cpus: frozenset[int]) -> Result:
    told, named = subject.facts.told, format_cpus(cpus)
    texts = {"wanted": f"CPUs {named} of {engine} isolated", "fix": ISOLATED.fix.format(cpus=named)}
    if told.isolated is None or told.online is None:
        return ISOLATED.result(subject, "unknown", "the kernel does not tell", **texts)
    if absent := cpus - told.online:
        found = f"CPU {format_cpus(absent)} is not there (online: {format_cpus(told.online)})"
        return ISOLATED.result(subject, "fail", found, **{**texts, "fix": "set trading.engines[].cpu_set"})
    found = f"isolated: {_list(told.isolated)}"
    return ISOLATED.result(subject, "pass" if cpus <= told.isolated else "fail", found, **texts)


def _numa(subject: Subject, engine: str, cpus: frozenset[int]) -> Result:
    nodes = subject.facts.told.numa
    used = sorted(node for node, its in nodes.items() if its & cpus)
    if not used:
        return NUMA.result(subject, "unknown", "the kernel does not tell")
    found = f"{engine} on node {', '.join(map(str, used))}"
    return NUMA.result(subject, "pass" if len(used) == 1 else "fail", found)


def _siblings(subject: Subject, engine: str, cpus: frozenset[int]) -> Result:
    cores = subject.facts.told.siblings
    if not cpus <= cores.keys():
        return SIBLINGS.result(subject, "unknown", "the kernel does not tell")
    shared = frozenset().union(*(cores[cpu] for cpu in cpus)) - cpus
    if shared:
        return SIBLINGS.result(subject, "fail", f"CPU {format_cpus(shared)} shares a core with {engine}")
    return SIBLINGS.result(subject, "pass", f"{engine} shares no core")


def _nohz(subject: Subject) -> Result:
    told = subject.facts.told
    cpus = told.isolated or subject.engine_cpus
    texts = {"wanted": f"nohz_full: {format_cpus(cpus)}", "fix": NOHZ.fix.format(cpus=format_cpus(cpus))}
    if told.nohz_full is None:
        return NOHZ.result(subject, "fail", "this kernel has no nohz_full", **texts)
    return NOHZ.result(
        subject, "pass" if told.nohz_full == cpus else "fail", f"nohz_full: {_list(told.nohz_full)}", **texts
    )


def _irqbalance(subject: Subject) -> Result:
    told = subject.facts.told
    if "irqbalance" not in told.processes:
        return IRQBALANCE.result(subject, "pass", "does not run")
    # Unless told otherwise it spares isolated and nohz_full CPUs; what it is told is in its environment, unseen here.
    spared = (told.isolated or frozenset()) | (told.nohz_full or frozenset())
    if subject.engine_cpus <= spared:
        return IRQBALANCE.result(
            subject, "warn", "runs; it spares isolated CPUs unless IRQBALANCE_BANNED_CPULIST is set"
        )
    return IRQBALANCE.result(subject, "fail", "runs, and engine CPUs are not isolated")


def _irqs(subject: Subject) -> Result:
    told, cpus = subject.facts.told, subject.engine_cpus
    rest = format_cpus((told.online or frozenset()) - cpus) or "0"
    texts = {"wanted": f"no interrupt on CPUs {format_cpus(cpus)}", "fix": IRQS.fix.format(rest=rest)}
    if told.irqs is None:
        return IRQS.result(subject, "unknown", "the kernel does not tell", **texts)
    # A kernel that does not say where an interrupt comes may send it wherever it is allowed.
    coming = [irq for irq in told.irqs if (irq.allowed if irq.effective is None else irq.effective) & cpus]
    if coming:
        return IRQS.result(subject, "fail", f"come there: {_named(coming)}", **texts)
    if allowed := [irq for irq in told.irqs if irq.allowed & cpus]:
        return IRQS.result(subject, "warn", f"may come there: {_named(allowed)}", **texts)
    return IRQS.result(subject, "pass", "none", **texts)


def _governor(subject: Subject) -> Result:
    governors = subject.facts.told.governors
    if not subject.engine_cpus <= governors.keys():
        fix = "set the firmware, or the hypervisor, to full speed and no deep sleep"
        return GOVERNOR.result(subject, "unknown", "the kernel does not choose the frequency here", fix=fix)
    found = sorted({governors[cpu] for cpu in subject.engine_cpus})
    return GOVERNOR.result(subject, "pass" if found == ["performance"] else "fail", ", ".join(found))


def _list(cpus: frozenset[int]) -> str:
    return format_cpus(cpus) or "none"


def _named(irqs: Iterable[Irq]) -> str:
    names = [f"{irq.number} ({irq.actions})" for irq in irqs]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
