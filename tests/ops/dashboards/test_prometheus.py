"""Prometheus' HTTP API, at the edge."""

import json
from collections.abc import Callable

import httpx
import pytest

from ops.dashboards.answers import Line, QueryError
from ops.dashboards.model import Variable
from ops.dashboards.prometheus import Prometheus
from ops.errors import OpsError

URL = "http://127.0.0.1:1/"


def server(answer: Callable[[httpx.Request], httpx.Response]) -> Prometheus:
    return Prometheus(URL, httpx.Client(transport=httpx.MockTransport(answer)))


def success(kind: str, result: object, seen: list[httpx.URL] | None = None) -> Prometheus:
    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request.url)
        return httpx.Response(200, json={"status": "success", "data": {"resultType": kind, "result": result}})

    return server(answer)


def test_one_value_for_each_series() -> None:
    seen: list[httpx.URL] = []
    found = success("vector", [{"metric": {"a": "1"}, "value": [5, "NaN"]}], seen).instant("x{}", 5.0)

    assert [line.labels for line in found] == [{"a": "1"}]
    assert (seen[0].path, dict(seen[0].params)) == ("/api/v1/query", {"query": "x{}", "time": "5.0"})


def test_a_number_without_labels() -> None:
    assert success("scalar", [5, "2"]).instant("2", 5.0) == [Line({}, ((5.0, 2.0),))]


def test_values_over_time_begin_and_end_at_a_step() -> None:
    seen: list[httpx.URL] = []
    result = [{"metric": {}, "values": [[5, "1"], [10, "2"]]}]

    assert success("matrix", result, seen).range("x", 7.0, 14.0, 5) == [Line({}, ((5.0, 1.0), (10.0, 2.0)))]
    assert dict(seen[0].params) == {"query": "x", "start": "5.0", "end": "10.0", "step": "5"}


def test_values_of_a_label() -> None:
    seen: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(200, json={"status": "success", "data": ["alpha"]})

    assert server(answer).values(Variable("venue", "hft_venue_up", "venue")) == ["alpha"]
    assert (seen[0].path, dict(seen[0].params)) == ("/api/v1/label/venue/values", {"match[]": "hft_venue_up"})


def test_a_refused_query_says_why() -> None:
    told = json.dumps({"status": "error", "errorType": "bad_data", "error": "parse error: unexpected )"})

    with pytest.raises(QueryError, match=r"^parse error: unexpected \)$"):
        server(lambda _: httpx.Response(400, text=told)).instant("x)", 5.0)


def test_nobody_there_is_one_error() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    with pytest.raises(OpsError) as raised:
        server(refuse).instant("x", 5.0)

    assert raised.value.problems == (
        "Prometheus at http://127.0.0.1:1 does not answer (Connection refused): see hft status",
    )


def test_somebody_else_there_is_one_error() -> None:
    with pytest.raises(OpsError) as raised:
        server(lambda _: httpx.Response(200, text="<html>")).instant("x", 5.0)

    assert raised.value.problems == ("http://127.0.0.1:1 is not Prometheus: it answers 200, and no JSON",)
