"""Small dashboards, and a source that answers what it is told to."""

import json
from collections.abc import Mapping
from typing import Any

from ops.dashboards.answers import Answer, QueryError
from ops.dashboards.model import Query, Variable
from ops.dashboards.window import Values, Window


def prometheus(expr: str, ref: str = "A", **more: Any) -> dict[str, Any]:
    return {"refId": ref, "expr": expr, "datasource": {"uid": "p"}, "interval": "1s", "range": True, **more}


def sql(statement: str, answers: str = "table") -> dict[str, Any]:
    return {"refId": "A", "rawSql": statement, "format": answers, "datasource": {"uid": "d"}}


def panel(title: str, kind: str, *targets: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    return {
        "title": title,
        "type": kind,
        "description": "What it means.",
        "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
        "targets": list(targets),
        "fieldConfig": {"defaults": {"unit": "s", **defaults}},
    }


def page(
    *panels: dict[str, Any], variables: Mapping[str, str] | None = None, marks: Mapping[str, str] | None = None
) -> str:
    return json.dumps(
        {
            "uid": "hft-dev-x",
            "title": "X dev",
            "time": {"from": "now-15m", "to": "now"},
            "panels": list(panels),
            "templating": {
                "list": [
                    {"name": name, "query": query, "datasource": {"uid": "p"}}
                    for name, query in (variables or {}).items()
                ]
            },
            "annotations": {
                "list": [
                    {"name": name, "expr": expr, "datasource": {"uid": "p"}} for name, expr in (marks or {}).items()
                ]
            },
        }
    )


class Told:
    """Answers by the text of a query; what it was asked is kept."""

    def __init__(self, answers: Mapping[str, Answer | str], values: Mapping[str, list[str]] | None = None) -> None:
        """An answer that is a text is an error."""
        self._answers, self._values = answers, values or {}
        self.asked: list[tuple[Query, Window, Values]] = []

    def ask(self, query: Query, window: Window, values: Values) -> Answer:
        self.asked.append((query, window, values))
        found = self._answers[query.text]
        if isinstance(found, str):
            raise QueryError(found)
        return found

    def values(self, variable: Variable) -> list[str]:
        found = self._values.get(variable.name, [])
        if found == ["refused"]:
            raise QueryError("parse error")
        return found
