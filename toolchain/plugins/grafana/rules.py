"""One rule of a group: its table, and its form in Grafana's API."""

import json
from collections.abc import Mapping
from typing import Any

from toolchain.plugins.framework import (
    Table,
    Values,
    at_least,
    boolean,
    integer,
    listing,
    mapping,
    one_of,
    record,
    string,
)
from toolchain.plugins.grafana.notification_policies import duration
from toolchain.plugins.grafana.texts import compact, json_problem, milliseconds, of_texts, same_duration

_FILLED_IN = {"intervalMs": 1000, "maxDataPoints": 43200}
"""What Grafana adds to a query that does not say; Grafana source, ngalert/models/alert_query.go."""
_NAMES = {
    "uid": "uid",
    "name": "title",
    "condition": "condition",
    "for": "for",
    "keepFiringFor": "keep_firing_for",
    "missingSeriesEvalsToResolve": "missingSeriesEvalsToResolve",
    "noDataState": "noDataState",
    "execErrState": "execErrState",
    "annotations": "annotations",
    "labels": "labels",
    "isPaused": "isPaused",
}
"""Input → Grafana's name of it."""
_NOTIFICATION_NAMES = {
    "contactPoint": "receiver",
    "groupBies": "group_by",
    "groupWait": "group_wait",
    "groupInterval": "group_interval",
    "repeatInterval": "repeat_interval",
    "muteTimings": "mute_time_intervals",
    "activeTimings": "active_time_intervals",
}
_RECORD_NAMES = {"metric": "metric", "from": "from", "targetDatasourceUid": "target_datasource_uid"}
_ALERT_DEFAULTS = {"noDataState": "NoData", "execErrState": "Alerting"}
"""The official plugin's, for rules that alert."""


@of_texts
def same_model(old: str, new: str) -> bool:
    """Whether two query models are one, with or without what Grafana fills in."""
    return old == new or (json_problem(old) is None and json_problem(new) is None and _model(old) == _model(new))


def _model(text: str) -> dict[str, Any]:
    return {key: value for key, value in json.loads(text).items() if _FILLED_IN.get(key) != value}


def _duration_or_zero() -> Any:
    return string(default="0", same=same_duration, problem=duration().problem)


_DATA: Table = {
    "refId": string(required=True),
    "datasourceUid": string(required=True),
    "model": string(required=True, same=same_model, problem=json_problem),
    "queryType": string(),
    "relativeTimeRange": record({"from": integer(required=True), "to": integer(required=True)}, required=True),
}
_NOTIFICATION: Table = {
    "contactPoint": string(required=True),
    "groupBies": listing(string()),
    "groupWait": duration(),
    "groupInterval": duration(),
    "repeatInterval": duration(),
    "muteTimings": listing(string()),
    "activeTimings": listing(string()),
}
RULE = record(
    {
        "name": string(required=True),
        "uid": string(computed=True),
        "datas": listing(record(_DATA), required=True),
        "condition": string(),
        "for": _duration_or_zero(),
        "keepFiringFor": duration(),
        "missingSeriesEvalsToResolve": integer(problem=at_least(0)),
        "noDataState": string(computed=True, problem=one_of("OK", "NoData", "KeepLast", "Alerting")),
        "execErrState": string(computed=True, problem=one_of("OK", "Error", "KeepLast", "Alerting")),
        "annotations": mapping(),
        "labels": mapping(),
        "isPaused": boolean(default=False),
        "notificationSettings": record(_NOTIFICATION),
        "record": record(
            {"metric": string(required=True), "from": string(required=True), "targetDatasourceUid": string()}
        ),
    }
)
"""A rule as an input of its group."""


def request(rule: Values, uid: str) -> Values:
    """The rule as Grafana takes it; `uid` for one that sets none and is there already."""
    filled = rule if "record" in rule else _ALERT_DEFAULTS | rule
    body = _translated(filled, _NAMES) | {"uid": rule.get("uid") or uid, "data": [_query(one) for one in rule["datas"]]}
    if "notificationSettings" in rule:
        body["notification_settings"] = _translated(rule["notificationSettings"], _NOTIFICATION_NAMES)
    if "record" in rule:
        body["record"] = _translated(rule["record"], _RECORD_NAMES)
    return body


def seen(found: Mapping[str, Any]) -> Values:
    """The rule as Grafana tells it, in terms of the inputs."""
    rule = _translated(found, {theirs: ours for ours, theirs in _NAMES.items()})
    if milliseconds(rule.get("keepFiringFor", "0")) == 0:
        rule.pop("keepFiringFor", None)
    rule |= {"for": rule.get("for", "0"), "isPaused": bool(rule.get("isPaused"))}
    rule["datas"] = [_seen_query(one) for one in found["data"]]
    if found.get("notification_settings"):
        names = {theirs: ours for ours, theirs in _NOTIFICATION_NAMES.items()}
        rule["notificationSettings"] = _translated(found["notification_settings"], names)
    if found.get("record"):
        rule["record"] = _translated(found["record"], {theirs: ours for ours, theirs in _RECORD_NAMES.items()})
    return rule


def _translated(values: Mapping[str, Any], names: Mapping[str, str]) -> Values:
    return {new: values[old] for old, new in names.items() if values.get(old)}


def _query(data: Values) -> Values:
    return {
        "refId": data["refId"],
        "queryType": data.get("queryType", ""),
        "datasourceUid": data["datasourceUid"],
        "relativeTimeRange": data["relativeTimeRange"],
        "model": json.loads(data["model"]),
    }


def _seen_query(found: Mapping[str, Any]) -> Values:
    query: Values = {
        "refId": found["refId"],
        "datasourceUid": found["datasourceUid"],
        "model": compact({key: value for key, value in found["model"].items() if _FILLED_IN.get(key) != value}),
        "relativeTimeRange": {
            name: int((found.get("relativeTimeRange") or {}).get(name, 0)) for name in ("from", "to")
        },
    }
    return query | ({"queryType": found["queryType"]} if found.get("queryType") else {})
