"""What is judged, and what comes of it; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ops.hosts.facts import Facts

State = Literal["pass", "warn", "fail", "unknown"]
"""warn costs something and stops nothing; unknown: the host does not tell, and a person has to look."""


@dataclass(frozen=True)
class Subject:
    """One host with what the settings place on it."""

    host: str
    facts: Facts
    engines: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Engine → its CPUs."""

    @property
    def engine_cpus(self) -> frozenset[int]:
        """The CPUs of all engines together."""
        return frozenset().union(*self.engines.values())

    @property
    def severe(self) -> State:
        """What a stall is worth here: it fails a host with engines, and is a warning elsewhere."""
        return "fail" if self.engines else "warn"


@dataclass(frozen=True)
class Result:
    """One check of one host."""

    host: str
    check: str
    rule: str
    """Of the policies' catalogue (L04), or the item of the CIS Docker benchmark 1.6.0."""
    state: State
    found: str
    wanted: str
    why: str
    source: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is asked of a host, whatever comes of it."""

    name: str
    rule: str
    wanted: str
    why: str
    source: str
    fix: str

    def result(self, subject: Subject, state: State, found: str, **instead: str) -> Result:
        """What came of it on one host; `instead` replaces fields that depend on the host, such as `wanted`."""
        texts = {"wanted": self.wanted, "fix": self.fix, **instead}
        return Result(subject.host, self.name, self.rule, state, found, why=self.why, source=self.source, **texts)
