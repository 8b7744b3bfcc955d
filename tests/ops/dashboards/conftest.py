"""A Grafana at the edge."""

from collections.abc import Iterator

import pytest

from tests.ops.dashboards.server import Server, serving


@pytest.fixture
def grafana() -> Iterator[Server]:
    with serving() as server:
        yield server
