"""Asks Prometheus by its HTTP API."""

from collections.abc import Mapping
from typing import Any

import httpx

from ops.dashboards.answers import Line, QueryError
from ops.dashboards.model import Variable
from ops.errors import OpsError

_ANSWER_SECONDS = 30


class Prometheus:
    """One server."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        """Connect to nothing yet."""
        self._url = url.rstrip("/")
        self._client = client

    def instant(self, expression: str, at: float) -> list[Line]:
        """One value for each series, at a moment. Raises QueryError, or OpsError where nobody answers."""
        told = self._get("query", {"query": expression, "time": str(at)})
        if told["resultType"] == "scalar":
            return [Line({}, (_point(told["result"]),))]
        return [Line(found["metric"], (_point(found["value"]),)) for found in told["result"]]

    def range(self, expression: str, start: float, end: float, step: int) -> list[Line]:
        """Values over time for each series; `step` in seconds. Raises QueryError, or OpsError where nobody answers."""
        # As Grafana: aligned to the step, so that a picture does not jump from one look to the next.
        asked = {
            "query": expression, "start": str(start // step * step), "end": str(end // step * step), "step": str(step)
        }  # fmt: skip
        told = self._get("query_range", asked)
        return [Line(found["metric"], tuple(map(_point, found["values"]))) for found in told["result"]]

    def values(self, variable: Variable) -> list[str]:
        """The values of a variable."""
        found: list[str] = self._get(f"label/{variable.label}/values", {"match[]": variable.series})
        return found

    def _get(self, path: str, asked: Mapping[str, str]) -> Any:
        try:
            answer = self._client.get(f"{self._url}/api/v1/{path}", params=dict(asked), timeout=_ANSWER_SECONDS)
        except httpx.HTTPError as error:
            raise OpsError(f"Prometheus at {self._url} does not answer ({error}): see hft status") from None
        try:
            told = answer.json()
        except ValueError:
            raise OpsError(f"{self._url} is not Prometheus: it answers {answer.status_code}, and no JSON") from None
        if told.get("status") != "success":
            raise QueryError(str(told.get("error", f"status {answer.status_code}")))
        return told["data"]


def _point(pair: Any) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])
