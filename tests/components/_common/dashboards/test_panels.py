"""Kinds of panels, as Grafana gets them."""

import json
from typing import Any

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, Panel

from components._common.dashboards import (
    About,
    Metrics,
    bounded,
    graph,
    heatmap,
    listing,
    number,
    rows,
    shares,
    sql_graph,
    stacked,
    timeline,
)

SOURCE = Metrics(DataSourceRef(type_val="prometheus", uid="p"), 5)
DATABASE = DataSourceRef(type_val="grafana-postgresql-datasource", uid="d")
ABOUT = About(title="T", unit="s", description="What it means.", columns=12)


def built(panel: Builder[Panel]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(JSONEncoder().encode(panel.build()))
    return found


def test_a_graph_has_a_query_for_each_legend() -> None:
    panel = built(graph(ABOUT, SOURCE, {"one {{a}}": "x", "two": "y"}))

    assert (panel["type"], panel["title"], panel["description"]) == ("timeseries", "T", "What it means.")
    assert [(each["refId"], each["expr"], each["legendFormat"], each["range"]) for each in panel["targets"]] == [
        ("A", "x", "one {{a}}", True),
        ("B", "y", "two", True),
    ]
    assert {each["interval"] for each in panel["targets"]} == {"5s"}
    assert (panel["gridPos"]["w"], panel["gridPos"]["h"]) == (12, 8)


def test_a_reason_to_be_empty_ends_the_description() -> None:
    about = About(title="T", unit="s", description="What it means.", columns=12, empty="nobody asks")

    assert built(graph(about, SOURCE, {"a": "x"}))["description"] == "What it means. Empty is right: nobody asks."


def test_an_alert_is_a_link_to_its_runbook() -> None:
    about = About(title="T", unit="s", description="What it means.", columns=12, alert="VenueDown")
    (link,) = built(graph(about, SOURCE, {"a": "x"}))["links"]

    assert (link["title"], link["url"], link["targetBlank"]) == (
        "Runbook VenueDown", "docs/runbooks/VenueDown.md", True
    )  # fmt: skip


def test_without_an_alert_there_is_no_link() -> None:
    assert built(graph(ABOUT, SOURCE, {"a": "x"})).get("links", []) == []


def test_lines_are_piled_up_bounded_and_kept_from_0_to_1_where_asked() -> None:
    plain = built(graph(ABOUT, SOURCE, {"a": "x"}))["fieldConfig"]["defaults"]
    made = built(bounded(shares(stacked(graph(ABOUT, SOURCE, {"a": "x"}))), {None: "green", 0.5: "red"}))
    defaults = made["fieldConfig"]["defaults"]

    assert (defaults["min"], defaults["max"]) == (0, 1)
    assert defaults["custom"]["stacking"] == {"mode": "normal"}
    assert defaults["custom"]["thresholdsStyle"] == {"mode": "dashed"}
    assert defaults["thresholds"] == {
        "mode": "absolute", "steps": [{"value": None, "color": "green"}, {"value": 0.5, "color": "red"}]
    }  # fmt: skip
    assert {"min", "max", "thresholds"} & plain.keys() == set()
    assert {"stacking", "thresholdsStyle"} & plain["custom"].keys() == set()


def test_a_number_is_the_last_one() -> None:
    panel = built(number(ABOUT, SOURCE, "x", {None: "green"}))

    assert panel["type"] == "stat"
    assert [(each["expr"], each["instant"]) for each in panel["targets"]] == [("x", True)]


def test_states_are_words_with_colours() -> None:
    panel = built(timeline(ABOUT, SOURCE, {"a": "x"}, {0: ("down", "red"), 1: ("up", "green")}))

    (mapping,) = panel["fieldConfig"]["defaults"]["mappings"]
    assert {value: (word["text"], word["color"]) for value, word in mapping["options"].items()} == {
        "0": ("down", "red"), "1": ("up", "green")
    }  # fmt: skip


def test_a_heat_map_is_asked_for_as_one_and_names_both_its_units() -> None:
    panel = built(heatmap(ABOUT, SOURCE, "x"))

    assert panel["type"] == "heatmap"
    assert [(each["format"], each["legendFormat"]) for each in panel["targets"]] == [("heatmap", "{{le}}")]
    assert (panel["options"]["yAxis"]["unit"], panel["options"]["cellValues"]["unit"]) == ("s", "short")


def test_a_listing_of_one_query_names_its_value() -> None:
    panel = built(listing(ABOUT, SOURCE, {"engines": "x"}, hidden=("job",)))

    assert [(each["format"], each["instant"]) for each in panel["targets"]] == [("table", True)]
    assert panel["transformations"] == [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {"excludeByName": {"Time": True, "job": True}, "renameByName": {"Value": "engines"}},
        },
    ]


def test_a_listing_of_two_queries_names_each_by_its_letter() -> None:
    panel = built(listing(ABOUT, SOURCE, {"one": "x", "two": "y"}))

    assert panel["transformations"][1]["options"]["renameByName"] == {"Value #A": "one", "Value #B": "two"}


def test_sql_comes_as_a_table_or_as_lines() -> None:
    table, lines = built(rows(ABOUT, DATABASE, "SELECT 1")), built(sql_graph(ABOUT, DATABASE, "SELECT 2"))

    assert (table["type"], lines["type"]) == ("table", "timeseries")
    assert [
        (each["rawSql"], each["format"], each["rawQuery"], each["editorMode"], each["refId"])
        for each in (*table["targets"], *lines["targets"])
    ] == [("SELECT 1", "table", True, "code", "A"), ("SELECT 2", "time_series", True, "code", "A")]
