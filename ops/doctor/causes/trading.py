"""Causes that lie with an engine: held back, on the wrong CPUs, without a venue, or not trading."""

from collections.abc import Iterator

from components._common.cpus import parse_cpus
from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood, docker, logs, place
from ops.doctor.facts import Container, Facts
from ops.doctor.reach import affected


def _engines(facts: Facts) -> list[Container]:
    return [each for each in facts.parts if each.tier == "engine"]


def _throttled(facts: Facts) -> Iterator[Finding]:
    for engine in _engines(facts):
        held = engine.throttling.throttled if engine.throttling else 0
        if engine.quota_cpus is None and not held:
            continue
        evidence = [] if engine.quota_cpus is None else [f"it has a CPU quota of {engine.quota_cpus:g} CPUs"]
        if engine.throttling and held:
            evidence.append(f"held back in {held} of {engine.throttling.periods} periods of the last second")
        yield Finding(
            about=engine.key,
            subject=place(engine),
            evidence=tuple(evidence),
            command=f"{docker(facts, engine)} update --cpus 0 {engine.name}",
            affects=affected(facts, engine.key),
        )


def _moved(facts: Facts) -> Iterator[Finding]:
    for engine in _engines(facts):
        if engine.runs and engine.wanted_cpu_set and not _same(engine.cpu_set, engine.wanted_cpu_set):
            yield Finding(
                about=engine.key,
                subject=place(engine),
                evidence=(f"it runs on CPUs {engine.cpu_set or 'of all'}; its settings say {engine.wanted_cpu_set}",),
                command=f"{docker(facts, engine)} update --cpuset-cpus {engine.wanted_cpu_set} {engine.name}",
                affects=affected(facts, engine.key),
            )


def _same(one: str, other: str) -> bool:
    return bool(one) and parse_cpus(one) == parse_cpus(other)


def _venues(facts: Facts) -> Iterator[Finding]:
    lost: dict[tuple[str, str], list[str]] = {}
    for target, sample in facts.samples("hft_venue_up", "engine"):
        if not sample.value:
            lost.setdefault((target.part, sample.labels["venue"]), []).append(sample.labels["channel"])
    for (part, venue), channels in lost.items():
        if engine := facts.part(part):
            simulator = next((each.key for each in facts.parts if each.role == f"venue-{venue}"), "")
            yield Finding(
                about=simulator or f"venue {venue}",
                subject=f"venue {venue}",
                evidence=(f"{engine.name} has no connection to it: {', '.join(sorted(channels))}",),
                command=logs(facts, engine),
                affects=frozenset({engine.key}),
            )


def _slots(facts: Facts) -> Iterator[dict[str, bool]]:
    """Of each strategy, which has a lease of its own: slot → whether it takes itself for the leader."""
    engines: dict[str, dict[str, bool]] = {}
    for target, sample in facts.samples("hft_leader"):
        slots = engines.setdefault(target.strategy, {})
        slots[target.instance] = slots.get(target.instance, False) or bool(sample.value)
    yield from engines.values()


def _leaders(facts: Facts) -> Iterator[Finding]:
    for slots in _slots(facts):
        leading = sorted(slot for slot, leads in slots.items() if leads)
        if len(leading) > 1:
            yield Finding(
                about="lease",
                subject="engines",
                evidence=(f"{', '.join(leading)} take themselves for the leader",),
                command=f"hft status {facts.stack}",
                affects=affected(facts, "lease"),
                runbook="TradingLeadersTwo",
            )


def _nobody_leads(facts: Facts) -> Iterator[Finding]:
    for slots in _slots(facts):
        if not any(slots.values()):
            yield Finding(
                about="lease",
                subject="engines",
                evidence=(f"none of {len(slots)} holds the lease: {', '.join(sorted(slots))}",),
                command=f"hft status {facts.stack}",
                affects=affected(facts, "lease"),
            )


def _not_active(facts: Facts) -> Iterator[Finding]:
    for target, sample in facts.samples("hft_trading_state", "engine", state="active"):
        engine = facts.part(target.part)
        if engine and not sample.value:
            states = [
                each.labels["state"]
                for other, each in facts.samples("hft_trading_state", "engine")
                if other is target and each.value
            ]
            yield Finding(
                about=engine.key,
                subject=place(engine),
                evidence=(f"it is {', '.join(states) or 'in no state'}",),
                command=logs(facts, engine),
                affects=frozenset({engine.key}),
            )


CAUSES = (
    Cause(
        name="engine-throttled",
        what="a CPU quota holds the engine back",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_throttled,
        runbook="EngineThrottled",
    ),
    Cause(
        name="engine-on-other-cpus",
        what="the engine is not on its own CPUs",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_moved,
        runbook="OrderRoundtripSlow",
    ),
    Cause(
        name="two-leaders",
        what="two engines trade",
        layer=Layer.TRADING,
        likelihood=Likelihood.CERTAIN,
        find=_leaders,
        runbook="TradingLeadersTwo",
    ),
    Cause(
        name="no-leader",
        what="no engine may trade",
        layer=Layer.TRADING,
        likelihood=Likelihood.LIKELY,
        find=_nobody_leads,
        runbook="TradingLeaderMissing",
    ),
    Cause(
        name="venue-lost",
        what="an engine has lost the venue",
        layer=Layer.TRADING,
        likelihood=Likelihood.LIKELY,
        find=_venues,
        runbook="VenueDown",
    ),
    Cause(
        name="engine-not-active",
        what="the engine does not trade",
        layer=Layer.SIGN,
        likelihood=Likelihood.LIKELY,
        find=_not_active,
        runbook="TradingNotActive",
    ),
)
