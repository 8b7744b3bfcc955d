"""Prices: shared by seed, apart by venue, and apart enough for two venues to cross."""

import itertools

from workloads.venue.prices import Noise, Walk
from workloads.venue.settings import PriceSettings

START = 1_700_000_000.0
SETTINGS = PriceSettings()


def test_walks_with_one_seed_agree_without_history() -> None:
    early, late = Walk(7, "BTC-USD", 5.0), Walk(7, "BTC-USD", 5.0)
    for step in range(100):
        early.offset_bps(START + step * 0.01)

    assert early.offset_bps(START + 1) == late.offset_bps(START + 1)


def test_walks_differ_by_seed_and_by_symbol() -> None:
    offsets = {Walk(seed, name, 5.0).offset_bps(START) for seed in (1, 2) for name in ("BTC-USD", "ETH-USD")}

    assert len(offsets) == 4


def test_a_walk_moves_by_little_at_a_time_and_far_in_the_end() -> None:
    walk = Walk(7, "BTC-USD", 5.0)

    offsets = [walk.offset_bps(START + second / 10) for second in range(20_000)]
    steps = [abs(after - before) for before, after in itertools.pairwise(offsets)]

    assert max(steps) < 20
    assert max(offsets) - min(offsets) > 100


def test_without_volatility_the_price_stands_still() -> None:
    assert {Walk(7, "BTC-USD", 0.0).offset_bps(START + second) for second in range(10)} == {0.0}


def test_noise_is_fixed_by_seed_venue_and_symbol() -> None:
    def first(seed: int, venue: str) -> list[float]:
        noise = Noise(seed, venue, "BTC-USD", SETTINGS)
        return [noise.next_bps() for _ in range(5)]

    assert first(7, "alpha") == first(7, "alpha")
    assert first(7, "alpha") != first(7, "beta")
    assert first(7, "alpha") != first(8, "alpha")


def test_two_venues_cross_by_more_than_the_fees_now_and_then() -> None:
    alpha, beta = (Noise(7, venue, "BTC-USD", SETTINGS) for venue in ("alpha", "beta"))
    fees_and_spread = 2 * 1.0 + SETTINGS.spread_bps

    apart = [abs(alpha.next_bps() - beta.next_bps()) > fees_and_spread for _ in range(10_000)]

    assert 0.02 < sum(apart) / len(apart) < 0.5
