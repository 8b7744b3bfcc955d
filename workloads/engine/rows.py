"""Rows for the tables of schema `trading`, as PostgreSQL COPY text. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

Value = str | float | int | None | datetime
Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the columns that rows hold, in order; `synchronous` rows are never given up."""

    name: str
    columns: tuple[str, ...]
    synchronous: bool

    @property
    def copy(self) -> str:
        """Return the COPY statement."""
        return f"COPY trading.{self.name} ({', '.join(self.columns)}) FROM STDIN"


TICKS: Final = Table(
    "ticks", ("ts", "venue", "symbol", "bid", "bid_size", "ask", "ask_size", "exchange_ts", "seq"), synchronous=False
)
OPPORTUNITIES: Final = Table(
    "opportunities",
    (
        "ts", "opportunity_id", "symbol", "buy_venue", "sell_venue", "edge_bps", "size_usd", "state", "reason",
        "lifetime_seconds",
    ),
    synchronous=False,
)  # fmt: skip
ORDER_EVENTS: Final = Table(
    "order_events",
    (
        "ts", "order_id", "event", "venue", "symbol", "side", "price", "size", "reason", "algo_id", "trader_id",
        "epoch", "slot",
    ),
    synchronous=True,
)  # fmt: skip
AUDIT_LOG: Final = Table("audit_log", ("ts", "actor", "action", "subject", "details"), synchronous=True)
TABLES: Final = (TICKS, OPPORTUNITIES, ORDER_EVENTS, AUDIT_LOG)


def stamp(ns: int) -> datetime:
    """Return a time in ns since the Unix epoch as UTC, cut to microseconds."""
    return _EPOCH + timedelta(microseconds=ns // 1000)


def _text(value: Value) -> str:
    match value:
        case None:
            return "\\N"
        case str():
            return value.translate(_ESCAPES)
        case datetime():
            return value.isoformat()
        case float() if math.isnan(value):
            return "NaN"
        case _:
            return repr(value)


def copy_text(rows: Sequence[Row]) -> str:
    """Return rows as the body of COPY FROM STDIN."""
    return "".join("\t".join(map(_text, row)) + "\n" for row in rows)
