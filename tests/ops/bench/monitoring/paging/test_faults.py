from pathlib import Path

import yaml

from ops.bench.monitoring.paging.faults import FAULTS

COMPONENTS = Path(__file__).parents[5] / "components"


def test_each_alert_of_the_class_has_a_fault_and_no_other_has_one() -> None:
    groups = [
        group for file in COMPONENTS.glob("*/alerts.yaml") for group in yaml.safe_load(file.read_text())["groups"]
    ]
    rules = [rule for group in groups for rule in group["rules"]]

    assert FAULTS.keys() == {rule["alert"] for rule in rules if rule["labels"].get("reg") == "rts6"}
