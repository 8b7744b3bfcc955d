"""A resource and a stack, as rules read them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar

from policies.pack.values import known, noting

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
Note = Callable[["Resource", Sequence[str]], None]
"""Gets a resource, and the path of an input of it that is not known."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource, as it is about to be made; a class below says how one type of resource is read."""

    TYPE: ClassVar[str] = ""
    """Its type token."""

    type: str
    urn: str
    name: str
    """The logical name."""
    inputs: Mapping[str, Any]
    """By the provider's names, `memorySwap`; reading what is not known raises `UnknownValueError`."""
    protect: bool = False
    parent: str = ""
    """The URN of the component that it is part of, or of the stack."""
    host: str = ""
    """The URN of the explicit provider: one for each Docker host. Empty for the default provider."""
    secrets: frozenset[str] = frozenset()
    """What no message may hold."""

    @property
    def title(self) -> str:
        """How messages call it: its kind and its own name, `container hft-prod-engine-blue`."""
        kind = _CAPITAL.sub(" ", self.type.rpartition(":")[2]).lower()
        return f"{kind} {known(self.inputs, 'name') or self.name}"

    @property
    def ancestors(self) -> Sequence[str]:
        """The types of the components that it is part of, outermost first."""
        return self.urn.split("::")[2].split("$")[:-1]

    @property
    def stack(self) -> str:
        """`<project>/<stack>`."""
        _, stack, project, *_ = self.urn.replace("urn:pulumi:", "::", 1).split("::", 4)
        return f"{project}/{stack}"

    def noting(self, note: Note) -> Self:
        """The same, but a reader of what is not known goes on, as if that were not set, and it is noted."""
        return replace(self, inputs=noting(self.inputs, lambda path: note(self, path)))

    def items(self, name: str) -> Iterator[Mapping[str, Any]]:
        """The entries of a list of objects; none where the input is not set."""
        yield from self.inputs.get(name) or ()

    def texts(self, name: str) -> list[str]:
        """The entries of a list of texts; none where the input is not set."""
        return [str(each) for each in self.inputs.get(name) or ()]

    def amount(self, name: str) -> float | None:
        """A number that is set and not 0, which Docker takes for "not set"."""
        return self.inputs.get(name) or None


R = TypeVar("R", bound=Resource)
T = TypeVar("T")


@dataclass(frozen=True)
class Stack:
    """All resources of a stack."""

    resources: Sequence[Resource]
    """As they came: the engine sends them in the order in which they were made."""
    _read: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, kind: type[R]) -> list[R]:
        """Those of one type, by URN: a rule that names the first one says the same in every run."""
        return [each for each in self._by_urn if isinstance(each, kind)]

    def once(self, read: Callable[["Stack"], T]) -> T:
        """What a reader makes of it, made once for all rules."""
        if read not in self._read:
            self._read[read] = read(self)
        found: T = self._read[read]
        return found

    def noting(self, note: Note) -> "Stack":
        """The same of resources that note what is not known of them."""
        return Stack([each.noting(note) for each in self.resources])

    @cached_property
    def _by_urn(self) -> Sequence[Resource]:
        return sorted(self.resources, key=lambda each: each.urn)
