"""What a witness of the database's failover shows."""

from typing import Final

from workloads.contract.exporter import Exporter
from workloads.contract.metric import Metric

ROUND: Final = Metric(
    name="hft_witness_round_timestamp_seconds",
    kind="gauge",
    help="When a round last ended well.",
    unit="seconds",
)
SILENT: Final = Metric(
    name="hft_witness_silent_probes", kind="gauge", help="Looks in a row that found the primary gone."
)
FENCED: Final = Metric(name="hft_witness_fenced", kind="gauge", help="1 while this host fences another one.")
VOTES: Final = Metric(name="hft_witness_votes_total", kind="counter", help="Votes that a primary is lost.")
DEPOSED: Final = Metric(name="hft_witness_deposed_total", kind="counter", help="Leases that this witness took away.")
STALLED: Final = Metric(
    name="hft_witness_stalled_connections_total",
    kind="counter",
    help="Connections between members of etcd that were ended, as nobody acknowledged their packets.",
)

WITNESS: Final = Exporter(
    name="Witness",
    what="A witness beside each host of the database (docs/adr/0016-failover-witness.md).",
    job="witness",
    metrics=(ROUND, SILENT, FENCED, VOTES, DEPOSED, STALLED),
)
