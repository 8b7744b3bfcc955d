from workloads.engine.roundtrip import Roundtrips


def test_a_reading_has_percentiles_and_samples_in_microseconds() -> None:
    roundtrips = Roundtrips()
    for ns in (3_000, 1_000, 2_500):
        roundtrips.add(ns)

    assert roundtrips.drain() == {
        **{"n": 3, "p50_us": 2.5, "p90_us": 3.0, "p99_us": 3.0, "max_us": 3.0},
        "samples_us": [1.0, 2.5, 3.0],
    }


def test_each_reading_begins_anew() -> None:
    roundtrips = Roundtrips()
    roundtrips.add(1_000)
    roundtrips.drain()

    assert roundtrips.drain() == {
        **{"n": 0, "p50_us": None, "p90_us": None, "p99_us": None, "max_us": None},
        "samples_us": [],
    }
