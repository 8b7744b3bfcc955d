"""The alerts of a clock that is, or may be, too far off UTC."""

from typing import Any

import pytest
import yaml

from components.monitoring.clock import clock_yaml
from components.monitoring.settings import MonitoringSettings


def alert(limit_us: int, name: str) -> dict[str, Any]:
    ((rule,),) = [
        [rule for rule in group["rules"] if rule.get("alert") == name]
        for group in yaml.safe_load(clock_yaml(limit_us))["groups"]
    ]
    return dict(rule)


@pytest.mark.parametrize(
    ("limit_us", "half", "whole"),
    [
        (100, "5e-05", "0.0001"),
        (1_000, "0.0005", "0.001"),
        (50_000, "0.025", "0.05"),
        (1, "5e-07", "1e-06"),
        (1_000_000, "0.5", "1"),
    ],
)
def test_a_ticket_comes_at_half_of_the_settings_limit_and_a_page_at_it(limit_us: int, half: str, whole: str) -> None:
    near, high = alert(limit_us, "HostClockErrorNear"), alert(limit_us, "HostClockErrorHigh")

    assert (near["expr"], near["labels"]["severity"]) == (f"instance:clock_error_seconds > {half}", "ticket")
    assert (high["expr"], high["labels"]["severity"]) == (f"instance:clock_error_seconds > {whole}", "page")
    assert high["annotations"]["summary"].endswith(f" off UTC; {limit_us} µs are allowed")


@pytest.mark.parametrize("limit_us", [0, 1_000_001])
def test_a_limit_that_bounds_nothing_is_refused(limit_us: int) -> None:
    with pytest.raises(ValueError, match="clock_limit_us"):
        MonitoringSettings(hosts=("a",), watched_hosts=("a",), clock_limit_us=limit_us)
