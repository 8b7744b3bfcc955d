"""A rule is a value: what must hold, why, what to do, and where that is from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from pulumi_policy import EnforcementLevel, Severity

from policies.pack.resource import R, Resource, Stack

Numbers = Mapping[str, Mapping[str, Any]]
"""What a rule takes from the pack's configuration: name → JSON schema with a default."""


@dataclass(frozen=True)
class Item:
    """One entry of a framework that a rule follows."""

    framework: str
    version: str
    reference: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.framework, self.version, self.reference)))


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule has."""

    name: str
    """Stable: configuration and waivers name it."""
    description: str
    """What must hold and what it costs where it does not, in the words of a trader."""
    severity: Severity
    steps: str
    """What to do: the argument and the value."""
    source: str
    """Where the rule or its figure is from: an address, or a document and its place."""
    follows: tuple[Item, ...] = ()
    """The entries of public frameworks that it covers."""
    tags: tuple[str, ...] = ()
    numbers: Numbers = field(default_factory=dict)
    """What can be set for it; `check` gets each by its name."""

    @property
    def level(self) -> EnforcementLevel:
        """The level without configuration: what is severe blocks, the rest is told."""
        grave = self.severity in (Severity.CRITICAL, Severity.HIGH)
        return EnforcementLevel.MANDATORY if grave else EnforcementLevel.ADVISORY

    @property
    def defaults(self) -> dict[str, Any]:
        """The numbers without configuration."""
        return {name: schema["default"] for name, schema in self.numbers.items()}


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule, Generic[R]):
    """Judges one resource at a time, before it is made."""

    of: type[R]
    """The resources that it judges; it is not asked about others."""
    check: Callable[..., Iterable[str]]
    """Gets the resource, and the numbers by name; gives a message for each violation, without the resource's name."""
    mend: Callable[..., Mapping[str, Any]] | None = None
    """Where one value is right: gets what `check` gets, gives the inputs to replace. For the level `remediate` only."""


@dataclass(frozen=True)
class Violation:
    """What a stack rule finds; `at` is the resource that has to change, if it is one."""

    message: str
    at: Resource | None = None

    def __str__(self) -> str:
        return f"{self.at.title}: {self.message}" if self.at else self.message


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """Judges what only the whole shows."""

    check: Callable[..., Iterable[Violation]]
    """Gets the stack, and the numbers by name."""


def whole(default: int, minimum: int, maximum: int, description: str) -> Mapping[str, Any]:
    """The schema of a whole number."""
    return {
        "type": "integer",
        "default": default,
        "minimum": minimum,
        "maximum": maximum,
        "description": description,
    }


def choice(default: str, options: Iterable[str], description: str) -> Mapping[str, Any]:
    """The schema of a word out of some."""
    return {"type": "string", "default": default, "enum": list(options), "description": description}


__all__ = ["Item", "Numbers", "ResourceRule", "Rule", "Stack", "StackRule", "Violation", "choice", "whole"]
