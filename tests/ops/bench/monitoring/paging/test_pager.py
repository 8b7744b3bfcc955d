import time
from threading import Timer
from typing import Any

import httpx
import pytest

from ops.bench.monitoring.paging.pager import ADDRESS, Pager, listening
from ops.errors import OpsError

PORT = 17094
"""Beside that of the benchmark, which may run meanwhile."""


def body(alert: str, status: str = "firing") -> dict[str, Any]:
    return {"alerts": [{"status": status, "labels": {"alertname": alert, "venue": "alpha"}}]}


def test_a_page_by_http_is_kept_with_its_time() -> None:
    with listening(PORT) as pager:
        began = time.monotonic()
        httpx.post(f"http://{ADDRESS}:{PORT}/", json=body("VenueDown")).raise_for_status()

        assert began < pager.firing_after(began, "VenueDown", 0.1) < time.monotonic()


def test_the_port_is_free_again_afterwards() -> None:
    for _ in range(2):
        with listening(PORT):
            pass


def test_a_page_is_waited_for() -> None:
    pager, began = Pager(), time.monotonic()
    timer = Timer(0.05, pager.take, [body("VenueDown")])
    timer.start()

    assert 0.05 <= pager.firing_after(began, "VenueDown", 5) - began < 5
    timer.join()


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([body("VenueDown")], [], "none"),
        ([], [body("VenueDown", "resolved")], "VenueDown"),
        ([], [body("EngineDown"), body("MarketDataGap")], "EngineDown, MarketDataGap"),
    ],
    ids=["from before the fault", "of an end", "of others"],
)
def test_another_page_is_none(before: list[dict[str, Any]], after: list[dict[str, Any]], told: str) -> None:
    pager = Pager()
    for each in before:
        pager.take(each)
    began = time.monotonic()
    for each in after:
        pager.take(each)

    with pytest.raises(OpsError) as caught:
        pager.firing_after(began, "VenueDown", 0.02)
    assert str(caught.value) == f"VenueDown: no page within 0.02 s; it got {told}"
