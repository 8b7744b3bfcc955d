"""Refuses rule files and dashboards that name what nothing exports; pure. Each fault names file and rule or panel."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import yaml

from components._common.metric_lint import Records, faults, labels_of

_SHOWN_LABEL: Final = re.compile(r"\$labels\.(\w+)")
_GRAFANA_CALL: Final = re.compile(r"(?:label_values|query_result|metrics)\((.*)\)", re.DOTALL)


def records_of(files: Mapping[str, str]) -> dict[str, Collection[str] | None]:
    """What the recording rules of these files make, one after the other: series → labels that any rule gives it."""
    made: dict[str, Collection[str] | None] = {}
    for _, rule in _rules(files):
        if "record" in rule:
            found = labels_of(rule["expr"], made)
            made[rule["record"]] = _joined(made.get(rule["record"], ()), found, rule.get("labels", {}))
    return made


def _joined(*labels: Collection[str] | None) -> Collection[str] | None:
    return None if None in labels else frozenset(name for each in labels if each is not None for name in each)


def rule_faults(files: Mapping[str, str]) -> list[str]:
    """What is wrong in rule files (name → text), which may build on each other's records."""
    records = records_of(files)
    return [
        f"{file}: {rule.get('alert') or rule['record']}: {fault}"
        for file, rule in _rules(files)
        for fault in _faults_of_rule(rule, records)
    ]


def dashboard_faults(name: str, text: str, records: Records) -> list[str]:
    """What is wrong in the Prometheus queries of a dashboard's JSON; `records` are those of the stack's rule files."""
    return [
        f"{name}: {place}: {fault}"
        for place, expression in dict.fromkeys(_expressions(json.loads(text), ""))
        for fault in faults(expression, records)
    ]


def _rules(files: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for file, text in files.items():
        for group in yaml.safe_load(text)["groups"]:
            yield from ((file, rule) for rule in group["rules"])


def _faults_of_rule(rule: Mapping[str, Any], records: Records) -> Iterator[str]:
    found = faults(rule["expr"], records)
    yield from found
    for label, value in rule.get("labels", {}).items():
        if "{{" in str(value):
            yield f"label {label} takes its value from the query, so nothing bounds it; put it into an annotation"
    has = None if found else labels_of(rule["expr"], records)
    if has is not None:
        shown = {name for text in rule.get("annotations", {}).values() for name in _SHOWN_LABEL.findall(text)}
        for name in sorted(shown.difference(has, rule.get("labels", {}), {"alertname"})):
            yield f"shows $labels.{name}, which its answer does not have"


def _expressions(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Title of the panel, or name of the variable → query."""
    if isinstance(node, list):
        for item in node:
            yield from _expressions(item, place)
    elif isinstance(node, dict):
        here = str(node.get("title") or node.get("name") or place)
        if isinstance(node.get("expr"), str):
            yield here, node["expr"]
        if node.get("type") == "query":
            yield from ((here, text) for text in _of_variable(node))
        for value in node.values():
            yield from _expressions(value, here)


def _of_variable(node: Mapping[str, Any]) -> Iterator[str]:
    """`label_values(hft_venue_up{…}, venue)` → `max by (venue) (hft_venue_up{…})`, which is what it asks for."""
    query = node.get("query")
    text = query.get("query", "") if isinstance(query, dict) else query
    called = _GRAFANA_CALL.fullmatch(str(text).strip())
    if called:
        selector, _, label = called[1].rpartition(",")
        yield f"max by ({label.strip()}) ({selector})" if selector else called[1]
