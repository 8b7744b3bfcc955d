"""When alerts fired, as Prometheus has recorded it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ops.doctor.collect.targets import why
from ops.doctor.plan import Plan
from ops.errors import OpsError
from ops.timeline.event import Event

_ANSWER_SECONDS = 20
_MOST_POINTS = 10_000
"""Prometheus gives at most 11,000 points of a series."""
_LEAST_STEP_SECONDS = 5
_NAMES = ("instance", "venue", "symbol", "database", "part")
"""Labels that say which one it is."""


def look(plan: Plan, start: datetime, end: datetime) -> list[Event]:
    """The beginnings and ends of alerts, by the first Prometheus that answers. Raises OpsError where none does."""
    step = max(_LEAST_STEP_SECONDS, (end - start).total_seconds() / _MOST_POINTS)
    query = 'ALERTS{alertstate="firing",severity!="heartbeat"}'
    span = {"start": start.timestamp(), "end": end.timestamp(), "step": step}
    problems = []
    for url in plan.urls("prometheus"):
        try:
            answer = httpx.get(
                f"{url}/api/v1/query_range", params={"query": query, **span}, timeout=_ANSWER_SECONDS, trust_env=False
            )
            series: Sequence[Mapping[str, Any]] = answer.raise_for_status().json()["data"]["result"]
            return [event for each in series for event in read(each, start, end, step)]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            problems.append(f"Prometheus at {url}: {why(error)}")
    raise OpsError("; ".join(problems) or "the stack has no Prometheus")


def read(series: Mapping[str, Any], start: datetime, end: datetime, step: float) -> Iterator[Event]:
    """The events of one series of ALERTS; it has a sample at each step while its alert fires."""
    labels: Mapping[str, str] = series["metric"]
    which = " ".join(labels[name] for name in _NAMES if labels.get(name)) or labels.get("host", "")
    what = f"{labels['alertname']}{' ' if which else ''}{which}"
    times = [float(time) for time, _ in series["values"]]
    edge = timedelta(seconds=2 * step)
    for before, time, after in zip([None, *times], times, [*times[1:], None], strict=False):
        moment = datetime.fromtimestamp(time, UTC)
        if before is None or time - before > 1.5 * step:
            began = "fires, since before" if moment - start < edge else "fires"
            yield Event(moment, "alert", f"{what} {began}")
        ended = datetime.fromtimestamp(time + step, UTC)
        if (after is None or after - time > 1.5 * step) and end - ended > edge:
            yield Event(ended, "alert", f"{what} is over")
