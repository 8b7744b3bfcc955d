"""The buckets of the histograms. prometheus_client's own begin at 5 ms: useless for what is traded on."""

from typing import Final

# Written out: 100 * 1e-6 is 9.999999999999999e-05, and that is what the label `le` would say.
ROUNDTRIP: Final = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
)  # fmt: skip
"""Seconds; holds 0.05, the bound of the order round trip's service level objective."""
HOT_PATH: Final = (
    0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
    0.05,
)  # fmt: skip
"""Seconds; for what happens inside one process."""
FEED: Final = (
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
)  # fmt: skip
"""Seconds; exchange to engine."""
LIFETIME: Final = (*ROUNDTRIP, 5.0, 10.0, 60.0)
SESSION: Final = (1.0, 10.0, 60.0, 600.0, 3600.0, 21600.0, 86400.0)
EDGE_BPS: Final = (1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 200.0, 500.0)
SIZE_USD: Final = tuple(10.0 * 2**n for n in range(10))
