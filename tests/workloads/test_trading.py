"""Venues and engine as real processes on loopback, without database and lease.

Prices are seeded, but follow the wall clock: what is asserted holds for every stretch of the walk.
"""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workloads.floor import Floor, floor, request, samples, total, until

RESTING = {"order_type": "limit", "leg_timeout_ms": 60_000, "min_edge_bps": 2.0}


@pytest.fixture
def trading(tmp_path: Path) -> Iterator[Floor]:
    with floor(tmp_path) as made:
        yield made


def with_resting_orders(trading: Floor, **more: object) -> tuple[subprocess.Popen[bytes], str]:
    """An engine whose limit legs come 30 ms late, so that many find the price gone and rest."""
    for url in trading.venues.values():
        request(f"{url}/control/slow", {"extra_us": 30_000})
    engine, url = trading.start_engine(arbitrage=RESTING, **more)
    until("orders rest", lambda: len(trading.open_orders()) >= 6)
    return engine, url


def test_opportunities_are_detected_and_taken(trading: Floor) -> None:
    engine, url = trading.start_engine()

    until("trades", lambda: samples(url).get('hft_arb_opportunities_total{reason="",state="taken"}', 0) >= 5)
    used = 'hft_venue_ratelimit_used_ratio{bucket="orders_10s",venue="alpha"}'
    until("its use told", lambda: 0 < samples(url).get(used, 0) < 1)
    # The venue confirms it on its own time; until then it is not a number.
    until("the switch is set", lambda: samples(url)['hft_deadman_remaining_seconds{venue="alpha"}'] > 0)
    found = samples(url)

    detected = found['hft_arb_opportunities_total{reason="",state="detected"}']
    assert detected >= total(found, "hft_arb_opportunities_total") - detected
    assert total(found, "hft_order_roundtrip_seconds_count") >= 10
    assert total(found, "hft_tick_to_trade_seconds_count") >= 10
    assert found['hft_orders_total{event="submitted",reason=""}'] >= 10
    assert found['hft_trading_state{state="active"}'] == 1
    assert (found['hft_leader{colour="blue"}'], found["hft_leader_epoch"]) == (1, 1)
    assert found['hft_venue_up{channel="orders",venue="alpha"}'] == 1
    assert 0 < found['hft_deadman_remaining_seconds{venue="alpha"}'] <= 30
    assert total(found, "hft_marketdata_gap_total") == 0
    assert total(found, "hft_venue_429_total") == 0
    assert request(f"{url}/debug/roundtrip")[1]["n"] >= 10
    engine.send_signal(signal.SIGTERM)
    assert engine.wait(10) == 0
    positions = {name: request(f"{at}/control/state")[1]["accounts"]["bench-arb"]["positions"]
                 for name, at in trading.venues.items()}  # fmt: skip
    for symbol, quantity in positions["alpha"].items():
        assert quantity == pytest.approx(-positions["beta"].get(symbol, 0.0))
    assert {line["level"] for line in trading.log("blue")} <= {"info", "warning"}


def test_sigterm_leaves_no_resting_order_and_confirms(trading: Floor) -> None:
    engine, _ = with_resting_orders(trading)

    engine.send_signal(signal.SIGTERM)

    assert engine.wait(6) == 0
    assert trading.open_orders() == []
    assert trading.forced_cancels("disconnect") == 0
    [drained] = [line for line in trading.log("blue") if line["event"] == "drained"]
    assert (drained["level"], drained["open_orders"]) == ("info", 0)


def test_a_killed_engine_is_cancelled_on_disconnect(trading: Floor) -> None:
    engine, _ = with_resting_orders(trading)

    engine.kill()

    until("orders cancelled", lambda: trading.open_orders() == [])
    assert trading.forced_cancels("disconnect") >= 1


def test_a_frozen_engine_is_cancelled_by_the_dead_mans_switch(trading: Floor) -> None:
    engine, _ = trading.start_engine(dead_man_ms=5100)
    trading.rest_order("alpha")

    engine.send_signal(signal.SIGSTOP)

    until("order cancelled", lambda: "far" not in trading.open_orders())
    assert trading.forced_cancels("dead_man") >= 1


def test_a_wrong_epoch_is_refused_and_changes_nothing(trading: Floor) -> None:
    _, url = trading.start_engine()

    status, body = request(f"{url}/control/halt", {"epoch": 7, "actor": "test"})

    assert (status, body["error"], body["state"]) == (409, "epoch=7: the current epoch is 1", "active")
    assert samples(url)['hft_trading_state{state="active"}'] == 1


@pytest.mark.parametrize(
    ("command", "body", "status", "error"),
    [
        ("halt", {}, 400, 'epoch: Field required; send {"epoch": N, "actor": "name"}'),
        ("halt", {"epoch": "1"}, 400, 'epoch: Input should be a valid integer; send {"epoch": N, "actor": "name"}'),
    ],
)
def test_a_bad_command_is_refused(
    trading: Floor, command: str, body: dict[str, object], status: int, error: str
) -> None:
    _, url = trading.start_engine()

    answer = request(f"{url}/control/{command}", body)

    assert (answer[0], answer[1]["error"]) == (status, error)
    assert request(f"{url}/control/stop", {"epoch": 1}) == (
        404, "control='stop': must be one of ['activate', 'reduce', 'halt']\n",
    )  # fmt: skip


def test_halt_cancels_and_holds_until_activation(trading: Floor) -> None:
    _, url = with_resting_orders(trading)
    trading.rest_order("alpha")

    status, body = request(f"{url}/control/halt", {"epoch": 1, "actor": "test"})

    assert (status, body["state"], body["open_orders"]) == (200, "halted", 0)
    assert trading.open_orders() == []
    submitted = samples(url)['hft_orders_total{event="submitted",reason=""}']
    halted = 'hft_arb_opportunities_total{reason="halted",state="rejected"}'
    until("opportunities rejected", lambda: samples(url).get(halted, 0) >= 3)
    assert samples(url)['hft_orders_total{event="submitted",reason=""}'] == submitted

    assert request(f"{url}/control/activate", {"epoch": 1, "actor": "test"})[1]["state"] == "active"
    until("orders again", lambda: samples(url)['hft_orders_total{event="submitted",reason=""}'] > submitted)


def test_reducing_stops_new_legs(trading: Floor) -> None:
    _, url = trading.start_engine()

    assert request(f"{url}/control/reduce", {"epoch": 1})[1]["state"] == "reducing"

    reducing = 'hft_arb_opportunities_total{reason="reducing",state="rejected"}'
    until("opportunities rejected", lambda: samples(url).get(reducing, 0) >= 3)


def test_a_gap_is_counted_and_mended_by_a_snapshot(trading: Floor) -> None:
    _, url = trading.start_engine()

    request(f"{trading.venues['alpha']}/control/gap", {"symbol": "BTC-USD"})

    gap = 'hft_marketdata_gap_total{symbol="BTC-USD",venue="alpha"}'
    until("gap counted", lambda: samples(url).get(gap) == 1)
    until("ready again", lambda: request(f"{url}/readyz")[0] == 200)


def test_a_dropped_feed_makes_it_not_ready_until_it_is_back(trading: Floor) -> None:
    _, url = trading.start_engine()

    request(f"{trading.venues['alpha']}/control/drop-feed", {"seconds": 1.0})

    until("not ready", lambda: request(f"{url}/readyz")[0] == 503)
    assert "book alpha BTC-USD" in request(f"{url}/readyz")[1]["missing"]
    until("ready again", lambda: request(f"{url}/readyz")[0] == 200)
    assert samples(url)['hft_venue_reconnects_total{channel="md",venue="alpha"}'] >= 1


@pytest.mark.parametrize(("status", "counter"), [(418, "hft_venue_ban_total"), (429, "hft_venue_429_total")])
def test_a_venue_that_refuses_connections_is_counted_and_joined_again(
    trading: Floor, status: int, counter: str
) -> None:
    _, url = trading.start_engine()

    request(f"{trading.venues['alpha']}/control/refuse", {"seconds": 1.0, "status": status})

    until("refusals counted", lambda: total(samples(url), f'{counter}{{venue="alpha"}}') >= 2)
    until("ready again", lambda: request(f"{url}/readyz")[0] == 200)
    assert total(samples(url), f'{counter}{{venue="beta"}}') == 0


def test_a_venue_that_rejects_makes_missed_opportunities_and_no_position(trading: Floor) -> None:
    for at in trading.venues.values():
        request(f"{at}/control/reject-all", {"on": True})
    _, url = trading.start_engine()

    until("missed", lambda: samples(url).get('hft_arb_opportunities_total{reason="",state="missed"}', 0) >= 3)

    found = samples(url)
    assert found['hft_orders_total{event="rejected",reason="venue_rejects_all"}'] >= 6
    assert total(found, "hft_position{") == 0


def test_orders_beyond_a_venues_limit_are_refused_and_counted(tmp_path: Path) -> None:
    with floor(tmp_path, max_orders_per_10_seconds=4) as trading:
        _, url = trading.start_engine()
        refused = 'hft_orders_total{event="rejected",reason="rate_limit"}'

        until("orders refused", lambda: samples(url).get(refused, 0) >= 1)
        until("its use told", lambda: total(samples(url), "hft_venue_ratelimit_used_ratio") > 1)
        # The metrics of one page are of moments some milliseconds apart: compared is what stands still.
        assert request(f"{url}/control/halt", {"epoch": 1})[1]["open_orders"] == 0
        found = samples(url)

    assert total(found, "hft_venue_429_total") == found[refused]


def test_broken_order_entry_is_made_anew_and_reconciled(trading: Floor) -> None:
    _, url = with_resting_orders(trading)

    request(f"{trading.venues['alpha']}/control/drop-orders", {})

    orders = 'hft_venue_reconnects_total{channel="orders",venue="alpha"}'
    until("reconnected", lambda: samples(url).get(orders, 0) >= 1)
    until("ready again", lambda: request(f"{url}/readyz")[0] == 200)
    assert samples(url)['hft_orders_total{event="cancelled",reason="reconciled"}'] >= 1


def test_a_port_in_use_is_one_clear_error(trading: Floor) -> None:
    again = trading.start("workloads.venue", "again", {
        "venue": "again", "listen_address": "127.0.0.1", "listen_port": trading.ports["alpha"], "seed": 1,
        "symbols": [{"symbol": "BTC-USD", "price": 1.0, "tick_size": 0.1, "lot_size": 0.1, "level_size": 1.0}],
    })  # fmt: skip

    assert again.wait(20) == 2
    assert (trading.folder / "again.log").read_text() == (
        f"error: listen 127.0.0.1:{trading.ports['alpha']}: Address already in use; "
        "free the port or change the settings\n"
    )
