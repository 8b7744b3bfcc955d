"""Where answers come from: Prometheus and the database themselves, or a Grafana in front of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

from ops import grafana_tls
from ops.dashboards import window as filled
from ops.dashboards.answers import Answer, lines
from ops.dashboards.grafana import Grafana
from ops.dashboards.model import Query, Variable
from ops.dashboards.prometheus import Prometheus
from ops.dashboards.reader import Reader, reading
from ops.dashboards.window import Values, Window


class Source(Protocol):
    """Answers queries of dashboards."""

    def ask(self, query: Query, window: Window, values: Values) -> Answer:
        """What a panel is given. Raises QueryError where the query is refused, OpsError where nobody answers."""
        ...

    def values(self, variable: Variable) -> list[str]:
        """The values that a reader could choose among."""
        ...


@dataclass(frozen=True)
class Direct:
    """The data sources themselves, with queries filled in as Grafana does."""

    prometheus: Prometheus
    reader: Reader

    def ask(self, query: Query, window: Window, values: Values) -> Answer:
        """What a panel is given."""
        if query.kind == "sql":
            rows = self.reader.rows(filled.sql(query, window, values))
            return lines(rows) if query.lines else rows
        text = filled.promql(query, window, values)
        if query.instant:
            return self.prometheus.instant(text, window.end)
        return self.prometheus.range(text, window.start, window.end, window.step(query))

    def values(self, variable: Variable) -> list[str]:
        """The values that a reader could choose among."""
        return self.prometheus.values(variable)


@dataclass(frozen=True)
class Place:
    """Where the data sources of a stack are."""

    prometheus_url: str
    database: str
    """`address:port` of the way to a standby."""
    password_file: Path
    """As libpq reads it; has the read-only role."""


@contextmanager
def direct(place: Place) -> Iterator[Direct]:
    """The data sources of a stack; raises OpsError where the database lets nobody in."""
    with httpx.Client() as client, reading(place.database, place.password_file) as reader:
        yield Direct(Prometheus(place.prometheus_url, client), reader)


@contextmanager
def through_grafana(url: str, token: str) -> Iterator[Grafana]:
    """A Grafana that has the stack's data sources. Raises OpsError where GRAFANA_CA_CERT is unusable."""
    with httpx.Client(verify=grafana_tls.context()) as client:
        yield Grafana(url, token, client)
