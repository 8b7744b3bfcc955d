"""The order desk on a floor without network: permission, cancel, reconnect, orphans."""

import asyncio

import pytest

from tests.workloads.engine.trading_floor import Floor
from workloads.engine.orders import Order
from workloads.venue.exchange import Order as VenueOrder


def resting(purpose: str = "leg") -> Order:
    return Order("alpha", "BTC-USD", "buy", 50.0, 0.1, "gtc", purpose)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "purpose", "allowed"),
    [
        ("active", "leg", True),
        ("active", "flatten", True),
        ("reducing", "leg", False),
        ("reducing", "flatten", True),
        ("halted", "leg", False),
        ("halted", "flatten", False),
    ],
)
async def test_the_state_decides_what_may_go(state: str, purpose: str, allowed: bool) -> None:
    floor = Floor()
    floor.gate.want(state, "test")  # type: ignore[arg-type]

    await floor.desk.submit(resting(purpose))

    assert floor.alpha.ops() == (["new"] if allowed else [])
    assert floor.value("hft_orders_total", event="rejected", reason="not_allowed") == (not allowed)


async def test_without_the_lease_nothing_goes_but_cancels() -> None:
    floor = Floor()
    order = resting()
    await floor.desk.submit(order)
    floor.lease.epoch = 0

    await floor.desk.submit(resting())
    assert floor.alpha.ops() == ["new"]

    assert await floor.desk.cancel_all(1.0) == 0
    assert floor.alpha.ops() == ["new", "cancel"]
    assert order.is_done


async def test_the_leader_cancels_the_whole_account() -> None:
    floor = Floor()
    await floor.desk.submit(resting())

    assert await floor.desk.cancel_all(1.0) == 0

    assert (floor.alpha.ops(), floor.beta.ops()) == (["new", "cancel_all"], ["cancel_all"])


async def test_a_cancel_that_is_not_confirmed_is_counted() -> None:
    floor = Floor()
    await floor.desk.submit(resting())
    floor.alpha.answers = False

    assert await floor.desk.cancel_all(0.02) == 1


async def test_an_order_without_connection_ends_as_rejected() -> None:
    floor = Floor()
    floor.alpha.up = False

    await floor.desk.submit(resting())

    assert len(floor.desk.orders) == 0
    assert floor.value("hft_orders_total", event="rejected", reason="not_connected") == 1


async def test_after_a_disconnect_the_venue_is_asked_what_became_of_orders() -> None:
    floor = Floor()
    rests, fills = resting(), resting()
    await floor.desk.submit(rests)
    floor.alpha.answers = False
    await floor.desk.submit(fills)
    floor.alpha.exchange.markets["BTC-USD"].move(0.0)
    floor.alpha.exchange.new(VenueOrder(str(fills.id), "us", 1, "BTC-USD", "buy", 200.0, 0.1, "ioc"), 3)
    floor.alpha.exchange.cancel_all("us", "disconnect")

    floor.desk.disconnected(floor.alpha)  # type: ignore[arg-type]
    assert (rests.state, fills.state, floor.desk.reconciled) == ("unknown", "unknown", set())
    floor.alpha.answers = True
    await floor.desk.log_in(floor.alpha)  # type: ignore[arg-type]

    assert (rests.state, rests.filled, fills.state, fills.filled) == ("done", 0.0, "done", 0.1)
    assert floor.desk.reconciled == {"alpha"}
    assert floor.position("alpha") == 0.1
    assert floor.value("hft_orders_total", event="cancelled", reason="reconciled") == 1


async def test_an_order_that_never_arrived_ends_as_rejected() -> None:
    floor = Floor()
    floor.alpha.answers = False
    order = resting()
    await floor.desk.submit(order)
    floor.desk.disconnected(floor.alpha)  # type: ignore[arg-type]
    floor.alpha.answers = True

    await floor.desk.ask_status(floor.alpha)  # type: ignore[arg-type]

    assert order.is_done
    assert floor.value("hft_orders_total", event="rejected", reason="reconciled") == 1


@pytest.mark.parametrize(("epoch", "left"), [(3, []), (0, ["orphan"])])
async def test_only_the_leader_cancels_orders_that_nobody_owns(epoch: int, left: list[str]) -> None:
    floor = Floor()
    floor.alpha.exchange.new(VenueOrder("orphan", "us", 9, "BTC-USD", "buy", 50.0, 0.1, "gtc"), 1)
    floor.lease.epoch = epoch

    await floor.desk.log_in(floor.alpha)  # type: ignore[arg-type]
    await asyncio.sleep(0.01)

    assert list(floor.alpha.exchange.open) == left
    assert ("dead_man" in floor.alpha.ops()) is (epoch > 0)
