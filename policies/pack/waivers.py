"""Waivers: violations that somebody answers for, with a reason and for a time."""

from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from policies.pack.judge import Finding, Kind
from policies.pack.resource import Resource
from policies.pack.rule import Rule

_SHORTEST_REASON = 20


class Waiver(BaseModel):
    """One entry of waivers.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = Field(description="Name of the rule.")
    stack: str = Field(
        pattern=r"^[^/]+/[^/]+$", description="`<project>/<stack>` that it holds for; `*` stands for any characters."
    )
    resource: str = Field(min_length=1, description="Logical name of the resource; `*` stands for any characters.")
    reason: str = Field(min_length=_SHORTEST_REASON, description="Why the rule need not hold here.")
    owner: str = Field(min_length=1, description="Who answers for it.")
    expires: date = Field(description="The last day on which it holds.")

    def covers(self, resource: Resource) -> bool:
        """Whether it is meant for this resource."""
        return self.is_about(resource.stack) and fnmatchcase(resource.name, self.resource)

    def is_about(self, stack: str) -> bool:
        """Whether it is meant for a stack, `<project>/<stack>`."""
        return fnmatchcase(stack, self.stack)

    def __str__(self) -> str:
        return f"the waiver of {self.rule} for {self.resource} in {self.stack}"


class WaiverError(ValueError):
    """The file of waivers cannot be used."""


_WAIVERS = TypeAdapter(tuple[Waiver, ...])


def read(path: Path, rules: Iterable[Rule]) -> tuple[Waiver, ...]:
    """The waivers of a file; none where there is no file, or nothing in it.

    Raises:
        WaiverError: it is no YAML, an entry is malformed, or names a rule that does not exist.
    """
    try:
        found = _WAIVERS.validate_python(yaml.safe_load(path.read_text()) or () if path.exists() else ())
    except yaml.YAMLError as error:
        raise WaiverError(f"{path}: not YAML: {error}") from error
    except ValidationError as error:
        raise WaiverError(
            "; ".join(f"{path}: {_where(each['loc'])}: {each['msg']}" for each in error.errors())
        ) from error
    names = [rule.name for rule in rules]
    for number, waiver in enumerate(found):
        if waiver.rule not in names:
            raise WaiverError(
                f"{path}: [{number}].rule: there is no rule {waiver.rule!r}{suggestion(waiver.rule, names)}"
            )
    return found


def suggestion(name: str, names: Sequence[str]) -> str:
    """`; did you mean …?` where a name is near."""
    near = get_close_matches(name, names, 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def waiver_of(finding: Finding, resource: Resource, waivers: Iterable[Waiver], today: date) -> Waiver | None:
    """The waiver that covers it and has not expired; one may cover what cannot be judged yet, too."""
    if finding.kind is Kind.FAULT:
        return None
    of_rule = (each for each in waivers if each.rule == finding.rule.name and today <= each.expires)
    return next((each for each in of_rule if each.covers(resource)), None)


def _where(place: tuple[int | str, ...]) -> str:
    return "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place)
