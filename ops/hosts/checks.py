"""Judges hosts: facts, engines' CPUs and limits give results; pure."""

from collections.abc import Mapping
from typing import Literal

from components._common.cpus import parse_cpus
from ops.hosts import clock, cores, daemon, memory
from ops.hosts.clock import ClockLimit
from ops.hosts.facts import Facts
from ops.hosts.result import Result, Subject
from stacks.settings import StackSettings

RegimeName = Literal["none", "mifid_hft", "mica_casp", "sec_bd"]
"""Those of policies/regimes.py (tested)."""

_DESK = ClockLimit(1e-3, "default of this library; RTS 25 for algorithms that are not high-frequency")
LIMITS: Mapping[RegimeName, ClockLimit] = {
    "none": _DESK,
    "mifid_hft": ClockLimit(100e-6, "RTS 25 (2017/574) Annex, table 2"),
    "mica_casp": _DESK,
    "sec_bd": ClockLimit(50e-3, "FINRA 4590, CAT"),
}
"""Regime → how far a clock may be off UTC."""


def judge(subject: Subject, limit: ClockLimit) -> list[Result]:
    """All checks of one host, engines' cores first."""
    of_cores = cores.judge(subject) if subject.engines else ()
    return [*of_cores, *memory.judge(subject), *clock.judge(subject, limit), *daemon.judge(subject)]


def subjects(settings: StackSettings, facts: Mapping[str, Facts]) -> list[Subject]:
    """The hosts that answered, in the order of the settings."""
    return [
        Subject(
            host.name,
            facts[host.name],
            {each.name: parse_cpus(each.cpu_set) for each in settings.trading.engines if each.host == host.name},
        )
        for host in settings.hosts
        if host.name in facts
    ]
