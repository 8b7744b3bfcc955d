"""A resource and a stack, as rules read them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pulumi_policy.proxy import UnknownValueError

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


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
        try:
            own = self.inputs.get("name")
        except UnknownValueError:
            own = None
        kind = _CAPITAL.sub(" ", self.type.rpartition(":")[2]).lower()
        return f"{kind} {own or self.name}"

    @property
    def ancestors(self) -> Sequence[str]:
        """The types of the components that it is part of, outermost first."""
        return self.urn.split("::")[2].split("$")[:-1]

    @property
    def stack(self) -> str:
        """`<project>/<stack>`."""
        _, stack, project, *_ = self.urn.replace("urn:pulumi:", "::", 1).split("::", 4)
        return f"{project}/{stack}"

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


@dataclass(frozen=True)
class Stack:
    """All resources of a stack."""

    resources: Sequence[Resource]

    def of(self, kind: type[R]) -> list[R]:
        """Those of one type."""
        return [each for each in self.resources if isinstance(each, kind)]
