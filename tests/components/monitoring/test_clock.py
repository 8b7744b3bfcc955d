"""The alert of a clock that is too far off UTC."""

import pytest
import yaml

from components.monitoring.clock import clock_yaml
from components.monitoring.settings import MonitoringSettings


@pytest.mark.parametrize(
    ("limit_us", "seconds"), [(100, "0.0001"), (1_000, "0.001"), (50_000, "0.05"), (1, "1e-06"), (1_000_000, "1")]
)
def test_the_alert_comes_at_the_limit_of_the_settings(limit_us: int, seconds: str) -> None:
    ((rule,),) = [group["rules"] for group in yaml.safe_load(clock_yaml(limit_us))["groups"]]

    assert rule["expr"] == f"node_timex_sync_status == 0 or abs(node_timex_offset_seconds) > {seconds}"
    assert rule["annotations"]["summary"] == (
        f"{{{{ $labels.instance }}}}'s clock is not known to be within {limit_us} microseconds of UTC"
    )


@pytest.mark.parametrize("limit_us", [0, 1_000_001])
def test_a_limit_that_bounds_nothing_is_refused(limit_us: int) -> None:
    with pytest.raises(ValueError, match="clock_limit_us"):
        MonitoringSettings(hosts=("a",), watched_hosts=("a",), clock_limit_us=limit_us)
