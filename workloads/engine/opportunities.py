"""An opportunity's life: detected once, decided once, recorded when its edge is gone and its outcome known."""

import uuid
from dataclasses import dataclass, field
from typing import Final, Literal

from workloads.engine import rows
from workloads.engine.detect import Cross
from workloads.engine.recorder import Recorder
from workloads.metrics import EngineMetrics

Outcome = Literal["rejected", "taken", "missed"]
Key = tuple[str, str, str]
_NS: Final = 1e-9


@dataclass(slots=True, eq=False)
class Opportunity:
    """One cross that stands until its edge is below the threshold; times are wall clock ns."""

    cross: Cross
    detected_ns: int
    id: uuid.UUID = field(default_factory=uuid.uuid4)
    ended_ns: int = 0
    outcome: Outcome | None = None
    reason: str = ""


class Opportunities:
    """All standing opportunities, and the counting and recording of all."""

    def __init__(self, metrics: EngineMetrics, recorder: Recorder) -> None:
        self._metrics, self._recorder = metrics, recorder
        self._standing: dict[str, dict[Key, Opportunity]] = {}

    def update(self, symbol: str, venue: str, found: list[Cross], now_ns: int) -> list[Opportunity]:
        """Take the crosses of a venue's changed book: end those that are gone, return those that are new."""
        standing = self._standing.setdefault(symbol, {})
        keys = {cross.key for cross in found}
        for key in [key for key in standing if venue in key[1:] and key not in keys]:
            self._ended(standing.pop(key), now_ns)
        new = []
        for cross in found:
            if cross.key not in standing:
                opportunity = standing[cross.key] = Opportunity(cross, now_ns)
                new.append(opportunity)
        return new

    def detected(self, opportunity: Opportunity) -> None:
        """Count a new one; after the decision, as counting would delay the orders."""
        cross = opportunity.cross
        self._metrics.arb_opportunities.labels("detected", "").inc()
        self._metrics.arb_edge_bps.labels("gross").observe(cross.gross_bps)
        self._metrics.arb_edge_bps.labels("net").observe(cross.net_bps)
        self._metrics.arb_size_usd.observe(cross.size_usd)

    def _ended(self, opportunity: Opportunity, now_ns: int) -> None:
        opportunity.ended_ns = now_ns
        self._metrics.arb_lifetime.observe((now_ns - opportunity.detected_ns) * _NS)
        if opportunity.outcome:
            self._record(opportunity)

    def decide(self, opportunity: Opportunity, outcome: Outcome, reason: str = "") -> None:
        """Set what became of it."""
        opportunity.outcome, opportunity.reason = outcome, reason
        self._metrics.arb_opportunities.labels(outcome, reason).inc()
        if opportunity.ended_ns:
            self._record(opportunity)

    def _record(self, opportunity: Opportunity) -> None:
        cross = opportunity.cross
        row = (
            rows.stamp(opportunity.detected_ns), str(opportunity.id), cross.symbol, cross.buy.venue, cross.sell.venue,
            cross.net_bps, cross.size_usd, opportunity.outcome, opportunity.reason,
            (opportunity.ended_ns - opportunity.detected_ns) * _NS,
        )  # fmt: skip
        self._recorder.add(rows.OPPORTUNITIES, row)
