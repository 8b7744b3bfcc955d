"""Every dashboard of a stack, as Grafana gets it. That its queries are answered is proven on a running stack only."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from stacks.dashboards import dashboards
from tests.components.grafana.test_grafana import DATA_SOURCE, THEIRS, build
from tests.conftest import Recorder
from tests.rules import alert_rules
from tests.stacks.graph import built
from workloads.contract import METRICS
from workloads.contract.engine import ENGINE
from workloads.metrics import ROUNDTRIP_BUCKETS

ROOT = Path(__file__).parents[2]
MIGRATIONS = "".join(path.read_text() for path in sorted((ROOT / "components/database/migrations").glob("*.sql")))
PAGES = {name: json.loads(text) for name, text in dashboards("dev").items()}
SAME_BY_CAUSE = {
    "market-data: Ticks waiting for the database": "RecordsDropped",
    "hosts: Clock: bound of the kernel": "HostClockUnsynchronised",
    "database: Free on the data disk": "IngestStopped",
    "pooling: Clients that wait for a connection": "PoolerClientsWaiting",
    "deploys: Epoch of the lease": "TradingLeadersTwo",
    "order-path: Time with one leg open": "LegUnhedged",
    "desk: Leg imbalance": "LegImbalanceLasting",
    "slo: Trading available": "AvailabilityBudgetBurning",
    "slo: Budget of a venue's unavailability left": "VenueAvailabilityBudgetBurning",
    "slo: Budget of a venue's slow orders left": "VenueRoundtripBudgetBurning",
}
"""Panels that show the cause, where the alert tells the effect."""


def panels() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{name}: {panel['title']}", panel)
        for name, page in PAGES.items()
        for panel in page["panels"]
        if panel["type"] != "row"
    ]


def targets() -> Iterator[tuple[str, dict[str, Any]]]:
    for where, panel in panels():
        for target in panel["targets"]:
            yield where, target


def expressions() -> list[tuple[str, str]]:
    return [(where, target["expr"]) for where, target in targets() if "expr" in target]


def statements() -> list[tuple[str, str]]:
    return [(where, target["rawSql"]) for where, target in targets() if "rawSql" in target]


def named(text: str) -> set[str]:
    """Names of series: what begins a selector or stands alone, and no function, label or word of PromQL."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|(?:by|on) \([^)]*\)', "", text)
    own = r"\b((?:hft|pg|patroni|etcd|haproxy|pgbouncer|node|prometheus)_\w+|slo:\w+(?::\w+)?|up|ALERTS)\b"
    return set(re.findall(own, bare))


def test_there_are_these_dashboards() -> None:
    assert {name: page["title"] for name, page in PAGES.items()} == {
        "desk": "Desk overview dev",
        "order-path": "Order path dev",
        "market-data": "Market data dev",
        "deploys": "Deploys dev",
        "slo": "Objectives and error budgets dev",
        "database": "Database dev",
        "pooling": "Pooling dev",
        "etcd": "etcd dev",
        "hosts": "Hosts and cores dev",
        "audit": "Audit dev",
    }


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_components_hand_exactly_these_to_grafana(stack: str) -> None:
    recorder = built(stack)
    found = {
        each.name.removeprefix("grafana-dashboard-"): json.loads(each.inputs["configJson"])
        for each in recorder.registrations
        if each.type == "grafana:oss/dashboard:Dashboard"
    }

    assert {name: page["uid"] for name, page in found.items()} == {
        name: f"hft-{stack}-{name}" for name in dashboards(stack)
    }
    assert {name: len(page["panels"]) for name, page in found.items()} == {
        name: len(page["panels"]) for name, page in PAGES.items()
    }


def test_each_is_the_same_text_every_time() -> None:
    assert dashboards("dev") == dashboards("dev")


@pytest.mark.parametrize("name", PAGES)
def test_the_sdks_types_read_it_and_write_it_again(name: str) -> None:
    again = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(PAGES[name])))

    assert again == PAGES[name]


def test_the_sdks_types_refuse_what_is_no_dashboard() -> None:
    with pytest.raises((TypeError, KeyError, AttributeError, ValueError)):
        Dashboard.from_json({**PAGES["desk"], "panels": [{"type": "stat", "gridPos": 7}]})


@pytest.mark.parametrize("name", PAGES)
def test_it_is_read_in_utc_like_the_records_and_cannot_be_edited_away(name: str) -> None:
    page = PAGES[name]

    assert (page["uid"], page["timezone"], page["editable"]) == (f"hft-dev-{name}", "utc", False)
    assert page["tags"] == ["hft", "dev"]
    assert re.fullmatch(r"now-(15|30|60)m", page["time"]["from"])


@pytest.mark.parametrize("name", PAGES)
def test_it_leads_to_the_others(name: str) -> None:
    (link,) = PAGES[name]["links"]

    assert (link["type"], link["tags"], link["asDropdown"]) == ("dashboards", ["hft", "dev"], True)


@pytest.mark.parametrize("name", PAGES)
def test_deploys_failovers_and_halts_are_marked(name: str) -> None:
    marks = PAGES[name]["annotations"]["list"]

    assert [(mark["name"], mark["enable"]) for mark in marks] == [
        ("deploys", True), ("failovers", True), ("halts", True)
    ]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_titles_are_there_once(name: str) -> None:
    titles = [panel["title"] for panel in PAGES[name]["panels"]]

    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(("where", "panel"), panels(), ids=[where for where, _ in panels()])
def test_a_panel_says_in_a_sentence_what_it_means_and_has_a_unit(where: str, panel: dict[str, Any]) -> None:
    assert re.fullmatch(r"[A-Z0-9`].{30,}\.", panel["description"]), where
    assert panel["fieldConfig"]["defaults"]["unit"] in {
        *("none", "short", "s", "percentunit", "cps", "currencyUSD", "bytes", "binBps", "bps")
    }


def test_panels_that_may_be_empty_say_why() -> None:
    found = {
        where: panel["description"].partition("Empty is right: ")[2]
        for where, panel in panels()
        if "Empty is right" in panel["description"]
    }

    assert found == {
        "order-path: Waiting for a lock": "an engine without locks on its hot path, as the reference engine, observes "
        "none.",
        "order-path: Periods that a CPU quota cut short": "the engine's cgroup does not say.",
        "order-path: Time with one leg open": "no trade had a leg open in that time.",
        "hosts: Time that something waited": "the host's kernel counts no pressure (PSI is not in it, or is off).",
        "hosts: Use of the connection table": "the host's kernel tracks no connections, as is best on a trading host.",
        "hosts: Clock: bound of the error": "no time service of a host answers NTP on 127.0.0.1, as chrony would "
        "(docs/guides/hosts.md).",
        "slo: Orders within 50 ms": "no order was answered in the time range.",
        "slo: Budget of slow orders left": "it is counted every five minutes, from the first order on.",
        "slo: Burn rate of slow orders": "no order was answered in the time range.",
        "slo: Budget of unavailability left": "it is counted every five minutes, from the first order on.",
        "slo: Budget of a venue's unavailability left": "it is counted every five minutes, from the first order on.",
        "slo: Budget of a venue's slow orders left": "it is counted every five minutes, from the first order on.",
        "audit: Orders without an answer": "every order has its answer.",
    }


@pytest.mark.parametrize("name", PAGES)
def test_panels_fill_the_grid_and_do_not_overlap(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in PAGES[name]["panels"]:
        place = {"x": 0, "y": 0, **panel["gridPos"]}
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert taken & cells == set(), panel["title"]
        taken |= cells
    height = 1 + max(y for _, y in taken)
    assert taken == {(x, y) for x in range(24) for y in range(height)}


@pytest.mark.parametrize(("where", "panel"), panels(), ids=[where for where, _ in panels()])
def test_a_runbook_is_of_an_alert_that_watches_the_same(where: str, panel: dict[str, Any]) -> None:
    rules = alert_rules()
    for link in panel.get("links", []):
        alert = link["url"].removeprefix("docs/runbooks/").removesuffix(".md")
        assert (ROOT / link["url"]).is_file()
        assert link["title"] == f"Runbook {alert}"
        shown = {name for target in panel["targets"] for name in named(target.get("expr", ""))}
        if shown and SAME_BY_CAUSE.get(where) != alert:
            assert shown & named(rules[alert]["expr"]), where


def test_rates_are_of_what_counts_and_of_nothing_else() -> None:
    counting = {name for metric in METRICS.values() if metric.kind != "gauge" for name in metric.series()}
    for where, text in expressions():
        rated = set(re.findall(r"(?:rate|increase)\((hft_\w+)", text))
        assert rated == named(text) & counting, where


def test_a_rate_knows_how_often_its_series_are_scraped() -> None:
    engine = {"up", *(name for metric in ENGINE.metrics for name in metric.series())}
    for where, target in targets():
        if "expr" in target:
            names = named(target["expr"])
            seconds = 15 if any(name.startswith("hft_archive") for name in names) else 5
            wanted = {"1s", "5s"} if names <= engine | {"ALERTS"} else {f"{seconds}s"}
            assert target["interval"] in wanted, where


def test_the_objective_is_a_bucket_of_the_round_trip() -> None:
    used = {bound for _, text in expressions() for bound in re.findall(r'\ble="([^"]+)"', text)}

    assert used == {"0.05"}
    assert used <= {str(bucket) for bucket in ROUNDTRIP_BUCKETS}


def test_variables_are_used_and_those_used_are_there() -> None:
    for name, page in PAGES.items():
        made = {variable["name"] for variable in page.get("templating", {}).get("list", [])}
        text = json.dumps([panel.get("targets", []) for panel in page["panels"]])
        used = set(re.findall(r"\$\{?([a-z]+)", text))
        assert used == made, name


def test_every_choice_is_all_at_first() -> None:
    for page in PAGES.values():
        for variable in page.get("templating", {}).get("list", []):
            assert variable["current"]["value"] == ["$__all"]
            assert (variable["multi"], variable["includeAll"]) == (True, True)


def test_sql_is_on_tables_of_the_migrations() -> None:
    tables = set(re.findall(r"CREATE TABLE (\S+) \(", MIGRATIONS))
    used = {table for _, text in statements() for table in re.findall(r"FROM (\S+)", text)}

    assert {table for table in used if table.startswith("trading.")} <= tables
    assert {table for table in used if not table.startswith("trading.")} == {
        "timescaledb_information.chunks", "timescaledb_information.hypertables"
    }  # fmt: skip


def test_records_are_shown_with_all_their_columns() -> None:
    tables = dict(re.findall(r"CREATE TABLE (\S+) \((.*?)\n\);", MIGRATIONS, re.DOTALL))
    (text,) = (text for where, text in statements() if where == "audit: Last order events")

    assert text.splitlines()[0].removeprefix("SELECT ").split(", ") == re.findall(
        r"^    (\w+)", tables["trading.order_events"], re.MULTILINE
    )


def test_sql_only_reads() -> None:
    assert {text.split(maxsplit=1)[0] for _, text in statements()} == {"SELECT"}


def test_data_sources_are_those_that_the_stack_makes(recorder: Recorder) -> None:
    recorder.run(lambda: build(THEIRS) and None)
    made = {
        (found.inputs["type"], found.inputs["uid"]) for found in recorder.registrations if found.type == DATA_SOURCE
    }
    asked = {
        (each["datasource"]["type"], each["datasource"]["uid"])
        for _, panel in panels()
        for each in (panel, *panel["targets"])
    }

    # Grafana's own pages of alerts and silences ask Alertmanager.
    assert asked | {("alertmanager", "hft-dev-alertmanager")} == made


@pytest.mark.parametrize(
    ("where", "alert", "bound"),
    [
        ("market-data: Market data age", "MarketDataStale", 2.0),
        ("order-path: Oldest order record not yet committed", "OrderRecordsLate", 2.5),
        ("desk: Risk limit ratio", "RiskLimitReached", 1.0),
        ("market-data: Reconnects in an hour", "VenueReconnecting", 5.0),
        ("database: WAL not replayed", "TsdbReplicationLagHigh", 67108864.0),
        ("database: WAL not received", "TsdbNobodyMayLeadNext", 67108864.0),
        ("database: Use of the connections", "TsdbConnectionsNearLimit", 0.85),
        ("database: Time since the last upkeep", "TsdbMaintenanceLate", 300.0),
        ("database: Time since the primary heard the guard", "DiskGuardUnheard", 60.0),
        ("etcd: Use of the quota", "EtcdNearlyFull", 0.8),
        ("etcd: Write of the log to disk, p99", "EtcdFsyncSlow", 0.01),
        ("etcd: Commit of the data to disk, p99", "EtcdCommitSlow", 0.025),
        ("pooling: Longest wait now", "PoolerClientsWaiting", 1.0),
        ("hosts: CPU stolen", "HostCpuStolen", 0.0003),
        ("hosts: Clock: bound of the error", "HostClockErrorHigh", 0.0001),
    ],
)
def test_a_line_is_red_where_an_alert_begins(where: str, alert: str, bound: float) -> None:
    panel = dict(panels())[where]
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]

    assert (steps[-1]["value"], steps[-1]["color"]) == (bound, "red")
    assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "dashed"}
    assert float(alert_rules()[alert]["expr"].split()[-1]) == bound


@pytest.mark.parametrize(
    ("where", "steps"),
    [
        ("desk: Engines with the lease", [(None, "red"), (1, "green"), (2, "red")]),
        ("desk: Orders within 50 ms", [(None, "red"), (0.99, "green")]),
        ("desk: Alerts that page", [(None, "green"), (1, "red")]),
        ("slo: Trading available", [(None, "red"), (0.999, "green")]),
        ("slo: Budget of slow orders left", [(None, "red"), (0.0, "yellow"), (0.25, "green")]),
        (
            "slo: Burn rate of slow orders",
            [(None, "green"), (1.0, "yellow"), (3.0, "orange"), (6.0, "red"), (14.4, "dark-red")],
        ),
        ("database: Primaries", [(None, "red"), (1, "green"), (2, "red")]),
    ],
)
def test_what_is_right_is_green(where: str, steps: list[tuple[float | None, str]]) -> None:
    found = dict(panels())[where]["fieldConfig"]["defaults"]["thresholds"]["steps"]

    assert [(step["value"], step["color"]) for step in found] == steps
