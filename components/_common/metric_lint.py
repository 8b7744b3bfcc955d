"""Refuses expressions that the metric contract does not bear out: a rule on a mistyped metric is silent for ever; pure.

Of metrics that others' exporters have, only the names are known. What is said of one expression says what, where and
what to do; where a text has no fault there is nothing.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from components._common.promql import Expression, Matcher, Selector, read
from components._common.scraping import FREE_SLOT_JOB
from workloads.contract import METRICS, STORED, Label

TARGET_LABELS: Final = frozenset({"job", "instance", "host"})
"""What Prometheus adds to every series that it scrapes."""

PAGE: Final = "docs/reference/metrics.md"
_OURS: Final = "hft_"
_OTHERS: Final = frozenset(
    name
    for name in Path(__file__).with_name("others_series.txt").read_text().splitlines()
    if name and not name.startswith("#")
)
# Of every process, whatever it is, and of every scrape.
_EVERYWHERE: Final = ("go_", "process_", "python_", "scrape_")
_PROMETHEUS_OWN: Final = ("up", "ALERTS", "ALERTS_FOR_STATE")
_OF_COUNTERS: Final = ("rate", "irate", "increase")
_ALTERNATIVES: Final = re.compile(r"[\w.:+-]*(?:\|[\w.:+-]*)*")

Records = Mapping[str, Collection[str] | None]
"""Name of each recorded series → its labels; None where they are not known, as of others' metrics."""


def faults(expression: str, records: Records) -> list[str]:
    """What is wrong with the names in an expression; `records` are the series that recording rules make."""
    try:
        found = read(expression)
    except ValueError as error:
        return [f"cannot be read: {error}"]
    return [*_metric_faults(found, records), *_grouping_faults(found, records)]


def labels_of(expression: str, records: Records) -> Collection[str] | None:
    """Labels that an expression's answer has at most; None where they are not known."""
    found = read(expression)
    known = [_labels_left(selector, records) for selector in found.selectors]
    return None if None in known else frozenset(found.made).union(*(labels for labels in known if labels is not None))


def _labels_left(selector: Selector, records: Records) -> Collection[str] | None:
    if selector.kept is not None:
        return selector.kept
    labels = _labels_of(selector.metric, records)
    return None if labels is None else TARGET_LABELS.union(labels)


def _metric_faults(found: Expression, records: Records) -> Iterator[str]:
    for selector in found.selectors:
        if ":" in selector.metric:
            if selector.metric not in records:
                yield f"{selector.metric} is recorded by no rule"
        elif selector.metric.startswith(_OURS):
            yield from _selector_faults(selector)
        elif selector.metric == "up" and all(matcher.label != "job" for matcher in selector.matchers):
            yield f'up says no job, and of {FREE_SLOT_JOB} it is 0 by right: name a job, or add job!="{FREE_SLOT_JOB}"'
        elif not _has_exporter(selector.metric):
            yield f"{selector.metric or 'a selector without a name'} is of no exporter that is known here"


def _selector_faults(selector: Selector) -> Iterator[str]:
    if selector.metric not in STORED:
        yield f"{selector.metric} is not in the metric contract ({PAGE})"
        return
    if selector.function in _OF_COUNTERS and selector.metric in METRICS and METRICS[selector.metric].kind == "gauge":
        yield f"{selector.metric} is a gauge, of which {selector.function} says nothing"
    labels = {label.name: label for label in STORED[selector.metric]}
    for matcher in selector.matchers:
        if matcher.label in labels:
            yield from _value_faults(selector.metric, labels[matcher.label], matcher)
        elif matcher.label not in TARGET_LABELS and matcher.label != "__name__":
            yield f"{selector.metric} has no label {matcher.label}"


def _value_faults(metric: str, label: Label, matcher: Matcher) -> Iterator[str]:
    for value in _values(matcher):
        if not label.allows(value):
            yield f"{metric} has no {label.name}={value!r}; there are {', '.join(map(repr, label.values))}"


def _values(matcher: Matcher) -> list[str]:
    """Values that a matcher names; a variable of Grafana, a pattern and the empty value of `!=` name none."""
    if "$" in matcher.value or not matcher.value:
        return []
    if "~" not in matcher.sign:
        return [matcher.value]
    return matcher.value.split("|") if _ALTERNATIVES.fullmatch(matcher.value) else []


def _grouping_faults(found: Expression, records: Records) -> Iterator[str]:
    for grouping in found.groupings:
        yield from _missing(grouping.labels, grouping.metrics, records, found.made)


def _missing(
    names: Collection[str], metrics: Collection[str], records: Records, made: Collection[str]
) -> Iterator[str]:
    known = [_labels_of(metric, records) for metric in metrics]
    if not known or None in known:
        return
    allowed = TARGET_LABELS.union(made, *(labels for labels in known if labels is not None))
    for name in names:
        if name not in allowed:
            yield f"none of {', '.join(dict.fromkeys(metrics))} has a label {name}"


def _labels_of(metric: str, records: Records) -> Collection[str] | None:
    """None where they are not known here."""
    if metric in records:
        return records[metric]
    return [label.name for label in STORED[metric]] if metric in STORED else None


def _has_exporter(metric: str) -> bool:
    return metric in _OTHERS or metric in _PROMETHEUS_OWN or metric.startswith(_EVERYWHERE)
