"""One SQL query of a panel; the SDK has no builder for PostgreSQL."""

from typing import Literal

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

Format = Literal["table", "time_series"]


class Sql(Builder[Dataquery]):
    """A statement, and whether its answer is a table or lines (columns `time`, `metric` and a number)."""

    def __init__(self, source: DataSourceRef, sql: str, answers: Format = "table") -> None:
        self._query = _SqlQuery(source, sql, answers)

    def build(self) -> Dataquery:
        """The query as the SDK puts it into a panel."""
        return self._query


class _SqlQuery(Dataquery):
    def __init__(self, source: DataSourceRef, sql: str, answers: Format) -> None:
        self._source = source
        self._sql = sql
        self._answers = answers

    def to_json(self) -> dict[str, object]:
        return {
            "refId": "A",
            "datasource": self._source,
            "editorMode": "code",
            "format": self._answers,
            "rawQuery": True,
            "rawSql": self._sql,
        }
