"""The simulated venue's WebSocket protocol: one JSON object a message, in both directions.

`/md` (market data). To the venue: `{"op": "subscribe", "symbols": [...]}`, `{"op": "snapshot", "symbol": s}`.
From it: `snap` and `delta`, each `{t, s, q, ts, b, a}`: symbol, sequence number (per symbol, by one), exchange
time in ns since the Unix epoch, bids and asks as `[price, size]`. A delta's size 0 removes the level.

`/orders` (order entry). To the venue: `login {account, epoch, cancel_on_disconnect}`,
`new {id, s, side, px, qty, tif, epoch}`, `cancel {id}`, `cancel_all`, `dead_man {timeout_ms}` (0 switches it off),
`status {ids}`. From it: `state {positions, orders, statuses}`, `ack {id}`,
`fill {id, px, qty, filled, left, fee}`, `canc {id, filled, reason}`, `rej {id, reason}`, `cancelled_all {n}`. The
`ack` or `rej` of a `new` has `use` too, the account's use of the venue's limits: `[[bucket, seconds, count, limit]]`.
"""

import json
from typing import Any, Final, Literal

Side = Literal["buy", "sell"]
TimeInForce = Literal["ioc", "gtc"]
Level = tuple[float, float]
Limit = tuple[str, float, int, int]
"""Bucket, length of its window in seconds, what is counted in it, and how much may be."""
Message = dict[str, Any]

_encoder = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_decoder = json.JSONDecoder()

encode = _encoder.encode
"""Return a message as compact JSON."""


RATE_LIMIT: Final = "rate_limit"
"""Reason of a `rej`: the account has sent more than a limit of the venue allows."""


def decode(text: str) -> Message:
    """Return the message in `text`; raises ValueError when it is not one JSON object."""
    message = _decoder.decode(text)
    if not isinstance(message, dict):
        raise ValueError(f"message={text[:80]!r}: must be a JSON object")
    return message


def opposite(side: Side) -> Side:
    """Return the other side."""
    return "sell" if side == "buy" else "buy"
