"""A running engine and venue show what the contract has, and no value outside of its closed sets."""

from pathlib import Path

from tests.workloads.exposition import shown, strays
from tests.workloads.floor import floor, request, samples, until


def test_a_running_engine_and_its_venues_keep_to_the_contract(tmp_path: Path) -> None:
    with floor(tmp_path) as trading:
        _, url = trading.start_engine()
        until("trades", lambda: samples(url).get('hft_arb_opportunities_total{reason="",state="taken"}', 0) >= 2)
        for venue in trading.venues.values():
            request(f"{venue}/control/reject-all", {"on": True})
        refused = 'hft_orders_total{event="rejected",reason="venue_rejects_all"}'
        until("refusals", lambda: samples(url).get(refused, 0) >= 2)
        request(f"{url}/control/reduce", {"epoch": 1})

        assert strays(shown(url)) == []
        assert [strays(shown(venue)) for venue in trading.venues.values()] == [[], []]


def test_what_the_contract_does_not_have_would_be_seen() -> None:
    text = (
        "# TYPE hft_ghost gauge\nhft_ghost 1\n"
        '# TYPE hft_leader gauge\nhft_leader{colour="red"} 1\nhft_leader{colour="blue"} 1\n'
        '# TYPE hft_leader_epoch gauge\nhft_leader_epoch{venue="a"} 1\n'
        '# TYPE hft_orders counter\nhft_orders_total{event="acked",reason="any"} 1\n'
    )

    assert strays(text) == ["hft_ghost{}", "hft_leader colour='red'", "hft_leader_epoch{'venue': 'a'}"]
