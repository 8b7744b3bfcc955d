import pytest

from ops.bench.db import Sizes


@pytest.mark.parametrize(
    ("ticks", "batch", "batches", "rows"),
    [(20_000_000, 250_000, 80, 20_000_000), (1_000_001, 12_500, 81, 1_012_500), (1000, 1000, 1, 1000)],
)
def test_batches_fill_the_table(ticks: int, batch: int, batches: int, rows: int) -> None:
    sizes = Sizes(ticks=ticks)

    assert (sizes.batch, sizes.batches, sizes.rows) == (batch, batches, rows)


def test_a_twentieth_of_the_rows_are_events_of_orders() -> None:
    assert 4 * Sizes(ticks=20_000_000).orders == 1_000_000
