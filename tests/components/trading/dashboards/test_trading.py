"""The dashboard as Grafana gets it. That Grafana draws it is not proven here."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.trading.dashboards import trading_dashboard
from tests.components.grafana.test_grafana import DATA_SOURCE, THEIRS, build
from tests.conftest import Recorder
from tests.workloads.test_metrics import declared
from workloads.metrics import ROUNDTRIP_BUCKETS

COMPONENTS = Path(__file__).parents[4] / "components"
MIGRATIONS = sorted((COMPONENTS / "database/migrations").glob("*.sql"))
ALERTS = yaml.safe_load((COMPONENTS / "trading/alerts.yaml").read_text())

UNITS = {
    "Trading state": "none",
    "Leader": "none",
    "Engines with the lease": "none",
    "Venue up": "none",
    "Market data age": "s",
    "Order round trip": "s",
    "Orders within 50 ms": "percentunit",
    "Tick to trade": "s",
    "Opportunities by state and reason": "cps",
    "Orders by event": "cps",
    "Profit and loss": "currencyUSD",
    "Exposure": "currencyUSD",
    "Position": "none",
    "Risk limit ratio": "percentunit",
    "Oldest order record not yet committed": "s",
    "Record backlog": "short",
    "Last order events": "none",
}
QUERIES = {
    "Trading state": {
        '2 * sum by (instance) (hft_trading_state{state="active"})'
        ' + sum by (instance) (hft_trading_state{state="reducing"})': "{{instance}}",
    },
    "Leader": {"max by (instance) (hft_leader)": "{{instance}}"},
    "Engines with the lease": {"sum(hft_leader) or vector(0)": ""},
    "Venue up": {"min by (instance, venue, channel) (hft_venue_up)": "{{instance}} {{venue}} {{channel}}"},
    "Market data age": {"max by (venue, symbol) (hft_marketdata_age_seconds)": "{{venue}} {{symbol}}"},
    "Order round trip": {
        f"histogram_quantile({quantile}, sum by (venue, le) (rate(hft_order_roundtrip_seconds_bucket"
        "[$__rate_interval])))": legend
        for quantile, legend in ((0.5, "p50 {{venue}}"), (0.99, "p99 {{venue}}"), (0.999, "p99.9 {{venue}}"))
    },
    "Orders within 50 ms": {
        'sum(increase(hft_order_roundtrip_seconds_bucket{le="0.05"}[$__range]))'
        " / sum(increase(hft_order_roundtrip_seconds_count[$__range]))": "",
    },
    "Tick to trade": {
        f"histogram_quantile({quantile}, sum by (venue, le) (rate(hft_tick_to_trade_seconds_bucket"
        "[$__rate_interval])))": legend
        for quantile, legend in ((0.5, "p50 {{venue}}"), (0.99, "p99 {{venue}}"), (0.999, "p99.9 {{venue}}"))
    },
    "Opportunities by state and reason": {
        "sum by (state, reason) (rate(hft_arb_opportunities_total[$__rate_interval]))": "{{state}} {{reason}}",
    },
    "Orders by event": {"sum by (event) (rate(hft_orders_total[$__rate_interval]))": "{{event}}"},
    "Profit and loss": {
        "sum by (kind) (hft_pnl_usd)": "{{kind}}",
        'sum(hft_pnl_usd{kind=~"realized|unrealized"}) - sum(hft_pnl_usd{kind="fees"})': "net",
    },
    "Exposure": {"sum by (instance) (hft_exposure_usd)": "{{instance}}"},
    "Position": {"sum by (instance, venue, symbol) (hft_position)": "{{instance}} {{venue}} {{symbol}}"},
    "Risk limit ratio": {"max by (instance, limit) (hft_risk_limit_ratio)": "{{instance}} {{limit}}"},
    "Oldest order record not yet committed": {"max by (instance) (hft_record_backlog_seconds)": "{{instance}}"},
    "Record backlog": {"sum by (table) (hft_record_backlog_rows)": "{{table}}"},
}
STATES = {
    "Trading state": {"0": ("halted", "red"), "1": ("reducing", "yellow"), "2": ("active", "green")},
    "Leader": {"0": ("stands by", "blue"), "1": ("leads", "green")},
    "Venue up": {"0": ("down", "red"), "1": ("up", "green")},
}


def model() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(trading_dashboard("dev"))
    return found


def panels() -> dict[str, dict[str, Any]]:
    return {panel["title"]: panel for panel in model()["panels"] if panel["type"] != "row"}


def steps(title: str) -> list[tuple[float | None, str]]:
    found = panels()[title]["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return [(step["value"], step["color"]) for step in found]


def expressions() -> list[str]:
    return [target["expr"] for panel in panels().values() for target in panel["targets"] if "expr" in target]


def statements() -> list[str]:
    return [target["rawSql"] for panel in panels().values() for target in panel["targets"] if "rawSql" in target]


def declared_series() -> dict[str, tuple[str, set[str]]]:
    """Name of every series of the contract → its type and labels."""
    found = {}
    for name, kind, labels in declared():
        if kind == "histogram":
            found[f"{name}_bucket"] = (kind, {*labels, "le"})
            found[f"{name}_count"] = found[f"{name}_sum"] = (kind, set(labels))
        else:
            found[name] = (kind, set(labels))
    return found


def alert(name: str) -> str:
    expression: str = next(
        rule["expr"] for group in ALERTS["groups"] for rule in group["rules"] if rule["alert"] == name
    )
    return expression


def test_the_page_has_these_rows_and_panels() -> None:
    assert [panel["title"] for panel in model()["panels"]] == [
        "May we trade?",
        *("Trading state", "Leader", "Engines with the lease", "Venue up", "Market data age"),
        "How fast are we?",
        *("Order round trip", "Orders within 50 ms", "Tick to trade"),
        "What do we make of it?",
        *("Opportunities by state and reason", "Orders by event", "Profit and loss"),
        "What do we risk?",
        *("Exposure", "Position", "Risk limit ratio"),
        "Is it recorded?",
        *("Oldest order record not yet committed", "Record backlog", "Last order events"),
    ]


def test_its_uid_is_fixed_by_the_stack() -> None:
    assert model()["uid"] == "hft-dev-trading"
    assert json.loads(trading_dashboard("prod"))["uid"] == "hft-prod-trading"


def test_it_is_the_same_text_every_time() -> None:
    assert trading_dashboard("dev") == trading_dashboard("dev")


def test_it_is_read_in_utc_like_the_records() -> None:
    found = model()

    assert (found["timezone"], found["time"], found["refresh"]) == ("utc", {"from": "now-15m", "to": "now"}, "5s")
    assert (found["editable"], found["tags"]) == (False, ["hft", "dev"])


def test_every_panel_has_its_unit() -> None:
    assert {title: panel["fieldConfig"]["defaults"]["unit"] for title, panel in panels().items()} == UNITS


@pytest.mark.parametrize("title", UNITS)
def test_every_panel_says_in_a_sentence_what_it_means(title: str) -> None:
    assert re.fullmatch(r"[A-Z].{30,}\.", panels()[title]["description"])


def test_every_query_and_its_legend() -> None:
    found = {
        title: {target["expr"]: target.get("legendFormat", "") for target in panel["targets"]}
        for title, panel in panels().items()
        if panel["type"] != "table"
    }

    assert found == QUERIES


def test_queries_of_one_panel_have_letters_of_their_own() -> None:
    assert [target["refId"] for target in panels()["Order round trip"]["targets"]] == ["A", "B", "C"]


def test_queries_use_only_series_of_the_contract() -> None:
    used = {name for text in expressions() for name in re.findall(r"\bhft_\w+", text)}

    assert used - declared_series().keys() == set()
    assert len(used) == 15


def test_queries_use_only_labels_that_their_series_have() -> None:
    series = declared_series()
    for text in expressions():
        has = {"instance"}.union(*(series[name][1] for name in re.findall(r"\bhft_\w+", text)))
        grouped = {label for group in re.findall(r"by \(([^)]*)\)", text) for label in group.split(", ")}
        matched = set(re.findall(r"[{,](\w+)=", text))
        assert (grouped | matched) - has == set(), text


def test_rates_are_of_what_counts_and_of_nothing_else() -> None:
    rated = {name for text in expressions() for name in re.findall(r"(?:rate|increase)\((hft_\w+)", text)}
    used = {name for text in expressions() for name in re.findall(r"\bhft_\w+", text)}

    assert rated == {name for name in used if declared_series()[name][0] != "gauge"}


def test_the_objective_is_a_bucket_of_the_round_trip() -> None:
    used = re.findall(r'le="([^"]+)"', "".join(expressions()))

    assert used == ["0.05"]
    assert used[0] in [str(bucket) for bucket in ROUNDTRIP_BUCKETS]


def test_sql_is_on_tables_and_columns_of_the_migrations() -> None:
    tables = dict(re.findall(r"CREATE TABLE (\S+) \((.*?)\n\);", "".join(p.read_text() for p in MIGRATIONS), re.DOTALL))
    columns, table = re.fullmatch(
        r"SELECT (.+)\nFROM (\S+)\nWHERE \$__timeFilter\(ts\)\nORDER BY ts DESC\nLIMIT 100", statements()[0]
    ).groups()  # type: ignore[union-attr]

    assert len(statements()) == 1
    assert table == "trading.order_events"
    assert columns.split(", ") == re.findall(r"^    (\w+)", tables[table], re.MULTILINE)


def test_sql_comes_as_a_table() -> None:
    target = panels()["Last order events"]["targets"][0]

    assert (target["format"], target["rawQuery"], target["editorMode"]) == ("table", True, "code")


def test_data_sources_are_those_that_the_stack_makes(recorder: Recorder) -> None:
    recorder.run(lambda: build(THEIRS) and None)
    made = {
        (found.inputs["type"], found.inputs["uid"]) for found in recorder.registrations if found.type == DATA_SOURCE
    }
    asked = {
        (each["datasource"]["type"], each["datasource"]["uid"])
        for panel in panels().values()
        for each in (panel, *panel["targets"])
    }

    assert asked == made


def test_states_are_words() -> None:
    found = {
        title: {
            value: (word["text"], word["color"])
            for mapping in panel["fieldConfig"]["defaults"]["mappings"]
            for value, word in mapping["options"].items()
        }
        for title, panel in panels().items()
        if panel["type"] == "state-timeline"
    }

    assert found == STATES


def test_the_objective_of_the_round_trip_is_drawn() -> None:
    assert steps("Order round trip") == [(None, "green"), (0.05, "red")]
    assert panels()["Order round trip"]["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "dashed"}
    assert steps("Orders within 50 ms") == [(None, "red"), (0.99, "green")]


def test_one_leader_is_right_and_more_or_less_is_wrong() -> None:
    assert steps("Engines with the lease") == [(None, "red"), (1, "green"), (2, "red")]


@pytest.mark.parametrize(
    ("title", "alert_name", "bound"),
    [
        ("Market data age", "MarketDataStale", 2.0),
        ("Oldest order record not yet committed", "OrderRecordsLate", 2.5),
        ("Risk limit ratio", "RiskLimitReached", 1.0),
    ],
)
def test_a_line_is_red_where_an_alert_begins(title: str, alert_name: str, bound: float) -> None:
    assert steps(title)[-1] == (bound, "red")
    assert float(alert(alert_name).split()[-1]) == bound


def test_a_limit_is_yellow_where_it_comes_near() -> None:
    assert steps("Risk limit ratio") == [(None, "green"), (0.8, "yellow"), (1.0, "red")]
    assert ">= 0.8 " in alert("RiskLimitNear")


def test_panels_do_not_overlap_and_fit_the_grid() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in model()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert taken & cells == set(), panel["title"]
        assert max(x for x, _ in cells) < 24, panel["title"]
        taken |= cells


def test_the_backlog_is_piled_up() -> None:
    custom = panels()["Record backlog"]["fieldConfig"]["defaults"]["custom"]

    assert custom["stacking"] == {"mode": "normal"}
    assert "stacking" not in panels()["Exposure"]["fieldConfig"]["defaults"]["custom"]
