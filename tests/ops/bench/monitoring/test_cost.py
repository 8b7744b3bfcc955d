import json

import pytest
import yaml

from ops.bench.box import settings
from ops.bench.monitoring.cost import busier, judged, livelier, without_venues

STEADY = [float(number) for number in range(1, 1001)]


def test_the_engine_trades_any_edge_for_long() -> None:
    before, after = (each["trading"]["engines"][0] for each in (settings("dev"), busier(settings("dev"))))

    assert after["min_edge_bps"] == 0.0
    assert {name: value / before["limits"][name] for name, value in after["limits"].items()} == {
        **dict.fromkeys(before["limits"], 1),
        **dict.fromkeys(("max_position_usd", "max_exposure_usd"), 100),
    }


def test_nothing_else_of_the_stack_is_changed() -> None:
    before, after = settings("dev"), busier(settings("dev"))
    for each in (before, after):
        del each["trading"]["engines"]

    assert after == before


def test_prices_cross_oftener_and_the_rest_of_a_venue_is_the_stacks() -> None:
    assert json.loads(livelier('{"venue": "alpha", "seed": 1}')) == {
        "venue": "alpha",
        "seed": 1,
        "prices": {"dislocation_probability": 0.15, "half_life_ticks": 3},
    }


def test_all_but_venues_are_asked() -> None:
    jobs = [{"job_name": "engine"}, {"job_name": "venue"}, {"job_name": "node"}]

    assert yaml.safe_load(without_venues(yaml.safe_dump({"global": {}, "scrape_configs": jobs}))) == {
        "global": {},
        "scrape_configs": [{"job_name": "engine"}, {"job_name": "node"}],
    }


@pytest.mark.parametrize(("factor", "passed"), [(1.05, True), (1.06, False)])
def test_a_twentieth_more_is_too_much(factor: float, passed: bool) -> None:
    found = judged([([factor * each for each in STEADY], STEADY)] * 3)

    assert (round(found.value, 6), found.passed) == (factor, passed)
    assert "3 pairs of 15 s,\n6,000 orders in all" in found.method
