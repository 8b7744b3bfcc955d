"""Every rule file of the components, and what promtool tests of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from components.monitoring.clock import clock_yaml
from components.trading.objectives import objectives_yaml

COMPONENTS = Path(__file__).parents[1] / "components"


class RuleFile(NamedTuple):
    """One file of rules; `tests` lies beside the component and names it as `name`."""

    area: str
    name: str
    text: str
    tests: Path

    def alerts(self) -> list[dict[str, Any]]:
        return [rule for group in yaml.safe_load(self.text)["groups"] for rule in group["rules"] if "alert" in rule]

    def expected(self) -> Iterator[tuple[str, list[Any]]]:
        """Name of an alert, and the alerts that are expected at one moment of one test."""
        for test in yaml.safe_load(self.tests.read_text())["tests"]:
            for moment in test.get("alert_rule_test", []):
                yield moment["alertname"], moment["exp_alerts"]

    def series(self) -> Iterator[str]:
        """The series that its tests make up."""
        for test in yaml.safe_load(self.tests.read_text())["tests"]:
            yield from (each["series"] for each in test.get("input_series", []))


def rule_files() -> list[RuleFile]:
    """Those that are files, and the rendered ones."""
    written = [
        RuleFile(path.parent.name, path.name, path.read_text(), path.with_name("alerts_test.yaml"))
        for path in sorted(COMPONENTS.glob("*/alerts.yaml"))
    ]
    rendered = (("trading", "objectives", objectives_yaml()), ("monitoring", "clock", clock_yaml(100)))
    return [
        *written,
        *(
            RuleFile(area, f"{name}.yaml", text, COMPONENTS / area / f"{name}_test.yaml")
            for area, name, text in rendered
        ),
    ]


def alert_rules() -> dict[str, dict[str, Any]]:
    """Every alert's rule by its name."""
    return {rule["alert"]: rule for file in rule_files() for rule in file.alerts()}
