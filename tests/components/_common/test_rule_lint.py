import json
from typing import Any

import yaml

from components._common.rule_lint import dashboard_faults, records_of, rule_faults


def rules(*found: dict[str, Any]) -> str:
    return yaml.safe_dump({"groups": [{"name": "g", "rules": list(found)}]})


def alert(**more: Any) -> dict[str, Any]:
    return {
        "alert": "VenueDown",
        "expr": "hft_venue_up == 0",
        "labels": {"severity": "page"},
        "annotations": {"summary": "{{ $labels.channel }} of {{ $labels.venue }}: {{ $labels.severity }}"},
        **more,
    }


def dashboard(*panels: dict[str, Any], variables: tuple[dict[str, Any], ...] = ()) -> str:
    return json.dumps({"title": "Desk", "panels": list(panels), "templating": {"list": list(variables)}})


def test_what_rules_record_has_labels() -> None:
    files = {
        "a.yaml": rules({"record": "a:up", "expr": "max by (venue) (hft_venue_up)", "labels": {"slo": "x"}}),
        "b.yaml": rules(
            {"record": "b:up", "expr": "a:up * 2"}, {"record": "b:cpu", "expr": "rate(node_cpu_seconds_total[1m])"}
        ),
    }

    assert records_of(files) == {
        "a:up": {"venue", "slo"},
        "b:up": {"venue", "slo", "job", "instance", "host"},
        "b:cpu": None,
    }


def test_a_series_that_two_rules_record_has_the_labels_of_both() -> None:
    by_venue = {"record": "a:up", "expr": "max by (venue) (hft_venue_up)"}
    by_channel = {"record": "a:up", "expr": "max by (channel) (hft_venue_up)"}
    unknown = {"record": "a:up", "expr": "node_load1"}

    assert records_of({"a.yaml": rules(by_venue, by_channel)}) == {"a:up": {"venue", "channel"}}
    assert records_of({"a.yaml": rules(by_venue, unknown)}) == {"a:up": None}


def test_rules_that_the_contract_bears_out_pass() -> None:
    record = {"record": "venue:up", "expr": "max by (venue) (hft_venue_up)"}

    assert rule_faults({"a.yaml": rules(alert(), alert(expr="venue:up == 0")), "b.yaml": rules(record)}) == [
        "a.yaml: VenueDown: shows $labels.channel, which its answer does not have"
    ]
    assert rule_faults({"a.yaml": rules(alert(), record)}) == []


def test_a_fault_names_file_and_rule() -> None:
    assert rule_faults({"a.yaml": rules(alert(expr="hft_venue_upp == 0"), {"record": "x:y", "expr": "hft_z"})}) == [
        "a.yaml: VenueDown: hft_venue_upp is not in the metric contract (docs/reference/metrics.md)",
        "a.yaml: x:y: hft_z is not in the metric contract (docs/reference/metrics.md)",
    ]


def test_an_annotation_that_shows_a_label_which_is_not_there() -> None:
    assert rule_faults({"a.yaml": rules(alert(annotations={"summary": "{{ $labels.symbol }}"}))}) == [
        "a.yaml: VenueDown: shows $labels.symbol, which its answer does not have"
    ]


def test_a_label_by_template_has_no_bound() -> None:
    assert rule_faults({"a.yaml": rules(alert(labels={"at": "{{ $value }}"}, annotations={}))}) == [
        "a.yaml: VenueDown: label at takes its value from the query, so nothing bounds it; put it into an annotation"
    ]


def test_a_dashboard_that_the_contract_bears_out_passes() -> None:
    panel = {"title": "Up", "targets": [{"expr": "hft_venue_up"}, {"rawSql": "SELECT hft_nothing"}]}
    variables = (
        {"name": "venue", "type": "query", "query": {"query": "label_values(hft_venue_up, venue)"}},
        {"name": "rows", "type": "query", "query": "SELECT 1"},
        {"name": "slot", "type": "custom", "query": "label_values(hft_ghost, slot)"},
    )

    assert dashboard_faults("desk", dashboard(panel, variables=variables), {}) == []


def test_a_fault_names_dashboard_and_panel_or_variable() -> None:
    row = {"title": "Row", "panels": [{"title": "Inner", "targets": [{"expr": "a:b"}]}]}
    panel = {"title": "Up", "targets": [{"expr": "sum by (order_id) (hft_venue_up)"}]}
    variables = (
        {"name": "venue", "type": "query", "query": {"query": 'label_values(hft_venue_up{channel="md"}, vnue)'}},
        {"name": "other", "type": "query", "query": "query_result(hft_ghost)"},
    )

    assert dashboard_faults("desk", dashboard(row, panel, variables=variables), {}) == [
        "desk: Inner: a:b is recorded by no rule",
        "desk: Up: none of hft_venue_up has a label order_id",
        "desk: venue: none of hft_venue_up has a label vnue",
        "desk: other: hft_ghost is not in the metric contract (docs/reference/metrics.md)",
    ]
