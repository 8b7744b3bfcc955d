"""A trade by hand on an engine's account at a simulated venue, by its WebSocket protocol (workloads/wire.py)."""

import asyncio
import json
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

import aiohttp

_PARTS, _PAUSE_SECONDS = 10, 0.05
"""Orders that one trade is sent as: the book holds some of it at a time, and fills up between two of them, every 10 ms
by default."""


@dataclass(frozen=True, kw_only=True)
class Trade:
    """What somebody wants."""

    account: str
    epoch: int
    """The one that the account trades with: the venue refuses an older one."""
    symbol: str
    side: Literal["buy", "sell"]
    size: float
    """In units of the base."""
    price: float
    """The worst to take, in the quote currency."""


async def send(url: str, trade: Trade) -> None:
    """Trade at the venue whose address is `url`. Raises RuntimeError where it is not filled wholly."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/orders") as socket:
        await _say(socket, op="login", account=trade.account, epoch=trade.epoch, cancel_on_disconnect=True)
        left = trade.size
        for _ in range(_PARTS):
            identity = str(uuid4())
            terms = {"s": trade.symbol, "side": trade.side, "px": trade.price, "tif": "ioc", "epoch": trade.epoch}
            await _say(socket, op="new", id=identity, qty=left, **terms)
            left = round(left - await _filled(socket, identity), 9)
            if left <= 0:
                return
            await asyncio.sleep(_PAUSE_SECONDS)
    raise RuntimeError(f"{url}: {left} of {trade.size} {trade.symbol} were not filled in {_PARTS} orders")


async def _say(socket: aiohttp.ClientWebSocketResponse, **message: object) -> None:
    await socket.send_str(json.dumps(message))


async def _filled(socket: aiohttp.ClientWebSocketResponse, identity: str) -> float:
    """How much of an order was filled, once it has come to its end."""
    filled = 0.0
    async for message in socket:
        said = json.loads(message.data)
        if said.get("id") != identity:
            continue
        filled = said.get("filled", filled)
        if said["t"] == "rej":
            raise RuntimeError(f"order by hand rejected: {said['reason']}")
        if said["t"] == "canc" or said.get("left") == 0:
            break
    return float(filled)
