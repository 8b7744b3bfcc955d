"""When a fault was there: what an engine's own metrics show, looked at ten times a second."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import httpx
from prometheus_client.parser import text_string_to_metric_families

from ops.errors import OpsError

_SHOWS_SECONDS, _LOOK_SECONDS = 30, 0.1


def before(url: str, seen: Callable[[Mapping[str, float]], bool]) -> float:
    """Wait until an engine's metrics show it; gives the moment of the last look that did not.

    Raises:
        OpsError: they do not within half a minute.
    """
    last = time.monotonic()
    until = last + _SHOWS_SECONDS
    while (looked := time.monotonic()) < until:
        with suppress(httpx.TransportError):
            if seen(metrics(url)):
                return last
        last = looked
        time.sleep(_LOOK_SECONDS)
    raise OpsError(f"{url}: it does not show the fault within {_SHOWS_SECONDS} s")


def metrics(url: str) -> dict[str, float]:
    """Name of each sample, that of an order event with the event → the sum over the other labels."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(httpx.get(f"{url}/metrics").raise_for_status().text):
        for each in family.samples:
            name = f"{each.name} {each.labels['event']}" if each.name == "hft_orders_total" else each.name
            found[name] = found.get(name, 0.0) + each.value
    return found
