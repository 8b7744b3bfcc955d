"""Asks Prometheus and Alertmanager what they know: alerts that fire, and targets that are down."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from ops.doctor.collect.targets import why
from ops.doctor.facts import Alert, Watch
from ops.doctor.plan import Plan

_ANSWER_SECONDS = 4
_HEARTBEAT = "heartbeat"
"""Severity of what always fires."""


def look(plan: Plan) -> Watch:
    """What any of them says: a second Prometheus and Alertmanager have the same alerts."""
    problems: list[str] = []
    alerts: dict[tuple[tuple[str, str], ...], Alert] = {}
    down: dict[tuple[str, str], tuple[str, str, str]] = {}
    asked = False
    with httpx.Client(timeout=_ANSWER_SECONDS, trust_env=False) as client:
        for url in plan.urls("prometheus"):
            try:
                found = firing(_json(client, f"{url}/api/v1/alerts"))
                lost = unreached(_json(client, f"{url}/api/v1/targets?state=active"))
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                problems.append(f"Prometheus at {url}: {why(error)}")
                continue
            asked = True
            alerts |= {tuple(sorted(each.labels.items())): each for each in found}
            down |= {each[:2]: each for each in lost}
        for url in plan.urls("alertmanager"):
            try:
                _json(client, f"{url}/api/v2/status")
            except (httpx.HTTPError, ValueError) as error:
                problems.append(f"Alertmanager at {url}: {why(error)}")
    return Watch(
        problems=tuple(problems),
        alerts=tuple(sorted(alerts.values(), key=lambda each: (each.name, sorted(each.labels.items())))),
        down=tuple(down[key] for key in sorted(down)),
        asked=asked,
    )


def _json(client: httpx.Client, url: str) -> Any:
    return client.get(url).raise_for_status().json()


def firing(document: Mapping[str, Any]) -> list[Alert]:
    """The alerts that fire, by Prometheus' /api/v1/alerts; without the heartbeat."""
    entries: Iterable[Mapping[str, Any]] = document["data"]["alerts"]
    return [
        Alert(
            name=str(entry["labels"]["alertname"]),
            severity=str(entry["labels"].get("severity", "")),
            labels={str(key): str(value) for key, value in entry["labels"].items()},
            summary=str(entry.get("annotations", {}).get("summary", "")),
            since=str(entry.get("activeAt", "")),
        )
        for entry in entries
        if entry["state"] == "firing" and entry["labels"].get("severity") != _HEARTBEAT
    ]


def unreached(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(job, instance, error) of the targets that are down, by Prometheus' /api/v1/targets."""
    entries: Iterable[Mapping[str, Any]] = document["data"]["activeTargets"]
    return [
        (str(entry["labels"].get("job", "")), str(entry["labels"].get("instance", "")), str(entry["lastError"]))
        for entry in entries
        if entry["health"] == "down"
    ]
