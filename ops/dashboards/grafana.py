"""Asks a Grafana by its own query API, so that its data sources are proven too."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from ops.dashboards.answers import Answer, Line, QueryError, Rows
from ops.dashboards.model import Query, Variable
from ops.dashboards.window import Values, Window, chosen
from ops.errors import OpsError

_ANSWER_SECONDS, _REACH_SECONDS = 30, 5
_REFUSED, _FORBIDDEN = 401, 403


class AwayError(OpsError):
    """Nobody answers there, or somebody who is not well."""


class Grafana:
    """One server, as who a token or an account (`user:password`) is."""

    def __init__(self, url: str, token: str, client: httpx.Client) -> None:
        """Connect to nothing yet."""
        self._url = url.rstrip("/")
        self._client = client
        account = token.partition(":")
        self._auth = httpx.BasicAuth(account[0], account[2]) if account[1] else None
        self._headers = {} if account[1] else {"Authorization": f"Bearer {token}"}

    def reach(self) -> None:
        """Nothing where it is there and well, whoever asks. Raises AwayError where it is not."""
        answer = self._sent("GET", "/api/health", _REACH_SECONDS)
        if not answer.is_success:
            raise self._away(f"{answer.status_code} {answer.reason_phrase}")

    def ask(self, query: Query, window: Window, values: Values) -> Answer:
        """What the data source of a query answers through Grafana, which fills in its own macros."""
        body = {
            "queries": [{**_asked(query, values), "refId": query.ref, "datasource": {"uid": query.source},
                         "intervalMs": window.step(query) * 1000, "maxDataPoints": window.seconds}],
            "from": str(int(window.start * 1000)),
            "to": str(int(window.end * 1000)),
        }  # fmt: skip
        told = self._request("POST", "/api/ds/query", json=body)
        result = told.get("results", {}).get(query.ref, {})
        if "error" in result:
            raise QueryError(str(result["error"]))
        frames = result.get("frames", [])
        return _lines(frames) if query.kind == "prometheus" or query.lines else _rows(frames)

    def values(self, variable: Variable) -> list[str]:
        """The values of a variable."""
        path = f"/api/datasources/uid/{variable.source}/resources/api/v1/label/{variable.label}/values"
        found: list[str] = self._request("GET", path, params={"match[]": variable.series})["data"]
        return found

    def _request(self, method: str, path: str, **options: Any) -> Any:
        answer = self._sent(method, path, _ANSWER_SECONDS, **options)
        if answer.status_code == _REFUSED:
            raise OpsError(f"Grafana at {self._url} does not know this token or account: give one with --token-file")
        if answer.status_code == _FORBIDDEN:
            raise OpsError(
                f"Grafana at {self._url} lets this token not query data sources: give its account the role Viewer, or "
                "the right datasources:query"
            )
        try:
            told = answer.json()
        except ValueError:
            raise OpsError(f"{self._url} is not Grafana: it answers {answer.status_code}, and no JSON") from None
        # A query that fails is told by its own result, with a status of 400 and above.
        if answer.is_error and "results" not in told:
            raise QueryError(str(told.get("message", f"status {answer.status_code}")))
        return told

    def _sent(self, method: str, path: str, seconds: int, **options: Any) -> httpx.Response:
        try:
            return self._client.request(
                method, f"{self._url}{path}", headers=self._headers, auth=self._auth, timeout=seconds, **options
            )
        except httpx.HTTPError as error:
            raise self._away(str(error) or type(error).__name__) from None

    def _away(self, why: str) -> AwayError:
        return AwayError(f"Grafana at {self._url} does not answer ({why}): see hft status")


def _asked(query: Query, values: Values) -> Mapping[str, object]:
    text = chosen(query.text, values)
    if query.kind == "sql":
        return {"rawSql": text, "format": "time_series" if query.lines else "table"}
    return {"expr": text, "instant": query.instant, "range": not query.instant, "interval": f"{query.seconds}s"}


def _lines(frames: list[Any]) -> list[Line]:
    """Every column of numbers, over the frame's column of times."""
    found = []
    for frame in frames:
        columns = list(_columns(frame))
        moments = next((values for field, values in columns if field["type"] == "time"), [])
        for field, values in columns:
            if field["type"] == "number" and (points := _points(moments, values)):
                # SQL's lines are named by the field, PromQL's by labels.
                found.append(Line(field.get("labels") or {"metric": field["name"]}, points))
    return found


def _points(moments: Sequence[float], values: Sequence[float | None]) -> tuple[tuple[float, float], ...]:
    return tuple((at / 1000, float(value)) for at, value in zip(moments, values, strict=False) if value is not None)


def _rows(frames: list[Any]) -> Rows:
    if not frames:
        return Rows((), ())
    columns = list(_columns(frames[0]))
    cells = [[_moment(value) for value in values] if field["type"] == "time" else values for field, values in columns]
    return Rows(tuple(field["name"] for field, _ in columns), tuple(zip(*cells, strict=True)))


def _columns(frame: Any) -> Iterator[tuple[Any, list[Any]]]:
    yield from zip(frame["schema"]["fields"], frame["data"]["values"], strict=True)


def _moment(milliseconds: float | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
