from typing import Any

import pytest

from components.pooling import RouteFailoverSettings
from tests.components.verdicts import refusal


@pytest.mark.parametrize(
    ("given", "timers"),
    [
        ({}, (500, 100, 200)),
        ({"profile": "fast"}, (500, 100, 200)),
        ({"profile": "safe"}, (2000, 500, 1000)),
        ({"profile": "safe", "fast_interval_ms": 250}, (2000, 250, 1000)),
        ({"check_interval_ms": 100}, (100, 100, 200)),
    ],
)
def test_timers_left_out_are_those_of_the_profile(given: dict[str, Any], timers: tuple[int, int, int]) -> None:
    found = RouteFailoverSettings.model_validate(given)

    assert (found.check_interval_ms, found.fast_interval_ms, found.login_retry_ms) == timers


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"profile": "faster"}, "Input should be 'fast' or 'safe'"),
        ({"check_interval_ms": 99}, "Input should be greater than or equal to 100"),
        ({"check_interval_ms": 60001}, "Input should be less than or equal to 60000"),
        ({"fast_interval_ms": 49}, "Input should be greater than or equal to 50"),
        ({"fast_interval_ms": 60001}, "Input should be less than or equal to 60000"),
        ({"login_retry_ms": 49}, "Input should be greater than or equal to 50"),
        ({"login_retry_ms": 60001}, "Input should be less than or equal to 60000"),
        (
            {"profile": "safe", "fast_interval_ms": 2001},
            "Value error, failover.fast_interval_ms=2001 exceeds check_interval_ms=2000: lower it",
        ),
        ({"timers": 1}, "Extra inputs are not permitted"),
    ],
)
def test_bad_timers_are_refused(bad: dict[str, Any], message: str) -> None:
    assert refusal(RouteFailoverSettings, bad) == message
