"""The pack's configuration: at which level each rule is judged, and with which numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import EnforcementLevel

from policies.pack.rule import ResourceRule, Rule
from policies.pack.waivers import suggestion

LEVELS = {
    analyzer_pb2.ADVISORY: EnforcementLevel.ADVISORY,
    analyzer_pb2.MANDATORY: EnforcementLevel.MANDATORY,
    analyzer_pb2.DISABLED: EnforcementLevel.DISABLED,
    analyzer_pb2.REMEDIATE: EnforcementLevel.REMEDIATE,
}
_EVERY = "all"
"""The engine hands this key on beside the rules that it stands for."""


class ConfigurationError(ValueError):
    """The configuration names what the pack does not have."""


@dataclass(frozen=True)
class Configuration:
    """Levels and numbers that differ from the rules' own."""

    levels: Mapping[str, EnforcementLevel] = field(default_factory=dict)
    numbers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def level(self, rule: Rule) -> EnforcementLevel:
        """The level of a rule."""
        return self.levels.get(rule.name, rule.level)

    def of(self, rule: Rule) -> dict[str, Any]:
        """The numbers of a rule, by name."""
        return {**rule.defaults, **self.numbers.get(rule.name, {})}


def configured(given: Mapping[str, analyzer_pb2.PolicyConfig], rules: Iterable[Rule]) -> Configuration:
    """The configuration that the engine sends. It has judged the numbers by their schemas.

    Raises:
        ConfigurationError: a rule or a number that does not exist, or `remediate` for a rule that mends nothing.
    """
    known = {rule.name: rule for rule in rules}
    levels, numbers = {}, {}
    for name, config in given.items():
        if name == _EVERY:
            continue
        if name not in known:
            raise ConfigurationError(f"{name}: there is no such rule{suggestion(name, list(known))}")
        levels[name] = _level(known[name], LEVELS[config.enforcementLevel])
        numbers[name] = _numbers(known[name], MessageToDict(config.properties))
    return Configuration(levels, numbers)


def _level(rule: Rule, level: EnforcementLevel) -> EnforcementLevel:
    if level is EnforcementLevel.REMEDIATE and not (isinstance(rule, ResourceRule) and rule.mend):
        raise ConfigurationError(
            f"{rule.name}: no one value is right, so it cannot remediate; use mandatory or advisory"
        )
    return level


def _numbers(rule: Rule, given: Mapping[str, Any]) -> dict[str, Any]:
    for name in given:
        if name not in rule.numbers:
            known = list(rule.numbers)
            can = ", ".join(known) or "nothing"
            raise ConfigurationError(
                f"{rule.name}.{name}: cannot be set{suggestion(name, known)}; of this rule, {can} can"
            )
    return {name: int(value) if rule.numbers[name]["type"] == "integer" else value for name, value in given.items()}
