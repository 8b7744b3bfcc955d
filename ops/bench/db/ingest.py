"""Ticks by COPY into the hypertable and into a plain table with the same indexes, batch by batch in turn."""

import statistics

from ops.bench.db.client import Client
from ops.bench.db.data import MAKE_PLAIN, PLAIN, order_events, ticks
from ops.bench.db.deployed import Deployed
from ops.bench.db.sizes import Sizes
from ops.bench.measure import Measure
from ops.screen import Screen

_FILE = "/tmp/batch"
_TABLES = ("trading.ticks", PLAIN)
_CHUNK = "SELECT time_interval FROM hft.dimensions('trading.ticks') WHERE kind = 'Time'"
_METHOD = """\
Median and quartiles of {batches} pairs: {batch:,} ticks in the order of time, the same file by COPY into trading.ticks
(chunks of {chunk}) and into a table with its columns and indexes, each first in every other pair, until both
hold {rows:,}. Straight to PostgreSQL as hft_writer; median {hyper:,.0f} and {plain:,.0f} rows a second."""


def fill(deployed: Deployed, client: Client, sizes: Sizes, screen: Screen) -> Measure:
    """Fill the tables that everything else is asked of; the ratio of the speeds."""
    deployed.superuser(MAKE_PLAIN)
    speeds: dict[str, list[float]] = {table: [] for table in _TABLES}
    for batch in range(sizes.batches):
        client.psql(deployed.straight, f"\\copy ({ticks(sizes, batch)}) to '{_FILE}'")
        for table in _TABLES if batch % 2 else reversed(_TABLES):
            took = client.seconds(deployed.straight, f"\\copy {table} from '{_FILE}'")
            speeds[table].append(sizes.batch / took)
    screen.step(f"{sizes.rows:,} ticks into the hypertable and into a plain table")
    # As who writes them: the superuser's commits wait for no standby, so the table takes none of its rows.
    client.psql(deployed.straight, "SET statement_timeout = 0", order_events(sizes))
    deployed.superuser("VACUUM ANALYZE trading.ticks", f"VACUUM ANALYZE {PLAIN}")
    deployed.superuser("VACUUM ANALYZE trading.order_events", "CHECKPOINT")
    hyper, plain = (speeds[table] for table in _TABLES)
    ratios = [one / other for one, other in zip(hyper, plain, strict=True)]
    method = _METHOD.format(
        batches=sizes.batches,
        batch=sizes.batch,
        rows=sizes.rows,
        chunk=deployed.superuser(_CHUNK).strip(),
        hyper=statistics.median(hyper),
        plain=statistics.median(plain),
    )
    low, _, high = statistics.quantiles(ratios, n=4)
    return Measure(
        "ticks by COPY into the hypertable ÷ into a plain table, rows a second",
        statistics.median(ratios),
        0.85,
        method,
        at_least=True,
        spread=(low, high),
    )
