"""Grafana's query API, by a small server that answers as Grafana 11 does. No Grafana itself is asked here."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from ops.dashboards.answers import Line, QueryError, Rows
from ops.dashboards.grafana import AwayError
from ops.dashboards.model import Query, Variable
from ops.dashboards.sources import through_grafana
from ops.dashboards.window import Window
from ops.errors import OpsError
from tests.ops.dashboards.server import Server

WINDOW = Window(1000.0, 1900.0)
PROMQL = Query(ref="A", kind="prometheus", text='rate(x{v=~"$venue"}[$__rate_interval])', source="p", seconds=5)
SQL = Query(ref="A", kind="sql", text="SELECT $__timeFilter(ts)", source="d", lines=False)
TOKEN = "glsa_secret"


@contextmanager
def asking(server: Server, token: str = TOKEN) -> Iterator[Any]:
    with through_grafana(server.url, token) as source:
        yield source


def frames(*fields: tuple[str, str, list[Any], dict[str, str]]) -> dict[str, Any]:
    schema = [{"name": name, "type": kind, "labels": labels} for name, kind, _, labels in fields]
    return {"schema": {"fields": schema}, "data": {"values": [values for _, _, values, _ in fields]}}


def test_promql_is_sent_with_choices_and_grafanas_own_macros_left_to_it(grafana: Server) -> None:
    with asking(grafana) as source:
        source.ask(PROMQL, WINDOW, {"venue": ["alpha", "beta"]})

    assert grafana.asked == [
        (
            "/api/ds/query",
            "Bearer glsa_secret",
            {
                "queries": [
                    {
                        "expr": 'rate(x{v=~"(alpha|beta)"}[$__rate_interval])',
                        "instant": False,
                        "range": True,
                        "interval": "5s",
                        "refId": "A",
                        "datasource": {"uid": "p"},
                        "intervalMs": 5000,
                        "maxDataPoints": 900,
                    }
                ],
                "from": "1000000",
                "to": "1900000",
            },
        )
    ]


def test_sql_is_sent_as_it_is(grafana: Server) -> None:
    with asking(grafana) as source:
        source.ask(SQL, WINDOW, {})

    (sent,) = grafana.asked[0][2]["queries"]
    assert (sent["rawSql"], sent["format"]) == ("SELECT $__timeFilter(ts)", "table")


def test_an_account_logs_in_by_its_password(grafana: Server) -> None:
    with asking(grafana, "admin:pass") as source:
        source.ask(SQL, WINDOW, {})

    assert grafana.asked[0][1] == "Basic YWRtaW46cGFzcw=="


def test_frames_are_lines(grafana: Server) -> None:
    time = ("Time", "time", [1000, 2000], {})
    grafana.answer = (
        200, {"results": {"A": {"frames": [frames(time, ("Value", "number", [1.5, None], {"v": "alpha"}))]}}}
    )  # fmt: skip
    with asking(grafana) as source:
        found = source.ask(PROMQL, WINDOW, {"venue": ["alpha"]})

    assert found == [Line({"v": "alpha"}, ((1.0, 1.5),))]


def test_frames_are_rows_with_their_moments(grafana: Server) -> None:
    rows = frames(("ts", "time", [1000, None], {}), ("a", "string", ["x", "y"], {}), ("b", "number", [2, None], {}))
    grafana.answer = (200, {"results": {"A": {"frames": [rows]}}})
    with asking(grafana) as source:
        found = source.ask(SQL, WINDOW, {})

    assert found == Rows(("ts", "a", "b"), ((datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), "x", 2), (None, "y", None)))


def test_no_frames_are_nothing(grafana: Server) -> None:
    with asking(grafana) as source:
        assert source.ask(SQL, WINDOW, {}) == Rows((), ())
        assert source.ask(PROMQL, WINDOW, {"venue": ["alpha"]}) == []


def test_lines_of_sql_are_named_by_their_metric(grafana: Server) -> None:
    time = ("time", "time", [1000], {})
    grafana.answer = (200, {"results": {"A": {"frames": [frames(time, ("filled", "number", [2], {}))]}}})
    query = Query(ref="A", kind="sql", text="SELECT 1", source="d")
    with asking(grafana) as source:
        assert source.ask(query, WINDOW, {}) == [Line({"metric": "filled"}, ((1.0, 2.0),))]


def test_values_of_a_variable_come_by_its_data_source(grafana: Server) -> None:
    grafana.answer = (200, {"status": "success", "data": ["alpha"]})
    with asking(grafana) as source:
        assert source.values(Variable("venue", "hft_venue_up", "venue", "p")) == ["alpha"]

    assert grafana.asked[0][0] == (
        "/api/datasources/uid/p/resources/api/v1/label/venue/values?match%5B%5D=hft_venue_up"
    )


def test_a_refused_query_says_why(grafana: Server) -> None:
    grafana.answer = (400, {"results": {"A": {"error": "bad_data: parse error", "status": 400}}})
    with asking(grafana) as source, pytest.raises(QueryError, match=r"^bad_data: parse error$"):
        source.ask(PROMQL, WINDOW, {"venue": ["alpha"]})


def test_a_missing_data_source_says_so(grafana: Server) -> None:
    grafana.answer = (404, {"message": "Data source not found"})
    with asking(grafana) as source, pytest.raises(QueryError, match=r"^Data source not found$"):
        source.ask(SQL, WINDOW, {})


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((401, {}), "Grafana at {url} does not know this token or account: give one with --token-file"),
        (
            (403, {}),
            "Grafana at {url} lets this token not query data sources: give its account the role Viewer, or the right "
            "datasources:query",
        ),
        ((200, "<html>"), "{url} is not Grafana: it answers 200, and no JSON"),
    ],
)
def test_what_stops_everything_is_one_error_without_the_token(
    grafana: Server, answer: tuple[int, Any], problem: str
) -> None:
    grafana.answer = answer
    with asking(grafana) as source, pytest.raises(OpsError) as raised:
        source.ask(SQL, WINDOW, {})

    assert raised.value.problems == (problem.format(url=grafana.url.rstrip("/")),)
    assert TOKEN not in str(raised.value)


def test_nobody_there_is_one_error() -> None:
    nobody = Server()
    nobody.url = "http://127.0.0.1:1"
    with asking(nobody) as source, pytest.raises(OpsError) as raised:
        source.ask(SQL, WINDOW, {})

    assert raised.value.problems[0].startswith("Grafana at http://127.0.0.1:1 does not answer (")


def test_one_that_is_well_is_reached_by_its_health(grafana: Server) -> None:
    with asking(grafana) as source:
        source.reach()

    assert grafana.asked == [("/api/health", "Bearer glsa_secret", None)]


@pytest.mark.parametrize(("status", "shown"), [(404, "404 Not Found"), (503, "503 Service Unavailable")])
def test_one_that_is_not_well_is_away(grafana: Server, status: int, shown: str) -> None:
    grafana.answer = (status, {"database": "failing"})
    with asking(grafana) as source, pytest.raises(AwayError) as raised:
        source.reach()

    assert raised.value.problems == (f"Grafana at {grafana.url.rstrip('/')} does not answer ({shown}): see hft status",)


def test_nobody_there_is_away() -> None:
    nobody = Server()
    nobody.url = "http://127.0.0.1:1"
    with asking(nobody) as source, pytest.raises(AwayError) as raised:
        source.reach()

    assert raised.value.problems == (
        "Grafana at http://127.0.0.1:1 does not answer ([Errno 111] Connection refused): see hft status",
    )
